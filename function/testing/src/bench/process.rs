//! A running function, and what the kernel reports about it.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::time::{ClockId, clock_getcpuclockid};
use nix::unistd::Pid;

use super::http::pause;
use super::runtime::Runtime;
use super::subject::Subject;

const POLL: Duration = Duration::from_micros(100);

/// The time that something took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Elapsed time.
    pub wall: Duration,
    /// Processor time of all threads.
    pub cpu: Duration,
}

/// A process that is killed when this value is dropped.
pub struct Process {
    child: Child,
    pid: Pid,
    clock: ClockId,
}

impl Process {
    /// Observe a child process.
    pub fn of(child: Child) -> Self {
        let pid = Pid::from_raw(i32::try_from(child.id()).unwrap());
        let clock = clock_getcpuclockid(pid).unwrap();
        Self { child, pid, clock }
    }

    /// Its process id.
    pub fn pid(&self) -> Pid {
        self.pid
    }

    /// User and system time of all its threads, past and present; accurate to the nanosecond while none of them runs.
    pub fn cpu(&self) -> Duration {
        self.clock.now().unwrap().into()
    }

    /// Wait until all threads sleep, as Lambda does before it freezes an environment. Return the processor time.
    pub fn asleep(&self) -> Duration {
        while is_running(self.pid) {
            pause(POLL);
        }
        self.cpu()
    }

    /// The peak resident memory, in bytes.
    pub fn peak_memory(&self) -> u64 {
        self.memory_of("VmHWM:")
    }

    /// The resident memory, in bytes.
    pub fn memory(&self) -> u64 {
        self.memory_of("VmRSS:")
    }

    fn memory_of(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }

    /// Ask it to terminate, and wait.
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

/// Whether any thread is running or ready to run.
pub fn is_running(pid: Pid) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    threads.flatten().any(|thread| {
        let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, fields)| fields.starts_with('R'))
    })
}

/// A function in its environment.
pub struct Started {
    /// Its process.
    pub process: Process,
    /// The time of its initialization.
    pub init: Cost,
    runtime: Runtime,
}

impl Started {
    /// Start it, and wait until it asks for an event.
    pub fn new(subject: &Subject, wrapper: &[String]) -> Self {
        let runtime = Runtime::start();
        let mut command = subject.command(runtime.address, wrapper);
        let started = Instant::now();
        let process = Process::of(command.spawn().unwrap());
        let ready = runtime.ready().unwrap_or_else(|why| panic!("{}: {why}", subject.name));
        let init = Cost { wall: ready - started, cpu: process.asleep() };
        Self { process, init, runtime }
    }

    /// Run it once, until it asks for the next event. The wall time ends with the answer, the processor time when all
    /// threads sleep.
    pub fn run(&self) -> Cost {
        self.respond("{}").0
    }

    /// Run it once with an event, and return its answer as well.
    pub fn respond(&self, event: &str) -> (Cost, String) {
        let before = self.process.asleep();
        self.runtime.send(event);
        let (wall, answer) = self.runtime.answered().unwrap();
        self.runtime.ready().unwrap();
        (Cost { wall, cpu: self.process.asleep() - before }, answer)
    }
}
