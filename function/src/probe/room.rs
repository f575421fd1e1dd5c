//! The memory for long bodies, which all probes of a run share: many of them read at the same time, and a server decides
//! how long its body is and how slowly it arrives.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The memory for the long bodies of all probes. Without this limit, a hundred of them took 80 of the 128 MB that the
/// function has; with it, about 50, most of them for the connections.
const MAX_BYTES: usize = 16 << 20;

static TAKEN: AtomicUsize = AtomicUsize::new(0);

/// The part of the memory that one body has taken, until this is dropped.
pub(super) struct Room {
    shared: &'static AtomicUsize,
    taken: usize,
}

impl Room {
    pub(super) fn new() -> Self {
        Self { shared: &TAKEN, taken: 0 }
    }

    /// Take more, and return whether there was as much. Nothing waits for it: a slow server must not delay the others.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let before = self.shared.fetch_add(bytes, Ordering::Relaxed);
        self.taken += bytes;
        before.saturating_add(bytes) <= MAX_BYTES
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.shared.fetch_sub(self.taken, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_body_took_is_free_again_for_others() {
        static SHARED: AtomicUsize = AtomicUsize::new(0);
        let room = || Room { shared: &SHARED, taken: 0 };
        let (mut one, mut other) = (room(), room());
        assert!(one.take(MAX_BYTES - 10) && other.take(10) && !other.take(1));
        drop(one);
        assert!(other.take(1));
        drop(other);
        assert_eq!(SHARED.load(Ordering::Relaxed), 0);
    }
}
