//! How much time has passed, where no clock can be trusted alone.

use std::time::Duration;

use tokio::time::Instant;

/// When something happened, by two clocks. The monotonic one may stand still while Lambda freezes the environment, for
/// hours; the wall clock may be set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    monotonic: Instant,
    /// In Unix seconds.
    wall: u64,
}

impl Moment {
    /// Return the current moment, at this time in Unix seconds.
    pub(super) fn at(now: u64) -> Self {
        Self { monotonic: Instant::now(), wall: now }
    }

    /// Return when this much time will have passed.
    pub(super) fn after(self, time: Duration) -> Instant {
        self.monotonic + time
    }

    /// Return whether both clocks say that less than this much time has passed since an earlier moment. A wall clock that
    /// was set back says nothing, so it counts as passed time too.
    pub(super) fn is_within(self, time: Duration, earlier: Option<Self>) -> bool {
        earlier.is_some_and(|earlier| {
            self.monotonic.duration_since(earlier.monotonic) < time
                && self.wall.abs_diff(earlier.wall) < time.as_secs()
        })
    }
}
