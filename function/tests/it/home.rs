//! A simulated home on the loopback interface, monitored by the real function and the real prober. Every message that
//! each channel receives is compared.
//!
//! [`net`] is the home's network: [`edge`] stands in for Cloudflare, [`nginx`] runs the real nginx, [`apps`] lists the
//! apps behind it, and [`running`] runs them. [`inbox`] is a channel that keeps its messages. [`outages`],
//! [`conditions`], [`inside`], [`suppression`], [`channels`], [`domains`] and [`account`] contain the scenarios, and
//! [`table`] plays them.

mod account;
mod apps;
mod channels;
mod conditions;
mod domains;
mod edge;
mod inbox;
mod inside;
mod net;
mod nginx;
mod outages;
mod running;
mod suppression;
mod table;

use std::time::Duration;

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::problem::ProblemKind;
use plexmon_function::contract::request::Request;
use plexmon_function::contract::secrets::{AccessToken, SecretValue, Secrets};
use plexmon_function::contract::settings::{HistorySettings, Settings, Severity, Target};
use plexmon_function::notify::Channel;
use plexmon_function::probe::Tls;
use plexmon_function::run::{Monitor, NetworkProber};
use plexmon_function::store::MemoryStore;
use plexmon_function::store::SecretCache;
use plexmon_function::time::clock;
use tokio::time::Instant;

use self::inbox::{Inbox, Sent};
pub use self::net::Port;
use self::net::{Net, TOKEN_ID, TOKEN_SECRET, Trouble};
use crate::fixtures::{NOW, pushover, settings};

const RUN_S: u64 = 300;

/// The route from the internet to the home's nginx.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Route {
    /// Through Cloudflare, with Access for some apps, and a tunnel.
    Tunnel,
    /// Through a port that the router forwards.
    Port,
}

/// The home, the function that monitors it, and its two channels.
struct Home {
    net: Net,
    monitor: Monitor<MemoryStore, NetworkProber>,
    /// Gets all notifications.
    phone: Inbox,
    /// Gets only notifications about outages.
    pager: Inbox,
    now: u64,
    sent: Vec<Sent>,
}

impl Home {
    /// A home in which everything is up at 10:05, and this was notified.
    async fn new(route: Route) -> Self {
        Self::with(route, |_| {}).await
    }

    /// The same with adjusted settings.
    async fn with(route: Route, adjust: impl FnOnce(&mut Settings)) -> Self {
        let mut home = Self::unchecked(route, adjust).await;
        home.runs(1).await;
        home.sent.clear();
        home
    }

    /// A home that was not checked yet.
    async fn unchecked(route: Route, adjust: impl FnOnce(&mut Settings)) -> Self {
        let net = Net::new(route).await;
        let targets = apps::targets(route, net.port, &net.authority());
        let history = Some(HistorySettings { days: 90, records: 1, parameters: 250 });
        let mut settings = Settings { targets, history, ..settings(&[]) };
        let (phone, pager) = (Inbox::new("phone"), Inbox::new("pager"));
        settings.channels = vec![pushover(phone.name), pushover(pager.name)];
        settings.channels[1].min = Severity::Down;
        adjust(&mut settings);
        let channels: Vec<Box<dyn Channel>> = vec![Box::new(phone.clone()), Box::new(pager.clone())];
        let token = AccessToken { id: SecretValue::new(TOKEN_ID), secret: SecretValue::new(TOKEN_SECRET) };
        let store = MemoryStore::default();
        *store.secrets.borrow_mut() =
            Secrets { access: [("cloudflare".to_owned(), token)].into(), ..Secrets::default() };
        let prober = NetworkProber(Tls::new().unwrap());
        let monitor = Monitor::new(settings, store, prober, channels, SecretCache::empty());
        Self { net, monitor, phone, pager, now: NOW, sent: Vec::new() }
    }

    /// Start or end a trouble.
    fn trouble(&self, change: impl FnOnce(&mut Trouble)) {
        change(&mut self.net.trouble.lock().unwrap());
    }

    async fn stop(&mut self, app: &str) {
        self.net.app(app).stop().await;
    }

    fn start(&mut self, app: &str) {
        self.net.app(app).start();
    }

    /// Switch power and internet connection on or off.
    async fn power(&mut self, is_on: bool) {
        self.net.power(is_on).await;
    }

    /// Run this many times, five minutes apart.
    async fn runs(&mut self, count: u32) {
        for _ in 0..count {
            self.run_for(Request::Check).await;
            self.now += RUN_S;
        }
    }

    /// Run once, without a change of the time.
    async fn run_for(&mut self, request: Request) {
        let deadline = Instant::now() + Duration::from_secs(30);
        let run = self.monitor.run_for(request, self.now, deadline).await;
        // With many notifications at once, the state may be shortened. No other problem is expected.
        let mut problems = run.reply.problems;
        problems.retain(|problem| problem.kind != ProblemKind::StateShortened);
        assert_eq!((run.fault, problems), (None, vec![]));
        self.sent.extend(inbox::sorted(&clock(self.now), &self.phone, &self.pager));
    }

    /// Assert that exactly these messages were sent, as `10:10 phone: title | body`, with `both` for messages to both
    /// channels.
    #[track_caller]
    fn assert_sent(self, expected: &[&str]) -> Vec<Sent> {
        let found: Vec<String> = self.sent.iter().map(ToString::to_string).collect();
        assert!(
            found == expected,
            "sent:\n  {}\ninstead of:\n  {}",
            found.join("\n  "),
            expected.join("\n  ")
        );
        self.sent
    }
}

/// Change all targets of the home.
fn each(settings: &mut Settings, change: impl Fn(&mut Target)) {
    settings.targets.iter_mut().for_each(change);
}

fn down_for_now() -> Delivery {
    Delivery::Retry { why: "Pushover answered HTTP 500".to_owned(), unproven: false, wait: None }
}
