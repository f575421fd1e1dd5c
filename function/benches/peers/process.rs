//! A started function, and what the kernel knows of it.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use crate::http::pause;
use crate::runtime::Runtime;
use crate::subject::Subject;

const LOOK_AGAIN: Duration = Duration::from_micros(100);

/// What something took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    pub wall: Duration,
    pub cpu: Duration,
}

/// Ends with this value.
pub struct Process {
    child: Child,
    pid: Pid,
    clock: ClockId,
}

impl Process {
    pub fn of(child: Child) -> Self {
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
        let clock = clock_getcpuclockid(pid).unwrap();
        Self { child, pid, clock }
    }

    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// User and system time of all its threads, past and present; exact to the nanosecond while none of them runs.
    pub fn cpu(&self) -> Duration {
        self.clock.now().unwrap().into()
    }

    /// Waits until all threads sleep, as Lambda does before it freezes an environment; returns the processor's time.
    pub fn asleep(&self) -> Duration {
        while runs(self.pid) {
            pause(LOOK_AGAIN);
        }
        self.cpu()
    }

    /// The most memory that was resident at any time, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Asks it to end, and waits.
    pub fn terminate(mut self) {
        let _ = kill(self.pid, Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Whether any thread is on a processor, or wants to be.
pub fn runs(pid: Pid) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    threads.flatten().any(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, fields)| fields.starts_with('R'))
    })
}

/// A function in its environment.
pub struct Started {
    pub process: Process,
    pub init: Cost,
    runtime: Runtime,
}

impl Started {
    /// Starts it, and waits until it asks for an event.
    pub fn new(subject: &Subject, wrapper: &[String]) -> Self {
        let runtime = Runtime::start();
        let mut command = subject.command(runtime.address, wrapper);
        let started = Instant::now();
        let process = Process::of(command.spawn().unwrap());
        let ready = runtime.waits().unwrap_or_else(|why| panic!("{}: {why}", subject.name));
        let init = Cost { wall: ready - started, cpu: process.asleep() };
        Self { process, init, runtime }
    }

    /// One run, until it asks for the next event. The wall time ends with the answer, the processor's with sleep.
    pub fn run(&self) -> Cost {
        let before = self.process.asleep();
        self.runtime.give("{}");
        let (wall, _) = self.runtime.answered().unwrap();
        self.runtime.waits().unwrap();
        Cost { wall, cpu: self.process.asleep() - before }
    }
}
