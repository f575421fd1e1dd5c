//! Starts and runs a subject as often as it takes, and keeps the medians.

use std::time::Duration;

use crate::process::{Cost, Started};
use crate::subject::Subject;
use crate::throttle::Throttle;

/// How often.
#[derive(Clone, Copy)]
pub struct Plan {
    pub starts: usize,
    pub runs: usize,
    /// Whether the processor is rationed, from the first event on: Lambda does not ration while a function starts.
    pub throttled: bool,
}

/// Medians over all starts, or over all warm runs.
#[derive(Clone, Copy, Debug)]
pub struct Medians {
    pub init: Cost,
    pub first: Cost,
    /// Start and first run, taken together.
    pub cold: Cost,
    pub warm: Cost,
    pub memory: f64,
}

pub fn measure(subject: &Subject, plan: Plan) -> Medians {
    // One start warms the caches and leaves a state as this subject writes it.
    Started::new(subject, &[]).run();
    let (mut init, mut first, mut cold, mut warm, mut memory) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..plan.starts {
        let started = Started::new(subject, &[]);
        let throttle = plan.throttled.then(|| Throttle::on(started.process.pid()));
        let run = || {
            started.process.asleep();
            throttle.iter().for_each(Throttle::start_afresh);
            started.run()
        };
        let it = run();
        init.push(started.init);
        first.push(it);
        cold.push(Cost { wall: started.init.wall + it.wall, cpu: started.init.cpu + it.cpu });
        warm.extend((0..plan.runs).map(|_| run()));
        memory.push(started.process.peak_memory());
    }
    memory.sort_unstable();
    Medians {
        init: of(&init),
        first: of(&first),
        cold: of(&cold),
        warm: of(&warm),
        memory: memory[memory.len() / 2] as f64,
    }
}

fn of(costs: &[Cost]) -> Cost {
    let median = |each: fn(&Cost) -> Duration| {
        let mut all: Vec<Duration> = costs.iter().map(each).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    Cost { wall: median(|cost| cost.wall), cpu: median(|cost| cost.cpu) }
}
