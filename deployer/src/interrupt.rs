//! Ctrl-C as a value: the first asks to stop, the second to stop at once.

use tokio::sync::watch;

/// Counts how often the user pressed Ctrl-C.
#[derive(Clone, Debug)]
pub struct Interrupt(watch::Receiver<u8>);

impl Interrupt {
    /// Listens from now on, instead of dying.
    pub fn listen() -> Self {
        let (sender, receiver) = watch::channel(0_u8);
        tokio::spawn(async move {
            while stop_signal().await.is_ok() {
                sender.send_modify(|count| *count = count.saturating_add(1));
            }
            // Without a signal handler the process simply dies of Ctrl-C, which is safe as well.
            std::future::pending::<()>().await;
        });
        Self(receiver)
    }

    /// One that is pressed by hand, through the other end of the channel.
    pub fn from_channel(receiver: watch::Receiver<u8>) -> Self {
        Self(receiver)
    }

    /// How often it was pressed so far.
    pub fn count(&self) -> u8 {
        *self.0.borrow()
    }

    /// Returns when it was pressed at least `times`; never, if nobody listens any more.
    pub async fn requested(&self, times: u8) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|count| *count >= times).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Ctrl-C, and what service managers and CI send instead of it.
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
