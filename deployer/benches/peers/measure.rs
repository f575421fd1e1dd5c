//! Runs one command and measures it: wall time, CPU, memory, and its calls to AWS.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use tokio::process::Command;

use crate::BenchResult;
use crate::calls::{self, TimedCall};
use crate::proxy::Proxy;

/// The kernel reports the peak itself; only growth in the last moment can be missed.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(4);
/// No tool takes this long unless it hangs.
const TIME_LIMIT: Duration = Duration::from_secs(120);

/// One run of a command.
#[derive(Debug, Clone)]
pub struct Run {
    pub wall: Duration,
    /// User and system time, including child processes.
    pub cpu: Duration,
    /// The peak of its largest process, in bytes.
    pub peak: u64,
    /// `None` if a signal ended it.
    pub code: Option<i32>,
    pub calls: Vec<TimedCall>,
    pub connections: usize,
    /// The end of its output.
    pub output: String,
}

impl Run {
    pub fn rounds(&self) -> usize {
        calls::rounds(&self.calls)
    }

    /// Return the time with a call in progress: without local work and without waits.
    pub fn busy(&self) -> Duration {
        calls::busy(&self.calls)
    }

    /// Return the time until the last write was answered, or until the end without writes.
    pub fn applied(&self) -> Duration {
        calls::last_write(&self.calls).unwrap_or(self.wall)
    }
}

/// Measure one command at a time: the CPU time is that of all processes that end in the meantime.
pub async fn measure(mut command: Command, proxy: &Proxy) -> BenchResult<Run> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let _ = proxy.take();
    let before = cpu()?;
    let start = Instant::now();
    let child = command.spawn()?;
    let id = child.id();
    let mut ended = std::pin::pin!(child.wait_with_output());
    let mut samples = tokio::time::interval(SAMPLE_INTERVAL);
    let mut peak = 0;
    let output = loop {
        tokio::select! {
            output = &mut ended => break output?,
            _ = samples.tick() => peak = peak.max(id.map_or(0, peak_of_tree)),
        }
        if start.elapsed() > TIME_LIMIT {
            return Err(format!("did not end within {} s", TIME_LIMIT.as_secs()).into());
        }
    };
    let wall = start.elapsed();
    let cpu = cpu()?.saturating_sub(before);
    let (calls, connections) = proxy.take();
    let printed = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    Ok(Run {
        wall,
        cpu,
        peak,
        code: output.status.code(),
        calls: calls::with_times(&calls, start),
        connections,
        output: printed.into_owned(),
    })
}

/// Return the CPU time of all children that have ended. The kernel reports it in hundredths of a second, so only the
/// mean of several runs is precise.
fn cpu() -> BenchResult<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses may contain spaces; `cutime` and `cstime` are fields 16 and 17, the name is the second.
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/self/stat has no name")?;
    let ticks: u64 =
        fields.split_whitespace().skip(13).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Ok(Duration::from_millis(ticks * 10))
}

fn peak_of_tree(root: u32) -> u64 {
    let mut peak = 0;
    let mut seen = BTreeSet::new();
    let mut left = vec![root];
    while let Some(id) = left.pop() {
        if !seen.insert(id) {
            continue;
        }
        peak = peak.max(peak_of(id).unwrap_or(0));
        left.extend(children(id));
    }
    peak
}

/// Return `None` for a process that has ended.
fn peak_of(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1024)
}

fn children(id: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists
        .flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>())
        .collect()
}
