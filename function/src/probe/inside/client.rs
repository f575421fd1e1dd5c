//! Sends the requests of these checks: each over a connection of its own, with the headers of the target and the secret
//! ones of its checks.

use std::net::SocketAddr;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::time::{Instant, timeout_at};

use super::finding::Failed;
use crate::contract::secrets::TargetSecrets;
use crate::contract::settings::Target;
use crate::probe::cause::Cause;
use crate::probe::classify::{self, Origin};
use crate::probe::condition::json;
use crate::probe::error::ProbeError;
use crate::probe::http_error::describe;
use crate::probe::received::{Received, Unread};
use crate::probe::recorder::Recorder;
use crate::probe::response::Response;
use crate::probe::stream::ProbeStream;
use crate::probe::tls::{Alpn, Tls};
use crate::probe::url::TargetUrl;
use crate::probe::{body, connect, exchange, request};

/// The requests end this much before the time of the target is over, so that their own time-out comes first.
const MARGIN: Duration = Duration::from_millis(50);

/// The way to a target, which has answered already.
pub(in crate::probe) struct Route<'a> {
    pub(in crate::probe) target: &'a Target,
    pub(in crate::probe) url: &'a TargetUrl,
    pub(in crate::probe) addresses: &'a [SocketAddr],
    pub(in crate::probe) secrets: &'a TargetSecrets,
    pub(in crate::probe) tls: &'a Tls,
    pub(in crate::probe) deadline: Instant,
}

/// Sends requests to one target.
pub(super) struct Client<'a> {
    route: Route<'a>,
    deadline: Instant,
    /// Whether the target's own answer has left at least half of the time.
    pub(super) had_time: bool,
}

/// An answer, from a server that is not known to be an intermediary.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
    unread: Option<Unread>,
}

impl<'a> Client<'a> {
    pub(super) fn new(route: Route<'a>) -> Self {
        let deadline = route.deadline.checked_sub(MARGIN).unwrap_or(route.deadline);
        let left = deadline.saturating_duration_since(Instant::now()) + MARGIN;
        let had_time = left * 2 >= Duration::from_secs(route.target.timeout_s.into());
        Self { route, deadline, had_time }
    }

    /// Return the name of the app for messages.
    pub(super) fn app(&self) -> &str {
        self.route.target.app()
    }

    /// [`ask`](Self::ask), where no answer means that nothing is known.
    pub(super) async fn get(&self, path: &str) -> Result<Answer, Failed> {
        self.ask(path).await.map_err(|error| Failed::Unknown(error.why))
    }

    /// Request a path below the app's base URL. An error says why the app itself has not answered.
    pub(super) async fn ask(&self, path: &str) -> Result<Answer, ProbeError> {
        let answer = timeout_at(self.deadline, self.exchange(path)).await;
        let answer = answer.unwrap_or_else(|_| Err(ProbeError::new(Cause::Timeout, "no answer in time")))?;
        let host = &self.route.url.host;
        match classify::intermediary(&answer.response(), host, Origin::Unknown) {
            Some(error) => Err(error),
            None => Ok(answer),
        }
    }

    async fn exchange(&self, path: &str) -> Result<Answer, ProbeError> {
        let Route { target, url, addresses, secrets, tls, .. } = self.route;
        let path = format!("{}{path}", target.inside_path);
        let request = request::of_inside(target, url, &path, secrets);
        // Without the secret nothing was asked, so nothing is known about the app.
        let request = request.map_err(ProbeError::of(Cause::MonitorOffline))?;
        // The links of the target were recorded before.
        let mut ignored = Recorder::new("");
        let tcp = connect::connect(addresses, self.deadline, &mut ignored).await;
        let tcp = tcp.map_err(ProbeError::of(Cause::Connect))?;
        let stream = if url.is_https {
            ProbeStream(Box::new(tls.handshake(tcp, &url.host, target.ca_pem.as_deref(), Alpn::Http).await?))
        } else {
            ProbeStream(Box::new(tcp))
        };
        let (mut sender, connection) = exchange::open(stream).await?;
        let answer = async {
            let response = sender.send_request(request).await.map_err(|why| describe(&why))?;
            let (head, body) = response.into_parts();
            let (body, unread) = body::long(body, &head.headers).await?;
            Ok(Answer { status: head.status, headers: head.headers, body, unread })
        };
        tokio::pin!(answer);
        tokio::select! {
            biased;
            answer = &mut answer => answer,
            _ = connection => answer.await,
        }
    }

    /// Return the answer's JSON. Anything else means that nothing is known.
    pub(super) fn json(&self, answer: &Answer) -> Result<Value, Failed> {
        if !answer.status.is_success() {
            return Err(Failed::Unknown(self.unexpected(answer).why));
        }
        let received = Received { body: &answer.body, unread: answer.unread.as_ref() };
        json::read(received).map_err(|judgement| Failed::Unknown(judgement.why))
    }

    /// Explain a status that is not the expected one.
    pub(super) fn unexpected(&self, answer: &Answer) -> ProbeError {
        let status = answer.status;
        let is_of_proxy = status.is_server_error() && status != 500;
        if is_of_proxy || status == 429 || status.is_redirection() {
            return classify::unexpected(&answer.response(), &self.route.url.host, self.route.target);
        }
        ProbeError::new(Cause::Condition, format!("{} answers HTTP {}", self.app(), status.as_u16()))
    }
}

impl Answer {
    /// Return whether the app refuses the secret.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(self.status.as_u16(), 401 | 403)
    }

    /// Return whether the beginning of the body contains this text.
    pub(super) fn contains(&self, text: &str) -> bool {
        self.response().contains(text)
    }

    fn response(&self) -> Response<'_> {
        let page = &self.body[..self.body.len().min(body::MAX_PAGE_BYTES)];
        Response { status: self.status, headers: &self.headers, body: page }
    }
}
