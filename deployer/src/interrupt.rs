//! Ctrl-C as a value: the first one requests a stop, the second one an immediate stop.

use tokio::sync::watch;

use crate::error::{Error, Result};

/// The number of times that the user pressed Ctrl-C.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Receiver<u8>);

impl Interrupt {
    /// Count Ctrl-C from now on, instead of ending the process.
    pub fn listen() -> Self {
        let (sender, receiver) = watch::channel(0_u8);
        tokio::spawn(async move {
            while stop_signal().await.is_ok() {
                sender.send_modify(|count| *count = count.saturating_add(1));
            }
            // Without a signal handler, Ctrl-C ends the process, which is safe as well.
            std::future::pending::<()>().await;
        });
        Self(receiver)
    }

    /// Create one that the other end of the channel controls.
    pub fn from_channel(receiver: watch::Receiver<u8>) -> Self {
        Self(receiver)
    }

    /// How often Ctrl-C was pressed so far.
    pub fn count(&self) -> u8 {
        *self.0.borrow()
    }

    /// Await work that changes nothing, and drop it at Ctrl-C.
    pub async fn or<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            result = work => result,
            () = self.requested(1) => Err(Error::interrupted("interrupted; nothing was changed")),
        }
    }

    /// Wait until Ctrl-C was pressed `times` times; forever, if the signals are no longer received.
    pub async fn requested(&self, times: u8) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|count| *count >= times).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Wait for Ctrl-C, or for the signal that service managers and CI send instead.
#[cfg(unix)]
async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn stop_signal() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
