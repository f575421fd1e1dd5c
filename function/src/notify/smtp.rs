//! An SMTP client (RFC 5321) that submits one mail.
//!
//! It is not a library's, because what a failure means depends on the step: mail servers delay their greeting on
//! purpose, and often their reply to the final dot. The usual client libraries do not report which step failed.

use std::fmt::Write as _;
use std::sync::Arc;

use aws_smithy_types::base64;
use rustls::ClientConfig;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::{Instant, timeout_at};

use crate::connect::{ConnectError, Link, connect, secure};
use crate::http::seconds;

/// The longest line that is read: more than any reply needs (RFC 5321, 4.5.3.1.5 allows 512 bytes a line).
const MAX_LINE_BYTES: u64 = 4 * 1024;
const MAX_LINES: usize = 100;

/// The steps of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Connect,
    Greeting,
    Hello,
    Tls,
    Authentication,
    Sender,
    Recipient,
    Data,
    /// The mail itself, up to the reply to its final dot.
    Content,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// There is no connection, or none with TLS.
    NoConnection(String),
    /// The server refused.
    Refused(Reply),
    /// The time for the whole session is over.
    TimedOut(String),
    /// The connection was closed.
    Closed,
    /// The answer is not SMTP.
    NotSmtp,
    /// The server does not support a required extension.
    Unsupported(&'static str),
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) step: Step,
    pub(super) reason: Reason,
}

/// What the server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// Line by line, without the codes.
    lines: Vec<String>,
}

impl Reply {
    /// Return it as one line.
    pub(super) fn text(&self) -> String {
        self.lines.join(" ")
    }

    /// Return the enhanced status code (RFC 3463), if there is one.
    pub(super) fn enhanced(&self) -> Option<(u16, u16, u16)> {
        let first = self.lines.first()?.split_whitespace().next()?;
        let mut numbers = first.split('.').map(str::parse);
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(class)), Some(Ok(subject)), Some(Ok(detail)), None) => Some((class, subject, detail)),
            _ => None,
        }
    }
}

/// A session with a server. Every step fails at `deadline`.
pub(super) struct Session<S> {
    stream: BufReader<S>,
    /// The server's extensions, from its latest reply to EHLO, in upper case.
    extensions: Vec<String>,
    limit: String,
    deadline: Instant,
}

impl Session<Link> {
    /// Connect, with TLS if there is a configuration for it.
    pub(super) async fn connect(
        host: &str,
        port: u16,
        tls: Option<&Arc<ClientConfig>>,
        deadline: Instant,
    ) -> Result<Self, Failure> {
        let limit = seconds(deadline.saturating_duration_since(Instant::now()));
        let connected = timeout_at(deadline, connect(host, port, tls)).await;
        let link = connected.unwrap_or_else(|_| Err(ConnectError(format!("no connection within {limit}"))));
        let link = link.map_err(|why| Reason::NoConnection(why.0).at(Step::Connect))?;
        Ok(Self::over(link, limit, deadline))
    }

    /// Upgrade with STARTTLS (RFC 3207), and discard what the server said before.
    pub(super) async fn start_tls(mut self, host: &str, tls: &Arc<ClientConfig>) -> Result<Self, Failure> {
        if !self.extensions.iter().any(|extension| extension == "STARTTLS") {
            return Err(Reason::Unsupported("STARTTLS").at(Step::Tls));
        }
        self.command(Step::Tls, "STARTTLS").await?;
        // Bytes that arrived unencrypted after the reply must not be read as if they came over TLS.
        if !self.stream.buffer().is_empty() {
            return Err(Reason::NotSmtp.at(Step::Tls));
        }
        let Link::Plain(tcp) = self.stream.into_inner() else {
            return Err(Reason::Unsupported("STARTTLS").at(Step::Tls));
        };
        let secured = timeout_at(self.deadline, secure(tcp, host, tls)).await;
        let link = secured.unwrap_or_else(|_| Err(ConnectError("no TLS in time".to_owned())));
        let link = link.map_err(|why| Reason::NoConnection(why.0).at(Step::Tls))?;
        Ok(Self::over(link, self.limit, self.deadline))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Create a session over a connection, with a limit as text and as a time.
    pub(super) fn over(stream: S, limit: String, deadline: Instant) -> Self {
        Self { stream: BufReader::new(stream), extensions: Vec::new(), limit, deadline }
    }

    /// Read the greeting. Servers delay it on purpose, because spammers do not wait for it.
    pub(super) async fn greeting(&mut self) -> Result<(), Failure> {
        self.reply(Step::Greeting).await.map(|_| ())
    }

    /// Send EHLO with our name, and read the server's extensions.
    pub(super) async fn hello(&mut self, name: &str) -> Result<(), Failure> {
        let reply = self.command(Step::Hello, &format!("EHLO {name}")).await?;
        self.extensions = reply.lines.iter().skip(1).map(|line| line.to_ascii_uppercase()).collect();
        Ok(())
    }

    /// Authenticate with PLAIN or LOGIN, whichever the server supports.
    pub(super) async fn authenticate(&mut self, user: &str, password: &str) -> Result<(), Failure> {
        let step = Step::Authentication;
        if self.supports("PLAIN") {
            let plain = base64::encode(format!("\0{user}\0{password}"));
            self.command(step, &format!("AUTH PLAIN {plain}")).await?;
        } else if self.supports("LOGIN") {
            self.command(step, "AUTH LOGIN").await?;
            self.command(step, &base64::encode(user)).await?;
            self.command(step, &base64::encode(password)).await?;
        } else {
            return Err(Reason::Unsupported("authentication with PLAIN or LOGIN").at(step));
        }
        Ok(())
    }

    /// Return whether the server supports a mechanism: `AUTH PLAIN LOGIN`; some older servers write `AUTH=PLAIN`.
    fn supports(&self, mechanism: &str) -> bool {
        self.extensions.iter().any(|extension| {
            let mut parts = extension.split([' ', '=']);
            parts.next() == Some("AUTH") && parts.any(|part| part == mechanism)
        })
    }

    /// Send one line, and read the reply. A refusal is an error.
    pub(super) async fn command(&mut self, step: Step, line: &str) -> Result<Reply, Failure> {
        self.write(step, format!("{line}\r\n").as_bytes()).await?;
        self.reply(step).await
    }

    /// Send the mail and its final dot.
    pub(super) async fn content(&mut self, mail: &[u8]) -> Result<Reply, Failure> {
        self.write(Step::Content, &stuffed(mail)).await?;
        self.reply(Step::Content).await
    }

    async fn write(&mut self, step: Step, bytes: &[u8]) -> Result<(), Failure> {
        let stream = self.stream.get_mut();
        let writing = async {
            stream.write_all(bytes).await?;
            stream.flush().await
        };
        match timeout_at(self.deadline, writing).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Reason::Closed.at(step)),
            Err(_) => Err(self.timed_out(step)),
        }
    }

    async fn reply(&mut self, step: Step) -> Result<Reply, Failure> {
        let read = timeout_at(self.deadline, read_reply(&mut self.stream)).await;
        match read.unwrap_or_else(|_| Err(self.timed_out(step).reason)) {
            // After the final dot, only 2xx accepts the mail.
            Ok(reply) if reply.code < 300 || (reply.code < 400 && step != Step::Content) => Ok(reply),
            Ok(reply) => Err(Reason::Refused(reply).at(step)),
            Err(reason) => Err(reason.at(step)),
        }
    }

    fn timed_out(&self, step: Step) -> Failure {
        Reason::TimedOut(self.limit.clone()).at(step)
    }
}

impl Reason {
    fn at(self, step: Step) -> Failure {
        Failure { step, reason: self }
    }
}

async fn read_reply(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Result<Reply, Reason> {
    let mut lines = Vec::new();
    while lines.len() < MAX_LINES {
        let mut line = Vec::new();
        let read = (&mut *stream).take(MAX_LINE_BYTES).read_until(b'\n', &mut line).await;
        if read.is_err() || line.is_empty() {
            return Err(Reason::Closed);
        }
        if line.pop() != Some(b'\n') {
            return Err(Reason::NotSmtp);
        }
        let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
        let (code, rest) = line.split_at_checked(3).ok_or(Reason::NotSmtp)?;
        let code: u16 = code.parse().ok().filter(|code| (200..600).contains(code)).ok_or(Reason::NotSmtp)?;
        let is_last = match rest.as_bytes().first() {
            None | Some(b' ') => true,
            Some(b'-') => false,
            Some(_) => return Err(Reason::NotSmtp),
        };
        lines.push(rest.get(1..).unwrap_or_default().to_owned());
        if is_last {
            return Ok(Reply { code, lines });
        }
    }
    Err(Reason::NotSmtp)
}

/// Return the mail as it is sent: lines that begin with a dot get another one, and a single dot ends it.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut sent = Vec::with_capacity(mail.len() + 16);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.starts_with(b".") {
            sent.push(b'.');
        }
        sent.extend_from_slice(line);
    }
    if !sent.ends_with(b"\r\n") {
        sent.extend_from_slice(b"\r\n");
    }
    sent.extend_from_slice(b".\r\n");
    sent
}

impl Step {
    /// Return what the server should have sent at this step.
    pub(super) fn awaited(self) -> String {
        let mut awaited = "answer to ".to_owned();
        let _ = write!(
            awaited,
            "{}",
            match self {
                Self::Connect => return "connection".to_owned(),
                Self::Greeting => return "greeting".to_owned(),
                Self::Hello => "EHLO",
                Self::Tls => "STARTTLS",
                Self::Authentication => "the authentication",
                Self::Sender => "the address of the sender",
                Self::Recipient => "the address of a recipient",
                Self::Data => "DATA",
                Self::Content => "the mail",
            }
        );
        awaited
    }
}

#[cfg(test)]
mod tests;
