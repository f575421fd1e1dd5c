//! What the sandbox needs before its demonstration starts, and what may take a while: the emulator, and the choice of the
//! function's code.

use std::path::Path;

use super::code::{Embedded, Facts, Wish, choose};
use crate::artifact::{Origin, can_build_for_host};
use crate::cli::Sandbox;
use crate::config::Architecture;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::report::{Progress, with_heartbeat};
use crate::sandbox::{Emulator, InstallStage, Installed, find, prepare};

/// The processor of this machine, as Lambda calls it.
pub const ARCHITECTURE: Architecture =
    if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X86_64 };

pub struct Setup<'a> {
    pub output: &'a Output,
    pub interrupt: &'a Interrupt,
}

impl Setup<'_> {
    /// Install the emulator unless it is installed, and start it.
    pub async fn emulator(&self, cache: &Path) -> Result<Emulator> {
        let installed = match find(cache)? {
            Some(installed) => installed,
            None => self.step("install the AWS emulator", |progress| self.install(cache, progress)).await?,
        };
        let emulator =
            self.step("start the AWS emulator", |progress| start(&installed, cache, progress)).await?;
        self.output.note(&format!(
            "an AWS emulator listens on {} (this machine only); no real AWS account is used",
            emulator.endpoint()
        ));
        Ok(emulator)
    }

    async fn install(&self, cache: &Path, progress: Progress) -> Result<Installed> {
        let report = |stage: InstallStage<'_>| match stage {
            InstallStage::Note(text) => self.output.note(text),
            InstallStage::Waiting { waiting_for, elapsed } => progress.still_waiting(waiting_for, elapsed),
        };
        prepare(cache, &report).await
    }

    /// Choose the function's code. `scratch` is a folder for files that are needed only for this.
    pub async fn code(&self, args: &Sandbox, scratch: &Path) -> Result<Origin> {
        let facts = Facts {
            wish: Wish::of(args),
            embedded: Embedded::probe(ARCHITECTURE, scratch).await?,
            can_build: can_build_for_host(),
        };
        let origin = choose(&facts)?;
        if origin == Origin::Itself {
            self.output.note(match facts.embedded {
                Embedded::None => {
                    "this program serves as the function as well: there is no cargo or no checkout to build it with"
                }
                Embedded::Runs | Embedded::CannotRun => {
                    "this program serves as the function as well: the one for AWS cannot run on this machine"
                }
            });
        }
        Ok(origin)
    }

    /// Report `work` as a step, and end it at Ctrl-C.
    async fn step<T, F>(&self, title: &str, work: impl FnOnce(Progress) -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let progress = Progress::new(self.output.reporter.clone(), 0, self.interrupt.clone());
        let work = work(progress.clone());
        let until_interrupted = async {
            tokio::select! {
                result = work => result,
                () = self.interrupt.requested(1) => {
                    Err(Error::interrupted("interrupted; nothing was left behind"))
                }
            }
        };
        progress.stage(title, until_interrupted).await
    }
}

async fn start(installed: &Installed, cache: &Path, progress: Progress) -> Result<Emulator> {
    let emulator = Emulator::start(installed, cache);
    with_heartbeat(emulator, |elapsed| progress.still_waiting("its first answer", elapsed)).await
}
