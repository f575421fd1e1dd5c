//! Signs of life of work that reports nothing by itself for a while.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

/// How often to report that work is still in progress: at least every ten seconds, on a busy machine as well.
pub const HEARTBEAT: Duration = Duration::from_secs(8);

/// Await `work`, and call `report` after every [`HEARTBEAT`] with the time that has passed.
pub async fn with_heartbeat<T>(work: impl Future<Output = T>, mut report: impl FnMut(Duration)) -> T {
    let started = Instant::now();
    let mut beats = interval_at(started + HEARTBEAT, HEARTBEAT);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            result = &mut work => return result,
            _ = beats.tick() => report(started.elapsed()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn work_that_takes_long_is_reported_at_least_every_ten_seconds() {
        let mut reported = vec![Duration::ZERO];
        let result = with_heartbeat(
            async {
                tokio::time::sleep(Duration::from_secs(65)).await;
                "the result"
            },
            |elapsed| reported.push(elapsed),
        )
        .await;
        assert_eq!(result, "the result");
        reported.push(Duration::from_secs(65));
        assert!(reported.len() > 7, "{reported:?}");
        assert!(reported.windows(2).all(|pair| pair[1] - pair[0] <= Duration::from_secs(10)), "{reported:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn work_that_is_done_soon_is_not_reported() {
        let mut reported = 0;
        with_heartbeat(tokio::time::sleep(Duration::from_secs(5)), |_| reported += 1).await;
        assert_eq!(reported, 0);
    }
}
