//! Starts and runs a subject repeatedly, and computes medians.

use std::time::Duration;

use plexmon_testing::bench::{Cost, Started, Subject};

use crate::throttle::Throttle;

/// How often to start and run a subject.
#[derive(Clone, Copy)]
pub struct Plan {
    pub starts: usize,
    pub runs: usize,
    /// Whether the processor is throttled, from the first event on: Lambda does not throttle initialization.
    pub throttled: bool,
}

/// Medians over all starts, or over all warm runs.
#[derive(Clone, Copy, Debug)]
pub struct Medians {
    pub init: Cost,
    pub first: Cost,
    /// Start and first run together.
    pub cold: Cost,
    pub warm: Cost,
    pub memory: f64,
}

pub fn measure(subject: &Subject, plan: Plan) -> Medians {
    // One start warms the caches and leaves a state that this subject has written.
    Started::new(subject, &[]).run();
    let (mut init, mut first, mut cold, mut warm, mut memory) = (vec![], vec![], vec![], vec![], vec![]);
    for _ in 0..plan.starts {
        let started = Started::new(subject, &[]);
        let throttle = plan.throttled.then(|| Throttle::on(started.process.pid()));
        let run = || {
            started.process.asleep();
            throttle.iter().for_each(Throttle::begin_period);
            started.run()
        };
        let first_run = run();
        init.push(started.init);
        first.push(first_run);
        cold.push(Cost { wall: started.init.wall + first_run.wall, cpu: started.init.cpu + first_run.cpu });
        warm.extend((0..plan.runs).map(|_| run()));
        memory.push(started.process.peak_memory());
    }
    memory.sort_unstable();
    Medians {
        init: median(&init),
        first: median(&first),
        cold: median(&cold),
        warm: median(&warm),
        memory: memory[memory.len() / 2] as f64,
    }
}

fn median(costs: &[Cost]) -> Cost {
    let of = |each: fn(&Cost) -> Duration| {
        let mut all: Vec<Duration> = costs.iter().map(each).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    Cost { wall: of(|cost| cost.wall), cpu: of(|cost| cost.cpu) }
}
