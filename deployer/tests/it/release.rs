//! What only a deployer with its functions inside can show. A target of its own, because it is built for these tests with
//! other variables than the rest:
//!
//! ```console
//! $ PLEXMON_EMBED_X86_64=FILE cargo test --workspace --locked --test release -- --ignored
//! ```
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

#[expect(dead_code, unused_imports, unused_macros, reason = "the other target uses the rest")]
mod support;

mod release {
    mod archive;
    mod isolated;
    mod reproducible;
}
