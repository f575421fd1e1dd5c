//! A small share of a processor, as Lambda gives it: a quota of processor time in each period, as Linux's scheduler
//! enforces for containers, made here with SIGSTOP and SIGCONT, so that it needs no rights.
//!
//! The kernel tells a running process's time only at its ticks, which are longer than the quota, but exactly once the
//! process is stopped or sleeps. So it is let run for no longer than what it has left, then stopped and looked at.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;

use crate::process::runs;

pub const PERIOD: Duration = Duration::from_millis(20);
pub const QUOTA: Duration = Duration::from_micros(1400);

/// What is too little to be worth a start.
const LEAST: Duration = Duration::from_micros(40);
/// By so much a wait is longer than was asked for.
const SLACK: Duration = Duration::from_micros(55);

/// Ends with this value, and lets the process run freely.
pub struct Throttle {
    fresh: Option<Sender<Sender<()>>>,
    thread: Option<JoinHandle<()>>,
}

impl Throttle {
    pub fn on(pid: Pid) -> Self {
        let (fresh, commands) = channel();
        let thread = thread::spawn(move || ration(pid, &commands));
        Self { fresh: Some(fresh), thread: Some(thread) }
    }

    /// A new period begins now, with nothing used: so a process finds it that has slept for minutes.
    pub fn start_afresh(&self) {
        let (done, wait) = channel();
        self.fresh.as_ref().unwrap().send(done).unwrap();
        wait.recv().unwrap();
    }
}

impl Drop for Throttle {
    fn drop(&mut self) {
        self.fresh = None;
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn ration(pid: Pid, commands: &Receiver<Sender<()>>) {
    let clock = clock_getcpuclockid(pid).unwrap();
    let cpu = || clock.now().map_or(Duration::ZERO, Duration::from);
    let quota = i128::try_from(QUOTA.as_nanos()).unwrap();
    let (mut period, mut left, mut known, mut stopped) = (Instant::now(), quota, cpu(), false);
    loop {
        let until_next = PERIOD.saturating_sub(period.elapsed());
        let may = Duration::from_nanos(u64::try_from(left).unwrap_or(0));
        let wait = if stopped { until_next } else { until_next.min(may.saturating_sub(SLACK)) };
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
        if !stopped && runs(pid) {
            let _ = kill(pid, Signal::SIGSTOP);
            while runs(pid) {
                thread::yield_now();
            }
            stopped = true;
        }
        let used = cpu();
        left -= i128::try_from(used.saturating_sub(known).as_nanos()).unwrap();
        known = used;
        while period.elapsed() >= PERIOD {
            period += PERIOD;
            // What was not used is lost, what was used too much is owed.
            left = quota.min(left + quota);
        }
        if stopped && left > i128::try_from(LEAST.as_nanos()).unwrap() {
            let _ = kill(pid, Signal::SIGCONT);
            stopped = false;
        }
    }
}
