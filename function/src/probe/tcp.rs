//! Targets that are reached with a connection alone: a port that has to be open, or must be closed.

use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::time::{Instant, timeout_at};

use super::cause::Cause;
use super::connect::Port;
use super::error::ProbeError;
use super::observation::LinkName;
use super::recorder::Recorder;
use super::stream::ProbeStream;
use super::tls::Alpn;
use super::url::TargetUrl;
use super::{Probe, connect};
use crate::contract::settings::Expect;
use crate::text::{bounded, single_line};

/// The number of bytes that a server may send before the text that it is expected to send.
const MAX_GREETING_BYTES: usize = 1024;

const MAX_SHOWN_CHARS: usize = 60;

/// How long to wait for another line of a greeting.
const PAUSE: Duration = Duration::from_secs(1);

/// A port that is silent for this long is closed. By then, the kernel has repeated its first packet twice.
const SILENCE: Duration = Duration::from_secs(4);

impl Probe<'_> {
    /// Resolve, connect, complete the handshake and read the greeting, as far as the target demands it.
    pub(super) async fn tcp(&self, has_tls: bool, recorder: &mut Recorder) -> Result<(), ProbeError> {
        let (target, deadline) = (self.target, self.deadline);
        recorder.begin(LinkName::Dns);
        let url = TargetUrl::parse(&target.url).map_err(ProbeError::of(Cause::Condition))?;
        let addresses = self.resolve(&url, recorder).await?;
        if target.expect == Expect::Refusal {
            recorder.begin(LinkName::Tcp);
            let found = connect::port(&addresses, deadline.min(Instant::now() + SILENCE)).await;
            return closed(&found, target.app(), recorder);
        }
        let (tcp, mut found) = self.connect(&addresses, recorder).await?;
        let mut stream = ProbeStream(if has_tls {
            recorder.succeed(found);
            let (session, described) = self.secure(tcp, &url, Alpn::None, recorder).await?;
            found = described;
            Box::new(session)
        } else {
            Box::new(tcp)
        });
        if let Some(text) = &target.contains {
            found = format!("{found}, {}", greeting(&mut stream, text, deadline).await?);
        }
        recorder.succeed(found);
        Ok(())
    }
}

/// Return whether a port that must be closed is closed.
fn closed(found: &Port, app: &str, recorder: &mut Recorder) -> Result<(), ProbeError> {
    let described = match found {
        Port::Open => {
            return Err(ProbeError::new(Cause::Exposed, format!("{app} accepts connections")));
        }
        Port::NotTried(why) => return Err(ProbeError::new(Cause::MonitorOffline, why.clone())),
        Port::Refused => "refuses connections, as expected",
        Port::Silent => {
            recorder.set_silent();
            "does not answer, as expected"
        }
    };
    recorder.succeed(described.to_owned());
    Ok(())
}

/// Read what the server sends by itself, until it contains this text.
async fn greeting(stream: &mut ProbeStream, text: &str, deadline: Instant) -> Result<String, ProbeError> {
    let mut read = Vec::with_capacity(MAX_GREETING_BYTES);
    let mut buffer = [0; 256];
    let has_text = |read: &[u8]| read.windows(text.len()).any(|window| window == text.as_bytes());
    while !has_text(&read) {
        // A greeting may have several lines, which arrive together.
        let until = if read.ends_with(b"\n") { deadline.min(Instant::now() + PAUSE) } else { deadline };
        let is_full = read.len() >= MAX_GREETING_BYTES;
        match timeout_at(until, stream.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) if !is_full => read.extend_from_slice(&buffer[..count]),
            Ok(Err(why)) => return Err(ProbeError::new(Cause::Connect, connect::describe(&why))),
            Err(_) if read.is_empty() => {
                return Err(ProbeError::new(Cause::Timeout, "the server does not send anything"));
            }
            Ok(Ok(_)) | Err(_) => {
                let (shown, text) = (shown(&read), bounded(text, MAX_SHOWN_CHARS));
                let why = format!("the server sends {shown}, which does not contain `{text}`");
                return Err(ProbeError::new(Cause::Condition, why));
            }
        }
    }
    Ok(shown(&read))
}

/// Return the first line, for people: servers send their greetings unencrypted, and anything at all.
fn shown(read: &[u8]) -> String {
    let line = read.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match single_line(&String::from_utf8_lossy(line), MAX_SHOWN_CHARS) {
        line if line.is_empty() => "nothing".to_owned(),
        line => format!("`{line}`"),
    }
}
