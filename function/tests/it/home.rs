//! A home like any other on the loopback interface, watched by the real handler and the real prober: what each channel
//! is told of its troubles, message by message.
//!
//! [`net`] puts it together: [`edge`] stands in for Cloudflare, [`nginx`] is the real one, [`apps`] says what is behind
//! it, [`running`] runs that. [`inbox`] takes what is told; [`outages`], [`notes`], [`silence`] and [`channels`] have
//! the scenarios, and [`table`] plays them all.

mod apps;
mod channels;
mod edge;
mod inbox;
mod net;
mod nginx;
mod notes;
mod outages;
mod running;
mod silence;
mod table;

use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::problem::ProblemKind;
use plexmon_function::contract::request::Request;
use plexmon_function::contract::secrets::{AccessToken, SecretValue, Secrets};
use plexmon_function::contract::settings::{Settings, Severity, Target};
use plexmon_function::notify::Channel;
use plexmon_function::probe::Tls;
use plexmon_function::run::{Monitor, NetworkProber};
use plexmon_function::store::MemoryStore;
use plexmon_function::store::SecretCache;
use plexmon_function::time::clock;
use tokio::time::Instant;

use self::inbox::{Inbox, Letter};
use self::net::{Net, TOKEN_ID, TOKEN_SECRET, Trouble};
use crate::fixtures::{NOW, pushover, settings};

const RUN_S: u64 = 300;

/// How the world gets to the home's nginx.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Through Cloudflare, with Access for some apps, and a tunnel.
    Tunnel,
    /// Through a port that the router forwards.
    Port,
}

/// The home, the monitor that watches it, and the two who are told.
struct Home {
    net: Net,
    monitor: Monitor<MemoryStore, NetworkProber>,
    /// Takes everything.
    phone: Inbox,
    /// Wants to hear of outages alone.
    pager: Inbox,
    now: u64,
    told: Vec<Letter>,
}

impl Home {
    /// All is well at five past ten, and this has been told.
    async fn new(way: Way) -> Self {
        Self::with(way, |_| {}).await
    }

    /// The same, with other settings.
    async fn with(way: Way, adjust: impl FnOnce(&mut Settings)) -> Self {
        let mut home = Self::unseen(way, adjust).await;
        home.runs(1).await;
        home.told.clear();
        home
    }

    /// Nobody has looked yet.
    async fn unseen(way: Way, adjust: impl FnOnce(&mut Settings)) -> Self {
        let net = Net::new(way).await;
        let targets = apps::targets(way, net.port, &net.authority());
        let mut settings = Settings { targets, ..settings(&[]) };
        let (phone, pager) = (Inbox::new("phone"), Inbox::new("pager"));
        settings.channels = vec![pushover(phone.name), pushover(pager.name)];
        settings.channels[1].min = Severity::Down;
        adjust(&mut settings);
        let channels: Vec<Box<dyn Channel>> = vec![Box::new(phone.clone()), Box::new(pager.clone())];
        let token = AccessToken { id: SecretValue::new(TOKEN_ID), secret: SecretValue::new(TOKEN_SECRET) };
        let store = MemoryStore::default();
        *store.secrets.borrow_mut() =
            Secrets { access: [("cloudflare".to_owned(), token)].into(), ..Secrets::default() };
        let live = NetworkProber(Tls::new().unwrap());
        let monitor = Monitor::new(settings, store, live, channels, SecretCache::empty());
        Self { net, monitor, phone, pager, now: NOW, told: Vec::new() }
    }

    /// Makes trouble, or ends it.
    fn trouble(&self, change: impl FnOnce(&mut Trouble)) {
        change(&mut self.net.trouble.lock().unwrap());
    }

    async fn stop(&mut self, app: &str) {
        self.net.app(app).stop().await;
    }

    fn start(&mut self, app: &str) {
        self.net.app(app).start();
    }

    /// Power and line, on or off.
    async fn power(&mut self, is_on: bool) {
        self.net.power(is_on).await;
    }

    /// So many runs, five minutes apart.
    async fn runs(&mut self, count: u32) {
        for _ in 0..count {
            self.run_for(Request::Check).await;
            self.now += RUN_S;
        }
    }

    /// One run by hand, between two others.
    async fn run_for(&mut self, request: Request) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let run = self.monitor.run_for(request, self.now, deadline).await;
        // With so much to tell at once, the state's details may have no room; nothing else is to go wrong.
        let mut problems = run.reply.problems;
        problems.retain(|problem| problem.kind != ProblemKind::StateShortened);
        assert_eq!((run.fault, problems), (None, vec![]));
        self.told.extend(inbox::sorted(&clock(self.now), &self.phone, &self.pager));
    }

    /// This and nothing else was told: `10:10 phone: title | body`, with `both` for what phone and pager got alike.
    #[track_caller]
    fn heard(self, expected: &[&str]) -> Vec<Letter> {
        let found: Vec<String> = self.told.iter().map(ToString::to_string).collect();
        assert!(
            found == expected,
            "heard:\n  {}\ninstead of:\n  {}",
            found.join("\n  "),
            expected.join("\n  ")
        );
        self.told
    }
}

/// For all targets of the home.
fn each(settings: &mut Settings, change: impl Fn(&mut Target)) {
    settings.targets.iter_mut().for_each(change);
}

fn down_for_now() -> Delivery {
    Delivery::Retry { why: "Pushover answered HTTP 500".to_owned(), unproven: false }
}
