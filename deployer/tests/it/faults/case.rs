//! One case: a verb, a fault, and the call at which it happens.

use super::proxy::{Fault, FaultProxy};
use crate::support::{Deploy, Fixture, Ran};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// The first deployment.
    Up,
    /// Other code, configuration and schedule.
    Update,
    Down,
}

impl Verb {
    pub const ALL: [Self; 3] = [Self::Up, Self::Update, Self::Down];

    /// A fixture in which the verb has something to do.
    fn fixture(self) -> Fixture {
        let fixture = Fixture::named();
        if self == Self::Up {
            return fixture;
        }
        let fixture = fixture.with_deployment();
        if self == Self::Update {
            fixture.edit("name = \"plex\"", "name = \"living room\"");
            fixture.edit("rate(5 minutes)", "rate(10 minutes)");
            fixture.edit("[function]", "[function]\nmemory_mb = 256\nlog_retention_days = 30");
        }
        fixture
    }

    fn command(self, fixture: &Fixture) -> Deploy {
        match self {
            Self::Up | Self::Update => fixture.with_code(&["up", "--yes"]),
            Self::Down => fixture.deploy(&["down", "--yes", "--no-wait"]),
        }
    }

    /// What must hold after a successful run.
    fn check(self, fixture: &Fixture) -> Result<(), String> {
        if self == Self::Down {
            let left = fixture.inventory();
            return if left.is_empty() { Ok(()) } else { Err(format!("left behind: {left:?}")) };
        }
        let plan = fixture.with_code(&["plan", "--exit-code"]).run();
        if plan.code == Some(0) { Ok(()) } else { Err(format!("not converged: {}", plan.whole())) }
    }
}

/// Count the calls of an undisturbed run.
pub fn calls(verb: Verb) -> usize {
    let fixture = verb.fixture();
    let proxy = FaultProxy::start(Fault::None, 0);
    let ran = verb.command(&fixture).env("AWS_ENDPOINT_URL", proxy.url()).run();
    assert_eq!(ran.code, Some(0), "{}", ran.whole());
    proxy.calls()
}

#[derive(Debug, Clone, Copy)]
pub struct Case {
    pub verb: Verb,
    pub fault: Fault,
    pub call: usize,
}

impl Case {
    pub fn play(&self) -> Result<(), String> {
        let fixture = self.verb.fixture();
        let proxy = FaultProxy::start(self.fault, self.call);
        let running = self.verb.command(&fixture).env("AWS_ENDPOINT_URL", proxy.url()).start();
        proxy.aim_at(running.id());
        let struck = running.end();
        if struck.code == Some(101) || struck.stderr.contains("panicked") {
            return Err(format!("it panicked: {}", struck.whole()));
        }
        sound(&struck)?;
        let again = self.verb.command(&fixture).run();
        if again.code != Some(0) {
            return Err(format!("the next run failed: {}\nafter: {}", again.whole(), struck.whole()));
        }
        self.verb.check(&fixture).map_err(|why| format!("{why}\nafter: {}", struck.whole()))
    }
}

/// A failed run must print its error; a killed one cannot.
fn sound(ran: &Ran) -> Result<(), String> {
    match ran.code {
        None | Some(0) => Ok(()),
        Some(1 | 130) if ran.stderr.contains("error: ") => Ok(()),
        _ => Err(format!("ended without an error that says why: {}", ran.whole())),
    }
}
