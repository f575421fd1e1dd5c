//! Limits a process to a small share of a processor, as Lambda does: a quota of processor time in each period, as Linux's
//! scheduler enforces for containers, but with SIGSTOP and SIGCONT, so that no privileges are needed.
//!
//! While a process runs, the kernel updates its processor time only at ticks, which are longer than the quota; once it is
//! stopped or sleeps, the time is exact. So the process runs for no longer than the rest of its quota, and is then stopped
//! and measured.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

use plexmon_testing::bench::is_running;

pub const PERIOD: Duration = Duration::from_millis(20);
pub const QUOTA: Duration = Duration::from_micros(1400);

/// Less than this is not worth resuming the process for.
const MIN_SLICE: Duration = Duration::from_micros(40);
/// How much longer a wait takes than requested.
const WAIT_OVERHEAD: Duration = Duration::from_micros(55);

/// Throttles the process until this value is dropped.
pub struct Throttle {
    commands: Option<Sender<Sender<()>>>,
    thread: Option<JoinHandle<()>>,
}

impl Throttle {
    /// Throttle a process.
    pub fn on(pid: Pid) -> Self {
        let (sender, commands) = channel();
        let thread = thread::spawn(move || throttle(pid, &commands));
        Self { commands: Some(sender), thread: Some(thread) }
    }

    /// Begin a new period now, with the full quota, as for a process that has slept for minutes.
    pub fn begin_period(&self) {
        let (done, wait) = channel();
        self.commands.as_ref().unwrap().send(done).unwrap();
        wait.recv().unwrap();
    }
}

impl Drop for Throttle {
    fn drop(&mut self) {
        self.commands = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn throttle(pid: Pid, commands: &Receiver<Sender<()>>) {
    let clock = clock_getcpuclockid(pid).unwrap();
    let cpu = || clock.now().map_or(Duration::ZERO, Duration::from);
    let quota = i128::try_from(QUOTA.as_nanos()).unwrap();
    let (mut period, mut left, mut known, mut stopped) = (Instant::now(), quota, cpu(), false);
    loop {
        let until_next = PERIOD.saturating_sub(period.elapsed());
        let available = Duration::from_nanos(u64::try_from(left).unwrap_or(0));
        let wait = if stopped { until_next } else { until_next.min(available.saturating_sub(WAIT_OVERHEAD)) };
        match commands.recv_timeout(wait) {
            Ok(done) => {
                (period, left, known) = (Instant::now(), quota, cpu());
                let _ = done.send(());
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                let _ = kill(pid, Signal::SIGCONT);
                return;
            }
        }
        if !stopped && is_running(pid) {
            let _ = kill(pid, Signal::SIGSTOP);
            while is_running(pid) {
                thread::yield_now();
            }
            stopped = true;
        }
        let used = cpu();
        left -= i128::try_from(used.saturating_sub(known).as_nanos()).unwrap();
        known = used;
        while period.elapsed() >= PERIOD {
            period += PERIOD;
            // An unused quota expires; an overdrawn one is deducted from the next.
            left = quota.min(left + quota);
        }
        if stopped && left > i128::try_from(MIN_SLICE.as_nanos()).unwrap() {
            let _ = kill(pid, Signal::SIGCONT);
            stopped = false;
        }
    }
}
