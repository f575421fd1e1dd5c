//! Prints the tables, ratios first.

use std::time::Duration;

use crate::calls::{self, CallKind, TimedCall};
use crate::goals::{BOUNDS, PEAK_MB, SHARES, SLOPE_ALLOWANCE, STATUS_CPU_S, verdict};
use crate::measure::Run;
use crate::peer::{Peer, Verb};
use crate::results::{MAIN, Results};

type Compared<'a> = (&'a dyn Peer, &'a Results);

pub fn print(peers: &[Box<dyn Peer>], results: &[Results], skipped: &[String], runs: u32) {
    let all: Vec<Compared<'_>> = peers.iter().map(|peer| &**peer).zip(results).collect();
    println!(
        "\nMedians of {runs} runs at {MAIN} ms a call, of at most 3 at 0 and 200 ms; machine: {}\n",
        machine()
    );
    let (ours, others): (Vec<_>, Vec<_>) = all.iter().partition(|(peer, _)| peer.name() == "plexmon-deploy");
    if let Some((_, ours)) = ours.first() {
        ratios(ours, &others);
        bounds(ours);
    }
    times(&all);
    rounds(&all);
    tools(&all, skipped);
    if let Some((_, ours)) = ours.first() {
        operations(ours);
        for verb in Verb::ALL {
            timeline(ours, verb);
        }
    }
}

fn machine() -> String {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or("?").to_owned();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{}, {cores} cores, load {load}", model.map_or("?", |(_, model)| model))
}

fn ratios(ours: &Results, others: &[Compared<'_>]) {
    println!("Our time divided by theirs (to the end of the process; to the last write answered)\n");
    println!(
        "| verb | tool | to the end | to the last write | goal | |\n| --- | --- | ---: | ---: | ---: | --- |"
    );
    for goal in SHARES {
        let Some((_, theirs)) = others.iter().find(|(peer, _)| peer.name() == goal.peer) else {
            println!("| {} | {} | - | - | <= {} | not measured |", goal.verb, goal.peer, goal.share);
            continue;
        };
        let of = |ours: Option<Duration>, theirs: Option<Duration>| {
            Some(ours?.as_secs_f64() / theirs.filter(|time| !time.is_zero())?.as_secs_f64())
        };
        let whole = of(ours.wall(goal.verb), theirs.wall(goal.verb));
        let applied = of(ours.applied(goal.verb), theirs.wall(goal.verb));
        // The proof of the removal is measured separately, because no other tool has one.
        let counted = if goal.verb == Verb::Remove { applied } else { whole };
        let met = counted.map_or("not measured", |ratio| verdict(ratio <= goal.share));
        let (whole, applied) = (number(whole, 3), number(applied, 3));
        println!("| {} | {} | {whole} | {applied} | <= {} | {met} |", goal.verb, goal.peer, goal.share);
    }
}

fn bounds(ours: &Results) {
    println!("\nOurs: rounds in sequence and writes\n");
    println!(
        "| verb | rounds: slope of wall time | of the time with calls under way | longest chain of calls | \
         to the last write: slope | chain | goal | | writes | goal | |"
    );
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: | --- |");
    for bound in BOUNDS {
        let verb = bound.verb;
        let slope = ours.slope(verb, |run| run.wall);
        let applied = ours.slope(verb, Run::applied);
        let counted = if verb == Verb::Remove { applied } else { slope };
        let met =
            counted.map_or("not measured", |slope| verdict(slope <= bound.rounds as f64 + SLOPE_ALLOWANCE));
        let writes = ours.writes(verb);
        let few = writes.map_or("not measured", |writes| verdict(writes <= bound.writes));
        println!(
            "| {verb} | {} | {} | {} | {} | {} | <= {} | {met} | {} | <= {} | {few} |",
            number(slope, 1),
            number(ours.slope(verb, Run::busy), 1),
            count(ours.rounds(verb)),
            number(applied, 1),
            count(ours.rounds_applied(verb)),
            bound.rounds,
            count(writes),
            bound.writes,
        );
    }
    let peak = ours.peak().map(megabytes);
    let small = peak.map_or("not measured", |peak| verdict(peak <= PEAK_MB));
    println!("\nPeak memory over all verbs: {} MB, goal <= {PEAK_MB}: {small}", number(peak, 1));
    let cpu = ours.cpu(Verb::Status).map(|cpu| cpu.as_secs_f64());
    let little = cpu.map_or("not measured", |cpu| verdict(cpu <= STATUS_CPU_S));
    println!("CPU of `status`: {} s, goal <= {STATUS_CPU_S}: {little}", number(cpu, 3));
}

fn times(all: &[Compared<'_>]) {
    println!("\nSeconds at {MAIN} ms a call (calls, of which writes)\n");
    println!("| tool | fresh up | unchanged up | code change | status | remove | peak MB |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (peer, results) in all {
        let cells =
            Verb::ALL.map(|verb| match (results.wall(verb), results.calls(verb), results.writes(verb)) {
                (Some(wall), Some(calls), Some(writes)) => {
                    let code = results.codes(verb).map_or_else(String::new, |code| format!(", exit {code}"));
                    format!("{:.2} ({calls}, {writes}{code})", wall.as_secs_f64())
                }
                _ => "-".to_owned(),
            });
        let peak = number(results.peak().map(megabytes), 1);
        println!("| {} | {} | {peak} |", peer.name(), cells.join(" | "));
    }
    println!("\nSeconds to the last write answered / without a call under way / of CPU (means); peak MB\n");
    println!(
        "| tool | fresh up | unchanged up | code change | status | remove |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    );
    for (peer, results) in all {
        let cells = Verb::ALL.map(|verb| {
            let part = |time: Option<Duration>, places| number(time.map(|time| time.as_secs_f64()), places);
            let (applied, idle) = (part(results.applied(verb), 2), part(results.idle(verb), 2));
            let peak = number(results.peak_of(verb).map(megabytes), 1);
            format!("{applied} / {idle} / {}; {peak}", part(results.cpu(verb), 3))
        });
        println!("| {} | {} |", peer.name(), cells.join(" | "));
    }
}

fn rounds(all: &[Compared<'_>]) {
    println!(
        "\nRounds in sequence: slope over latency of wall time / of the time with calls under way / longest chain of calls\n"
    );
    println!(
        "| tool | fresh up | unchanged up | code change | status | remove |\n| --- | ---: | ---: | ---: | ---: | ---: |"
    );
    for (peer, results) in all {
        let cells = Verb::ALL.map(|verb| {
            let (wall, busy) = (results.slope(verb, |run| run.wall), results.slope(verb, Run::busy));
            format!("{} / {} / {}", number(wall, 1), number(busy, 1), count(results.rounds(verb)))
        });
        println!("| {} | {} |", peer.name(), cells.join(" | "));
    }
}

fn tools(all: &[Compared<'_>], skipped: &[String]) {
    println!("\nWhat each deploys:\n");
    for (peer, results) in all {
        println!("- {}: {}", peer.name(), peer.description());
        if let Some(trouble) = &results.trouble {
            println!("  It was stopped: {}", trouble.chars().take(400).collect::<String>());
        }
    }
    println!(
        "- skipped: SAM, because the emulator's CloudFormation does not support the Serverless transform"
    );
    for reason in skipped {
        println!("- skipped: {reason}");
    }
}

fn operations(ours: &Results) {
    println!("\nOur calls, each with the rounds in which it was made\n");
    println!("| verb | operation | kind | calls | rounds |\n| --- | --- | --- | ---: | --- |");
    for verb in Verb::ALL {
        let Some(run) = ours.typical(verb) else { continue };
        for (operation, kind, calls, rounds) in calls::table(&run.calls) {
            let rounds = rounds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            println!("| {verb} | {operation} | {} | {calls} | {rounds} |", kind.as_str());
        }
    }
}

/// Print every call of a typical run, to show which calls wait for others.
fn timeline(ours: &Results, verb: Verb) {
    let Some(run) = ours.typical(verb) else { return };
    let wall = run.wall.as_millis();
    println!(
        "\n{verb}: each call in ms since the start ({wall} ms in all, {} connections)\n",
        run.connections
    );
    println!("```text\nstart   end round");
    for call in &run.calls {
        let TimedCall { operation, status, round, .. } = call;
        let mark = match call.kind {
            CallKind::Read => ' ',
            CallKind::Write => '*',
            CallKind::Run => '>',
        };
        println!(
            "{:5} {:5} {round:5} {mark} {operation} {status}",
            call.start.as_millis(),
            call.end.as_millis()
        );
    }
    println!("```");
}

fn number(value: Option<f64>, places: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.places$}"))
}

fn count(value: Option<usize>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1_000_000.0
}
