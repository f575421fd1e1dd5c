//! Why a target is not well: the class that its owner can do something about.

use std::fmt;

use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use super::observation::Verdict;
use crate::settings::Target;
use crate::text::{bare_url, bounded};

const MAX_SHOWN_CHARS: usize = 120;

/// What is wrong, by who can mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The host name has no address.
    Dns,
    /// Nothing takes the connection.
    Connect,
    /// There is no common TLS.
    Tls,
    /// The certificate is not valid.
    Certificate,
    /// The proxy or tunnel is there, the app behind it is not.
    App,
    /// The tunnel is gone: power, line or host.
    Home,
    /// Cloudflare reaches the server, which does not answer as it should.
    Origin,
    /// Cloudflare Access refuses the monitor.
    Access,
    /// Cloudflare wants proof that the monitor is a person.
    Challenge,
    /// The app is busy with itself and says so.
    Maintenance,
    /// Something answers, but not as it should.
    Condition,
    /// It answers, but late.
    Slow,
    /// It took the connection and then did not answer in time.
    Timeout,
    /// It lets in who should not get in.
    Exposed,
    /// The monitor itself cannot see out.
    Blind,
}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Dns => "dns",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Certificate => "certificate",
            Self::App => "app",
            Self::Home => "home",
            Self::Origin => "origin",
            Self::Access => "access",
            Self::Challenge => "challenge",
            Self::Maintenance => "maintenance",
            Self::Condition => "condition",
            Self::Slow => "slow",
            Self::Timeout => "timeout",
            Self::Exposed => "exposed",
            Self::Blind => "blind",
        })
    }
}

impl Cause {
    /// What can be said of a target that fails like this.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Access | Self::Challenge | Self::Maintenance | Self::Blind => Verdict::Unseen,
            _ => Verdict::Down,
        }
    }

    /// Causes that a whole home has in common count as one: without power its tunnel is gone, and its own address
    /// does not answer either.
    pub fn class(self) -> Self {
        match self {
            Self::Connect | Self::Timeout | Self::Origin => Self::Home,
            other => other,
        }
    }

    /// Whether its explanation is whole without the link of the chain.
    pub(super) fn speaks_for_itself(self) -> bool {
        matches!(
            self,
            Self::App
                | Self::Home
                | Self::Origin
                | Self::Access
                | Self::Challenge
                | Self::Maintenance
                | Self::Exposed
                | Self::Blind
        )
    }
}

/// Something that went wrong on the way, with its explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) cause: Cause,
    pub(super) why: String,
}

impl Fault {
    pub(super) fn new(cause: Cause, why: impl Into<String>) -> Self {
        Self { cause, why: why.into() }
    }

    /// [`Fault::new`], for `map_err`.
    pub(super) fn of<W: Into<String>>(cause: Cause) -> impl Fn(W) -> Self {
        move |why| Self::new(cause, why)
    }
}

/// The head of an answer, and as much of its body as was read.
pub(super) struct Answer<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

impl Answer<'_> {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn says(&self, text: &str) -> bool {
        self.body.windows(text.len()).any(|window| window == text.as_bytes())
    }

    /// Where the answer points, without what might be secret in it.
    fn location(&self) -> Option<String> {
        let place = self.headers.get("location").filter(|_| self.status.is_redirection())?;
        Some(bounded(&bare_url(&String::from_utf8_lossy(place.as_bytes())), MAX_SHOWN_CHARS))
    }

    /// Whether Cloudflare wants a browser.
    pub(super) fn is_challenge(&self) -> bool {
        self.header("cf-mitigated") == "challenge"
    }

    /// Whether it is Cloudflare Access that refuses, and not the app.
    pub(super) fn is_access_refusal(&self) -> bool {
        let to_login = self.location().is_some_and(|place| {
            let host = place.split("://").nth(1).unwrap_or(&place).split('/').next().unwrap_or_default();
            host.ends_with(".cloudflareaccess.com") || place.contains("/cdn-cgi/access/login")
        });
        let refused = matches!(self.status.as_u16(), 401 | 403)
            && (self.header("www-authenticate").starts_with("Cloudflare-Access")
                || self.headers.contains_key("cf-access-domain")
                || self.headers.contains_key("cf-access-aud")
                || self.says("cloudflareaccess.com")
                || self.says("Cloudflare Access"));
        to_login || refused
    }

    /// `nginx`, `Caddy`: who answers, if it has a plain name. Cloudflare puts its own name on everybody's answers, but
    /// lets their pages pass.
    fn server(&self) -> &str {
        let name = plain(self.header("server"));
        let name = if name == Some("cloudflare") { self.signature().or(name) } else { name };
        match name {
            Some("cloudflare") => "the tunnel",
            Some(name) => name,
            None => "the proxy",
        }
    }

    /// Who has signed the page: nginx and its kin do so, in a line at its end.
    fn signature(&self) -> Option<&str> {
        const BEFORE: &[u8] = b"<hr><center>";
        let at = self.body.windows(BEFORE.len()).position(|window| window == BEFORE)?;
        let signature = self.body.get(at + BEFORE.len()..)?.split(|byte| *byte == b'<').next()?;
        plain(std::str::from_utf8(signature).ok()?)
    }
}

/// A program's name without its version, if it is one.
fn plain(text: &str) -> Option<&str> {
    let name = text.split(['/', ' ', '(']).next().unwrap_or_default();
    let is_plain = !name.is_empty()
        && name.len() <= 20
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain.then_some(name)
}

/// What an answer means that is not the one that was hoped for.
pub(super) fn classify(answer: &Answer<'_>, target: &Target) -> Fault {
    let status = answer.status.as_u16();
    if answer.is_challenge() {
        return Fault::new(Cause::Challenge, "Cloudflare challenges the monitor");
    }
    // Who has sent a token, or meets Access's own signs, has been refused by Access.
    if answer.is_access_refusal() || (target.access.is_some() && matches!(status, 401 | 403)) {
        return Fault::new(Cause::Access, "Access refused the monitor");
    }
    let app = target.app();
    match status {
        530 if answer.says("1016") => {
            Fault::new(Cause::Dns, "Cloudflare cannot find the server's address (1016)")
        }
        530 => Fault::new(Cause::Home, "your house is off the net (Cloudflare: tunnel not connected)"),
        525 | 526 => Fault::new(
            Cause::Origin,
            format!("Cloudflare does not accept your server's certificate ({status})"),
        ),
        520..=524 => {
            Fault::new(Cause::Origin, format!("Cloudflare gets no proper answer from your server ({status})"))
        }
        503 if answer.says("Maintenance") || answer.says("database migration") => {
            Fault::new(Cause::Maintenance, format!("{app} is updating its database"))
        }
        502 => Fault::new(Cause::App, format!("{app} is stopped; {} answers 502", answer.server())),
        503 => Fault::new(Cause::App, format!("{app} is not available; {} answers 503", answer.server())),
        504 => Fault::new(Cause::App, format!("{app} does not answer {} in time (504)", answer.server())),
        _ => Fault::new(Cause::Condition, condition(answer, target)),
    }
}

fn condition(answer: &Answer<'_>, target: &Target) -> String {
    let status = answer.status.as_u16();
    if let Some(place) = answer.location() {
        return format!("redirects to {place} (HTTP {status})");
    }
    let expected: Vec<String> = target.status.iter().map(u16::to_string).collect();
    format!("HTTP {status} instead of {}", expected.join(" or "))
}

/// What an answer means where only a refusal is right. An app that is not reached at all is exposed to nobody.
pub(super) fn judge_refusal(answer: &Answer<'_>, target: &Target) -> Result<(), Fault> {
    if answer.is_access_refusal() {
        return Ok(());
    }
    if answer.is_challenge() {
        return Err(Fault::new(Cause::Challenge, "Cloudflare challenges the monitor"));
    }
    let status = answer.status.as_u16();
    if status >= 500 {
        return Err(Fault::new(Cause::Blind, format!("HTTP {status}: whether it is closed cannot be seen")));
    }
    Err(Fault::new(
        Cause::Exposed,
        format!("{} is open to the world: HTTP {status} without a token", target.app()),
    ))
}
