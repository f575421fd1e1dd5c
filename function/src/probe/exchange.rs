//! The last two links: send one HTTP/1.1 request, read the response's head and as much of its body as is needed.
//!
//! Everything the server sends is bounded: the headers in number and size, the body in size, all of it in time.

use bytes::Bytes;
use http::Request;
use http::response::Parts;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use super::body::{self, SearchedBody};
use super::classify::Origin;
use super::error::ProbeError;
use super::http_error::describe;
use super::observation::LinkName;
use super::recorder::Recorder;
use super::response::Response;
use super::stream::ProbeStream;
use super::url::TargetUrl;
use super::{classify, condition, https_redirect, identity, self_report};
use crate::contract::settings::{Expect, Target};

/// About as much as curl and browsers accept.
const MAX_HEADER_BYTES: usize = 128 * 1024;
const MAX_HEADERS: usize = 1000;

/// Begin HTTP on a connection. The second part drives it.
pub(super) async fn open(
    stream: ProbeStream,
) -> Result<(SendRequest<Full<Bytes>>, http1::Connection<TokioIo<ProbeStream>, Full<Bytes>>), ProbeError> {
    // What curl and browsers tolerate is not an outage.
    http1::Builder::new()
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEADER_BYTES)
        .allow_obsolete_multiline_headers_in_responses(true)
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(|why| describe(&why))
}

/// One exchange with a target: its response is checked and recorded.
pub(super) struct Exchange<'a> {
    pub(super) target: &'a Target,
    pub(super) url: &'a TargetUrl,
    pub(super) recorder: &'a mut Recorder,
}

impl Exchange<'_> {
    /// Send the request and check the response.
    pub(super) async fn run(
        mut self,
        stream: ProbeStream,
        request: Request<Full<Bytes>>,
    ) -> Result<(), ProbeError> {
        self.recorder.begin(LinkName::Http);
        let (mut sender, connection) = open(stream).await?;
        let exchange = async {
            let response = sender.send_request(request).await.map_err(|why| describe(&why))?;
            let (head, body) = response.into_parts();
            self.recorder.set_status(head.status.as_u16());
            self.check_response(&head, body).await
        };
        tokio::pin!(exchange);
        // The connection is driven here rather than in a task of its own, so that it ends with the probe.
        tokio::select! {
            biased;
            outcome = &mut exchange => outcome,
            // It has ended. What it read is still to be checked, and its own error reaches the exchange too.
            _ = connection => exchange.await,
        }
    }

    async fn check_response(&mut self, head: &Parts, body: Incoming) -> Result<(), ProbeError> {
        let Self { target, url, recorder } = self;
        let host = &url.host;
        let status = head.status.as_u16();
        let response = |body| Response { status: head.status, headers: &head.headers, body };
        if target.expect == Expect::Refusal {
            let page = body::error_page(body, &head.headers).await;
            let who = classify::expect_refusal(&response(&page), host, target)?;
            recorder.succeed(format!("HTTP {status}, refused by {who} as expected"));
            return Ok(());
        }
        if target.redirect.is_some() && !url.is_https {
            let judgement = https_redirect::judge(&response(&[]), url);
            return https_redirect::record(judgement, target.redirect_severity, recorder);
        }
        // Even where the target expects 403, this one may not be the app's.
        let is_expected = condition::status::is_met(target, status)
            && classify::intermediary(&response(&[]), host, Origin::MayBeApp).is_none();
        if !is_expected {
            let page = body::error_page(body, &head.headers).await;
            return Err(classify::unexpected(&response(&page), host, target));
        }
        let headers = condition::of_headers(target, &head.headers);
        if let Some(error) = headers.failure {
            let page = body::error_page(body, &head.headers).await;
            let intermediary = classify::intermediary(&response(&page), host, Origin::MayBeApp);
            return Err(intermediary.unwrap_or(error));
        }
        recorder.succeed(format!("HTTP {status}"));
        recorder.begin(LinkName::Body);
        let SearchedBody { body, detail, evaluation } =
            body::search(body, &head.headers, target, crate::time::now()).await?;
        let page = &body[..body.len().min(body::MAX_PAGE_BYTES)];
        if !evaluation.is_proof
            && let Some(error) = classify::intermediary(&response(page), host, Origin::MayBeApp)
        {
            return Err(error);
        }
        if let Some(error) = evaluation.failure {
            return Err(self_report::find(&response(page), target).unwrap_or(error));
        }
        recorder.add_findings(headers.findings.into_iter().chain(evaluation.findings));
        if evaluation.is_near_limit {
            recorder.set_near_limit();
        }
        recorder.set_server(identity::of(&body));
        recorder.succeed(detail);
        Ok(())
    }
}
