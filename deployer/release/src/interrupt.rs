//! Ctrl-C while the archive is packed: stop at the next step, so that the temporary folder is removed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::error::{Context as _, Error, Result};

/// Whether the work should stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    requested: Arc<AtomicBool>,
    listens: bool,
}

impl Interrupt {
    /// Stop on Ctrl-C, and on the signal that CI sends instead.
    pub fn on_signals() -> Self {
        Self { listens: true, ..Self::default() }
    }

    /// Notice signals from now on. Until now, they end the process.
    pub fn listen(&self) -> Result<()> {
        for signal in [SIGINT, SIGTERM].into_iter().filter(|_| self.listens) {
            signal_hook::flag::register(signal, self.requested.clone())
                .context(|| "could not listen for Ctrl-C")?;
        }
        Ok(())
    }

    pub fn request(&self) {
        self.requested.store(true, Ordering::Relaxed);
    }

    /// Return an error once a stop was requested.
    pub fn check(&self) -> Result<()> {
        if self.requested.load(Ordering::Relaxed) { Err(Error::interrupted()) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_stops_the_work() {
        let interrupt = Interrupt::on_signals();
        interrupt.listen().unwrap();
        assert!(interrupt.check().is_ok());
        signal_hook::low_level::raise(SIGTERM).unwrap();
        assert!(interrupt.check().unwrap_err().to_string().contains("interrupted"));

        let interrupt = Interrupt::default();
        interrupt.clone().request();
        assert!(interrupt.check().is_err());
    }
}
