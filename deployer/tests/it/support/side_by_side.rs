//! Runs many cases, a few at a time.

use std::sync::Mutex;

/// More would only wait for the emulator.
const AT_A_TIME: usize = 4;

/// Process each task and return the results in any order.
pub fn side_by_side<T: Send, R: Send>(tasks: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let left = Mutex::new(tasks);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
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
