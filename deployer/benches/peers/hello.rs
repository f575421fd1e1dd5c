//! The least that a Rust program can do, for comparison.

fn main() {
    println!("hello");
}
