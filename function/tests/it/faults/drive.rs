//! Drives runs from pause to pause: one that may be killed, or two that overlap.

use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::poll;
use plexmon_function::run::Run;
use tokio::task::unconstrained;
use tokio::time::advance;

use super::stage::Shared;

/// The pause of a run between two writes.
const BETWEEN_WRITES: Duration = Duration::from_millis(350);

/// Drive a run until it ends or is killed at the given pause. Return whether it ended.
pub async fn drive(run: Pin<&mut impl Future<Output = Run>>, stage: &Shared, killed: Option<u8>) -> bool {
    // Unconstrained, because tokio would otherwise add pauses of its own.
    let mut run = pin!(unconstrained(run));
    let mut pause = 0;
    loop {
        if poll!(run.as_mut()).is_ready() {
            return true;
        }
        if wait(stage).await {
            continue;
        }
        if killed == Some(pause) {
            return false;
        }
        pause += 1;
    }
}

/// Let time pass if a run waits for that. Return whether it does.
async fn wait(stage: &Shared) -> bool {
    let (hangs, is_at_pause) = {
        let mut stage = stage.lock().unwrap();
        (std::mem::take(&mut stage.hangs), std::mem::take(&mut stage.is_at_pause))
    };
    if hangs {
        advance(Duration::from_secs(6)).await;
    } else if !is_at_pause {
        advance(BETWEEN_WRITES).await;
    }
    hangs || !is_at_pause
}

/// Drive two runs from pause to pause, in the order of the bits of `turns`.
pub async fn interleave(
    first: Pin<&mut impl Future<Output = Run>>,
    second: Pin<&mut impl Future<Output = Run>>,
    stage: &Shared,
    turns: u32,
) {
    let (mut first, mut second) = (pin!(unconstrained(first)), pin!(unconstrained(second)));
    let (mut first_ended, mut second_ended) = (false, false);
    for turn in 0.. {
        if first_ended && second_ended {
            return;
        }
        if turn > 0 {
            wait(stage).await;
        }
        if second_ended || (!first_ended && turns >> (turn % 24) & 1 == 0) {
            first_ended = poll!(first.as_mut()).is_ready();
        } else {
            second_ended = poll!(second.as_mut()).is_ready();
        }
    }
}
