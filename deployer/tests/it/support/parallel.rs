//! Runs many cases, a few at a time.

use std::sync::Mutex;

/// More would only wait for the emulator.
const THREADS: usize = 4;

/// Process each task and return the results in any order.
pub fn in_parallel<T: Send, R: Send>(tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let left = Mutex::new(tasks);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let Some(task) = left.lock().unwrap().pop() else { break };
                    let result = work(task);
                    done.lock().unwrap().push(result);
                }
            });
        }
    });
    done.into_inner().unwrap()
}
