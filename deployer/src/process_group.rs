//! Programs that start further programs, such as cargo, pip and the emulator: each gets a process group of its own, so
//! that all of them can be ended together.
//!
//! Ctrl-C on a terminal does not reach such a group. What starts one has to end it.

use std::process::Command;

/// Start `command` in a group of its own.
#[cfg(unix)]
pub fn separate(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(windows)]
pub fn separate(command: &mut Command) {
    use std::os::windows::process::CommandExt as _;
    const CREATE_NEW_PROCESS_GROUP: u32 = 0x200;
    command.creation_flags(CREATE_NEW_PROCESS_GROUP);
}

/// Kill the group whose first process is `id`. A group that has ended is no error.
#[cfg(unix)]
pub fn kill(id: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    if let Some(group) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        let _ = kill_process_group(group, Signal::KILL);
    }
}

#[cfg(windows)]
pub fn kill(id: u32) {
    use std::process::Stdio;
    let mut killer = Command::new("taskkill");
    killer.args(["/T", "/F", "/PID", &id.to_string()]);
    let _ = killer.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
}

/// Kills a group when it is dropped, for example because the user pressed Ctrl-C.
#[derive(Debug)]
pub struct KillOnDrop(Option<u32>);

impl KillOnDrop {
    /// The group of a child that was started with [`separate`].
    pub fn new(id: Option<u32>) -> Self {
        Self(id)
    }

    /// The first process has ended, and its number may be used again.
    pub fn has_ended(mut self) {
        self.0 = None;
    }
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if let Some(id) = self.0 {
            kill(id);
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::process::Stdio;

    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn all_processes_of_a_group_end_with_it() {
        let mut command = tokio::process::Command::new("sh");
        // The pipe stays open as long as one of the two lives.
        command.args(["-c", "sleep 600 & echo started; wait"]).stdout(Stdio::piped());
        separate(command.as_std_mut());
        let mut child = command.spawn().unwrap();
        let group = KillOnDrop::new(child.id());
        let mut output = child.stdout.take().unwrap();
        let mut started = [0; 8];
        output.read_exact(&mut started).await.unwrap();
        drop(group);
        assert_eq!(output.read(&mut started).await.unwrap(), 0);
        assert!(!child.wait().await.unwrap().success());
    }
}
