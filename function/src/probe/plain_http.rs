//! Evaluates `redirect` for a target with https: asks for its path over plain http, which has to lead to https.
//!
//! A port that is closed or silent exposes nothing, and meets the condition. The request has neither the target's headers
//! nor its query: both may have secrets.

use std::net::SocketAddr;
use std::time::Duration;

use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};

use super::condition::judgement::Judgement;
use super::error::ProbeError;
use super::https_redirect::{address, judge, record, shown};
use super::observation::LinkName;
use super::recorder::Recorder;
use super::response::Response;
use super::stream::ProbeStream;
use super::url::TargetUrl;
use super::{Probe, connect, exchange, request};

/// The port of plain http.
const PORT: u16 = 80;

/// The limit for the additional request: less than that for the target itself, which has answered already.
const LIMIT: Duration = Duration::from_secs(3);

impl Probe<'_> {
    /// Evaluate the condition after the check of a target with https.
    pub(super) async fn check_redirect(
        &self,
        url: &TargetUrl,
        addresses: &[SocketAddr],
        recorder: &mut Recorder,
    ) -> Result<(), ProbeError> {
        if self.target.redirect.is_none() || !url.is_https {
            return Ok(());
        }
        recorder.begin(LinkName::Http);
        let addresses: Vec<SocketAddr> =
            addresses.iter().map(|address| SocketAddr::new(address.ip(), PORT)).collect();
        let judgement = judged(&addresses, url, self.deadline.min(Instant::now() + LIMIT)).await;
        record(judgement, self.target.redirect_severity, recorder)
    }
}

/// Send the request to one of the addresses, and judge the response.
async fn judged(addresses: &[SocketAddr], url: &TargetUrl, until: Instant) -> Judgement {
    match timeout_at(until, response(addresses, url, until)).await {
        Ok(Some(response)) => {
            let (head, _) = response.into_parts();
            judge(&Response { status: head.status, headers: &head.headers, body: &[] }, url)
        }
        Ok(None) | Err(_) => Judgement::met(format!("{} does not answer", shown(url))),
    }
}

async fn response(
    addresses: &[SocketAddr],
    url: &TargetUrl,
    until: Instant,
) -> Option<http::Response<Incoming>> {
    let tcp = connect::dial(addresses, until).await?;
    let plain = TargetUrl::parse(&address(url)).ok()?;
    let request = request::get(&plain, &plain.path).ok()?;
    let (mut sender, connection) = exchange::open(ProbeStream(Box::new(tcp))).await.ok()?;
    let response = sender.send_request(request);
    tokio::pin!(response);
    tokio::select! {
        biased;
        response = &mut response => response.ok(),
        _ = connection => response.await.ok(),
    }
}

#[cfg(test)]
mod tests;
