//! A minimal Rust program, for comparison.

fn main() {
    println!("hello");
}
