//! The pace of writes to Parameter Store, which accepts three a second: more are refused, and immediate repetition
//! makes it worse.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Result;
use crate::report::Progress;

/// The time between two writes.
const INTERVAL: Duration = Duration::from_millis(340);
/// The number of writes that may be sent at once after a pause.
const BURST: u32 = 3;

/// Schedules writes.
#[derive(Default)]
pub struct Pace(Mutex<Option<Instant>>);

/// A write that may be sent, and repeated.
pub struct Slot<'a> {
    pace: &'a Pace,
    is_due: bool,
}

impl Slot<'_> {
    /// Wait until the write may be sent again; the first time, it may be sent at once.
    pub async fn next(&mut self) {
        if !std::mem::take(&mut self.is_due)
            && let Some(at) = self.pace.reserve(Instant::now())
        {
            tokio::time::sleep_until(at).await;
        }
    }
}

impl Pace {
    /// Wait until the next write may be sent; fails at Ctrl-C.
    ///
    /// Among hundreds of writes, that takes longer than the time limit of a call, which therefore begins afterwards.
    pub async fn slot(&self, progress: &Progress) -> Result<Slot<'_>> {
        let now = Instant::now();
        if let Some(at) = self.reserve(now) {
            progress.pause(at - now).await?;
        }
        Ok(Slot { pace: self, is_due: true })
    }

    /// Return when the write may be sent; `None` for now. `due` is the time by which all writes so far would have been
    /// sent one by one.
    fn reserve(&self, now: Instant) -> Option<Instant> {
        let mut due = self.0.lock().ok()?;
        let own = due.map_or(now, |due| due.max(now));
        *due = Some(own + INTERVAL);
        let at = own.checked_sub(INTERVAL * (BURST - 1)).unwrap_or(now);
        (at > now).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delays(pace: &Pace, now: Instant, writes: usize) -> Vec<u128> {
        let delay = |at: Option<Instant>| at.map_or(0, |at| (at - now).as_millis());
        (0..writes).map(|_| delay(pace.reserve(now))).collect()
    }

    #[test]
    fn three_are_sent_at_once_and_three_a_second_after_them() {
        let (pace, now) = (Pace::default(), Instant::now());
        assert_eq!(delays(&pace, now, 6), [0, 0, 0, 340, 680, 1020]);
    }

    #[test]
    fn after_a_pause_three_may_be_sent_at_once_again() {
        let (pace, now) = (Pace::default(), Instant::now());
        delays(&pace, now, 40);
        assert_eq!(delays(&pace, now + Duration::from_secs(60), 4), [0, 0, 0, 340]);
    }
}
