//! The context of every command: the global options, the output, and Ctrl-C.

use crate::artifact::Origin;
use crate::cli::{Global, Source};
use crate::config::Config;
use crate::error::Result;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::session::Session;

pub struct Context {
    pub global: Global,
    pub output: Output,
    pub interrupt: Interrupt,
}

impl Context {
    /// Create the context, and handle Ctrl-C from now on.
    pub fn new(global: &Global) -> Self {
        Self { global: global.clone(), output: Output::new(global), interrupt: Interrupt::listen() }
    }

    /// Read the configuration.
    pub fn config(&self) -> Result<Config> {
        Config::load(&self.global.config)
    }

    /// Read the configuration and connect to AWS.
    pub async fn session(&self) -> Result<Session> {
        self.open(Origin::of_this_program()).await
    }

    /// Like [`session`](Self::session), for commands that compare or upload code.
    pub async fn session_with_code(&self, source: &Source) -> Result<Session> {
        self.open(source.bootstrap.clone().map_or_else(Origin::of_this_program, Origin::File)).await
    }

    async fn open(&self, origin: Origin) -> Result<Session> {
        Session::open(&self.global, origin, self.output.clone(), self.interrupt.clone()).await
    }
}
