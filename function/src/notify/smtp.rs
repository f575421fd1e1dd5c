//! The client's side of SMTP (RFC 5321), as far as handing over one mail needs it.
//!
//! Written here because each step needs a limit of its own, and because what a failure means depends on the step: mail
//! servers greet late on purpose and answer late after the final dot. The usual client libraries have one limit for
//! everything, and hide how far they came.

use std::fmt::Write as _;
use std::sync::Arc;

use aws_smithy_types::base64;
use rustls::ClientConfig;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::{Instant, timeout_at};

use crate::connect::{ConnectError, Link, connect, secure};
use crate::http::seconds;

/// More than any reply needs (RFC 5321, 4.5.3.1.5 allows 512 bytes a line).
const MAX_LINE_BYTES: u64 = 4 * 1024;
const MAX_LINES: usize = 100;

/// The steps of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Connect,
    Greeting,
    Hello,
    Tls,
    SignIn,
    Sender,
    Receiver,
    Data,
    /// The mail itself, until the reply to its final dot.
    Content,
}

/// Why a step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// There is no connection, or none with TLS.
    NoConnection(String),
    /// The server refused.
    Refused(Reply),
    /// The time for the whole conversation has run out.
    Silent(String),
    /// The connection was closed.
    Closed,
    /// The answer is not SMTP.
    Nonsense,
    /// The server lacks a required extension.
    Lacks(&'static str),
}

/// A step that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) step: Step,
    pub(super) trouble: Trouble,
}

/// What the server said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) code: u16,
    /// Line by line, without the codes.
    lines: Vec<String>,
}

impl Reply {
    /// As one line.
    pub(super) fn text(&self) -> String {
        self.lines.join(" ")
    }

    /// The enhanced status code (RFC 3463), if there is one.
    pub(super) fn enhanced(&self) -> Option<(u16, u16, u16)> {
        let word = self.lines.first()?.split_whitespace().next()?;
        let mut numbers = word.split('.').map(str::parse);
        match (numbers.next(), numbers.next(), numbers.next(), numbers.next()) {
            (Some(Ok(class)), Some(Ok(subject)), Some(Ok(detail)), None) => Some((class, subject, detail)),
            _ => None,
        }
    }
}

/// A conversation with a server. Every step fails at `deadline`.
pub(super) struct Conversation<S> {
    stream: BufReader<S>,
    /// What the server offers, from its latest answer to EHLO, in capitals.
    offers: Vec<String>,
    limit: String,
    deadline: Instant,
}

impl Conversation<Link> {
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
        let link = link.map_err(|why| Trouble::NoConnection(why.0).at(Step::Connect))?;
        Ok(Self::over(link, limit, deadline))
    }

    /// Upgrade with STARTTLS (RFC 3207), and discard what the server said before.
    pub(super) async fn start_tls(mut self, host: &str, tls: &Arc<ClientConfig>) -> Result<Self, Failure> {
        if !self.offers.iter().any(|offer| offer == "STARTTLS") {
            return Err(Trouble::Lacks("STARTTLS").at(Step::Tls));
        }
        self.command(Step::Tls, "STARTTLS").await?;
        // Bytes that arrived unencrypted after the reply must not be read as if they came over TLS.
        if !self.stream.buffer().is_empty() {
            return Err(Trouble::Nonsense.at(Step::Tls));
        }
        let Link::Plain(tcp) = self.stream.into_inner() else {
            return Err(Trouble::Lacks("STARTTLS").at(Step::Tls));
        };
        let secured = timeout_at(self.deadline, secure(tcp, host, tls)).await;
        let link = secured.unwrap_or_else(|_| Err(ConnectError("no TLS in time".to_owned())));
        let link = link.map_err(|why| Trouble::NoConnection(why.0).at(Step::Tls))?;
        Ok(Self::over(link, self.limit, self.deadline))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Conversation<S> {
    /// Create a conversation over a connection, with a limit as text and as a time.
    pub(super) fn over(stream: S, limit: String, deadline: Instant) -> Self {
        Self { stream: BufReader::new(stream), offers: Vec::new(), limit, deadline }
    }

    /// Wait for the greeting. Servers delay it on purpose: senders of spam do not wait.
    pub(super) async fn greeting(&mut self) -> Result<(), Failure> {
        self.reply(Step::Greeting).await.map(|_| ())
    }

    /// Send EHLO with our name, and read the server's extensions.
    pub(super) async fn hello(&mut self, name: &str) -> Result<(), Failure> {
        let reply = self.command(Step::Hello, &format!("EHLO {name}")).await?;
        self.offers = reply.lines.iter().skip(1).map(|line| line.to_ascii_uppercase()).collect();
        Ok(())
    }

    /// Authenticate with PLAIN or LOGIN, whichever the server supports.
    pub(super) async fn sign_in(&mut self, user: &str, password: &str) -> Result<(), Failure> {
        let step = Step::SignIn;
        if self.knows("PLAIN") {
            let plain = base64::encode(format!("\0{user}\0{password}"));
            self.command(step, &format!("AUTH PLAIN {plain}")).await?;
        } else if self.knows("LOGIN") {
            self.command(step, "AUTH LOGIN").await?;
            self.command(step, &base64::encode(user)).await?;
            self.command(step, &base64::encode(password)).await?;
        } else {
            return Err(Trouble::Lacks("authentication with PLAIN or LOGIN").at(step));
        }
        Ok(())
    }

    /// `AUTH PLAIN LOGIN`; some old servers write `AUTH=PLAIN`.
    fn knows(&self, mechanism: &str) -> bool {
        self.offers.iter().any(|offer| {
            let mut words = offer.split([' ', '=']);
            words.next() == Some("AUTH") && words.any(|word| word == mechanism)
        })
    }

    /// Send one line, and wait for a reply that is not a refusal.
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
            Ok(Err(_)) => Err(Trouble::Closed.at(step)),
            Err(_) => Err(self.silent(step)),
        }
    }

    async fn reply(&mut self, step: Step) -> Result<Reply, Failure> {
        let read = timeout_at(self.deadline, read_reply(&mut self.stream)).await;
        match read.unwrap_or_else(|_| Err(self.silent(step).trouble)) {
            // After the final dot, only 2xx accepts the mail.
            Ok(reply) if reply.code < 300 || (reply.code < 400 && step != Step::Content) => Ok(reply),
            Ok(reply) => Err(Trouble::Refused(reply).at(step)),
            Err(trouble) => Err(trouble.at(step)),
        }
    }

    fn silent(&self, step: Step) -> Failure {
        Trouble::Silent(self.limit.clone()).at(step)
    }
}

impl Trouble {
    fn at(self, step: Step) -> Failure {
        Failure { step, trouble: self }
    }
}

async fn read_reply(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Result<Reply, Trouble> {
    let mut lines = Vec::new();
    while lines.len() < MAX_LINES {
        let mut line = Vec::new();
        let read = (&mut *stream).take(MAX_LINE_BYTES).read_until(b'\n', &mut line).await;
        if read.is_err() || line.is_empty() {
            return Err(Trouble::Closed);
        }
        if line.pop() != Some(b'\n') {
            return Err(Trouble::Nonsense);
        }
        let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
        let (code, rest) = line.split_at_checked(3).ok_or(Trouble::Nonsense)?;
        let code: u16 =
            code.parse().ok().filter(|code| (200..600).contains(code)).ok_or(Trouble::Nonsense)?;
        let is_last = match rest.as_bytes().first() {
            None | Some(b' ') => true,
            Some(b'-') => false,
            Some(_) => return Err(Trouble::Nonsense),
        };
        lines.push(rest.get(1..).unwrap_or_default().to_owned());
        if is_last {
            return Ok(Reply { code, lines });
        }
    }
    Err(Trouble::Nonsense)
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
    /// What did not arrive in time.
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
                Self::SignIn => "the authentication",
                Self::Sender => "the address of the sender",
                Self::Receiver => "the address of a recipient",
                Self::Data => "DATA",
                Self::Content => "the mail",
            }
        );
        awaited
    }
}

#[cfg(test)]
mod tests;
