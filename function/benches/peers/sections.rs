//! The sections of the benchmark. Each prints one table.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use plexmon_function::contract::parts::layout;
use plexmon_function::contract::settings::Settings;
use plexmon_testing::bench::{
    Backends, Calls, Delays, Process, Started, Subject, build, gzip_size, highest_glibc, pause, print_table,
    size, three_digits,
};

use crate::measure::{Medians, Plan, measure};
use crate::options::Options;
use crate::report::{Goal, Table};
use crate::throttle::{PERIOD, QUOTA, Throttle};
use crate::{page, python, tmp};

type Section = fn(&Bench, &Options);

/// All sections, by name.
pub const ALL: [(&str, Section); 7] = [
    ("free", free),
    ("throttled", throttled),
    ("calls", calls),
    ("sizes", sizes),
    ("latency", latency),
    ("scale", scale),
    ("page", page::page),
];

/// The programs that are compared.
pub struct Bench {
    pub bootstrap: PathBuf,
    pub empty: PathBuf,
    python: PathBuf,
}

impl Bench {
    /// Build and install them.
    pub fn prepare() -> Self {
        let empty = build("empty", &["empty-handler"], tmp());
        Self { bootstrap: build("bootstrap", &[], tmp()), empty, python: python::install() }
    }

    /// Measure all subjects, each with backends of its own: ours, Python, tuned Python, the empty handler.
    fn measure_all(&self, delays: Delays, plans: [Plan; 4]) -> [Medians; 4] {
        let mut plans = plans.into_iter();
        [0, 1, 2, 3].map(|index| {
            let backends = Backends::start(delays);
            let subject = match index {
                0 => Subject::plexmon(&self.bootstrap, &backends, 1, tmp()),
                1 | 2 => python::subject(&self.python, &backends, index == 2),
                _ => Subject::new("empty handler", vec![self.empty.clone()], &backends, tmp()),
            };
            measure(&subject, plans.next().unwrap())
        })
    }
}

/// Python is slow, and its figures vary little.
fn plans(options: &Options, throttled: bool) -> [Plan; 4] {
    let (starts, runs) = (options.starts, options.runs);
    let ours = Plan { starts, runs, throttled };
    let (python_starts, python_runs) = if throttled { (3, 5) } else { (7, 20) };
    let python = Plan { starts: starts.min(python_starts), runs: runs.min(python_runs), throttled };
    [ours, python, python, ours]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

const MB: f64 = 1e6;

fn free(bench: &Bench, options: &Options) {
    println!(
        "Unrestricted; medians of {} starts with {} warm runs each (Python: 7 with 20).\n",
        options.starts, options.runs
    );
    let all = bench.measure_all(Delays::default(), plans(options, false));
    let of = |figure: fn(&Medians) -> f64| all.each_ref().map(|one| Some(figure(one)));
    let mut table = Table::new();
    table.row("init + first run, wall", "ms", of(|it| ms(it.cold.wall)), &[Goal::Python(60.0)]);
    table.row("init + first run, CPU", "ms", of(|it| ms(it.cold.cpu)), &[Goal::Python(90.0)]);
    table.row("init, wall", "ms", of(|it| ms(it.init.wall)), &[Goal::Empty(1.7)]);
    table.row("init, CPU", "ms", of(|it| ms(it.init.cpu)), &[]);
    table.row("first run, wall", "ms", of(|it| ms(it.first.wall)), &[]);
    table.row("first run, CPU", "ms", of(|it| ms(it.first.cpu)), &[]);
    table.row("warm run, wall", "ms", of(|it| ms(it.warm.wall)), &[Goal::Python(100.0), Goal::Tuned(15.0)]);
    table.row("warm run, CPU", "ms", of(|it| ms(it.warm.cpu)), &[]);
    table.row("peak memory", "MB", of(|it| it.memory / MB), &[Goal::AtMost(8.0)]);
    table.print();
}

fn throttled(bench: &Bench, options: &Options) {
    let share = share_of_a_busy_loop();
    println!(
        "{} ms of processor time in every {} ms, from the first event on; a busy loop got {share:.1} %.\n",
        ms(QUOTA),
        ms(PERIOD)
    );
    let all = bench.measure_all(Delays::default(), plans(options, true));
    let of = |figure: fn(&Medians) -> f64| all.each_ref().map(|one| Some(figure(one)));
    let mut table = Table::new();
    table.row("first run, wall", "ms", of(|it| ms(it.first.wall)), &[Goal::Python(50.0)]);
    table.row("warm run, wall", "ms", of(|it| ms(it.warm.wall)), &[Goal::Python(1000.0)]);
    table.print();
}

/// The processor share that a process gets that always wants to run, in percent.
fn share_of_a_busy_loop() -> f64 {
    let busy = std::process::Command::new("sh").args(["-c", "while :; do :; done"]).spawn().unwrap();
    let busy = Process::of(busy);
    let throttle = Throttle::on(busy.pid());
    // Until it has started.
    pause(PERIOD * 5);
    let (before, started) = (busy.cpu(), Instant::now());
    pause(PERIOD * 100);
    let (used, passed) = (busy.cpu() - before, started.elapsed());
    drop(throttle);
    busy.terminate();
    100.0 * used.as_secs_f64() / passed.as_secs_f64()
}

fn calls(bench: &Bench, _: &Options) {
    const RUNS: u64 = 10;
    println!(
        "Calls in a warm run, as the stand-ins counted them; then the target breaks, and one message must be sent.\n"
    );
    let mut rows = vec![
        ["", "probes", "SSM reads", "SSM writes", "new connections to SSM", "messages on a change"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for index in 0..3 {
        let backends = Backends::start(Delays::default());
        let subject = match index {
            0 => Subject::plexmon(&bench.bootstrap, &backends, 1, tmp()),
            _ => python::subject(&bench.python, &backends, index == 2),
        };
        let started = Started::new(&subject, &[]);
        started.run();
        let before = backends.calls();
        for _ in 0..RUNS {
            started.run();
        }
        let after = backends.calls();
        let each =
            |count: fn(&Calls) -> u64| three_digits((count(&after) - count(&before)) as f64 / RUNS as f64);
        backends.break_target();
        started.run();
        let messages = backends.calls().messages;
        assert_eq!((after.messages, messages), (0, 1), "{} behaves differently", subject.name);
        rows.push(vec![
            subject.name.to_owned(),
            each(|calls| calls.probes),
            each(|calls| calls.ssm_reads),
            each(|calls| calls.ssm_writes),
            each(|calls| calls.ssm_connections),
            messages.to_string(),
        ]);
        if index == 0 {
            let found = [
                after.probes - before.probes,
                after.ssm_reads - before.ssm_reads,
                after.ssm_writes - before.ssm_writes,
            ];
            assert_eq!(found, [RUNS; 3], "a warm run of ours makes unexpected calls");
            assert_eq!(after.ssm_connections, before.ssm_connections, "the connection to SSM was not kept");
        }
    }
    print_table(&rows);
}

fn sizes(bench: &Bench, _: &Options) {
    println!(
        "Package. Python's is 2 kB of source, since boto3 comes with Lambda's Python. Highest GLIBC symbol of ours: 2.{}.\n",
        highest_glibc(&bench.bootstrap).map_or_else(|| "none".to_owned(), |minor| minor.to_string())
    );
    let of = |measure: fn(&Path) -> u64| {
        let mb = |path: &PathBuf| Some(measure(path) as f64 / MB);
        [mb(&bench.bootstrap), None, None, mb(&bench.empty)]
    };
    let mut table = Table::new();
    table.row("binary", "MB", of(size), &[Goal::AtMost(5.0)]);
    table.row("gzip -9", "MB", of(gzip_size), &[Goal::AtMost(2.1)]);
    table.print();
}

fn latency(bench: &Bench, options: &Options) {
    let delays =
        Delays { target: Duration::from_millis(40), ssm: Duration::from_millis(8), response: Duration::ZERO };
    // TCP, TLS and request in sequence, then the write. Reading happens during the probe.
    let warm_floor = delays.target * 3 + delays.ssm;
    println!(
        "With 40 ms for each round trip to the target (TCP, TLS, request) and 8 ms for each to SSM (TCP, request).\n\
         The minimum for a run is {} ms; these are the times above it.\n",
        ms(warm_floor)
    );
    let plan = |starts: usize, runs: usize| Plan {
        starts: options.starts.min(starts),
        runs: options.runs.min(runs),
        throttled: false,
    };
    let all = bench.measure_all(delays, [plan(9, 10), plan(5, 5), plan(5, 5), plan(1, 1)]);
    let above = |wall: fn(&Medians) -> Duration| {
        let [ours, python, tuned, _] = all.each_ref().map(|one| Some(ms(wall(one)) - ms(warm_floor)));
        [ours, python, tuned, None]
    };
    let whole = |wall: fn(&Medians) -> Duration| {
        let [ours, python, tuned, _] = all.each_ref().map(|one| Some(ms(wall(one))));
        [ours, python, tuned, None]
    };
    let mut table = Table::new();
    table.row("first run, above the floor", "ms", above(|it| it.first.wall), &[Goal::AtMost(5.0)]);
    table.row("warm run, above the floor", "ms", above(|it| it.warm.wall), &[Goal::AtMost(5.0)]);
    table.row("first run, total", "ms", whole(|it| it.first.wall), &[]);
    table.row("warm run, total", "ms", whole(|it| it.warm.wall), &[]);
    table.print();
}

fn scale(bench: &Bench, options: &Options) {
    println!(
        "Many targets, each of which responds after 100 ms. Up to 100 are probed at once, of more than 100 at most 64 at\n\
         a time. Their state is stored in several parameters, of which SSM accepts three writes a second. An earlier\n\
         environment has written all of them, so this first run writes only the one that has changed; if all have, each\n\
         adds 0.35 s after the probes.\n"
    );
    let mut rows = vec![
        [
            "targets",
            "first run until the last probe",
            "goal",
            "first run, total",
            "SSM parameters",
            "peak memory",
            "goal",
        ]
        .map(str::to_owned)
        .to_vec(),
    ];
    for (targets, most_ms, most_mb) in
        [(1, None, None), (10, None, None), (100, Some(200.0), Some(12.0)), (500, Some(1000.0), Some(12.0))]
    {
        let response = Duration::from_millis(100);
        let backends = Backends::start(Delays { response, ..Delays::default() });
        let settings: Settings = serde_json::from_value(backends.settings(targets)).unwrap();
        let parts = layout(&settings).len();
        let subject = Subject::plexmon(&bench.bootstrap, &backends, targets, tmp());
        Started::new(&subject, &[]).run();
        let mut samples: Vec<[f64; 3]> = (0..options.starts.min(3))
            .map(|_| {
                let started = Started::new(&subject, &[]);
                let begun = Instant::now();
                let wall = started.run().wall;
                [ms(backends.last_probe() - begun), ms(wall), started.process.peak_memory() as f64 / MB]
            })
            .collect();
        samples.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let [probes, wall, memory] = samples[samples.len() / 2];
        let goal = |most: Option<f64>, is: f64| {
            most.map_or_else(String::new, |most| {
                format!("<= {most}: {}", if is <= most { "met" } else { "MISSED" })
            })
        };
        rows.push(vec![
            targets.to_string(),
            format!("{} ms", three_digits(probes)),
            goal(most_ms, probes),
            format!("{} ms", three_digits(wall)),
            parts.to_string(),
            format!("{} MB", three_digits(memory)),
            goal(most_mb, memory),
        ]);
    }
    print_table(&rows);
}
