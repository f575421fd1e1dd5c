//! E-mail: submitted to one mail server, always with TLS, and never repeated in the same run.
//!
//! Either all recipients get it or none does, so that an unknown recipient is noticed in the first test. Before the
//! content of the mail nothing has been sent; after it, only the server knows.

mod description;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, timeout};

pub use self::description::DESCRIPTION;
use super::answer::later;
use super::post::{fold_key, secret};
use super::redact::Redactor;
use super::smtp::{Failure, Reason, Reply, Session, Step};
use super::{Channel, Delivery, Sending};
use crate::contract::description::Checked;
use crate::contract::secrets::ChannelSecrets;
use crate::contract::settings::{Smtp, SmtpTls};
use crate::endpoint::is_loopback;
use crate::http::Http;
use crate::message::Message;
use crate::probe::Tls;
use crate::text::{bounded, single_line};

const MAX_SUBJECT: usize = 200;
const MAX_BODY: usize = 20_000;
const MAX_WHY_CHARS: usize = 150;
const MAX_DOMAIN: usize = 255;

/// The limit for QUIT, after the mail is delivered.
const QUIT_TIMEOUT: Duration = Duration::from_millis(500);

/// The greeting if no full host name is known. It is reserved (RFC 6761), and its form is valid.
const NAMELESS: &str = "plexmon.invalid";

const SERVICE: &str = "the mail server";

/// The channel.
#[derive(Debug)]
pub struct Email {
    name: String,
    smtp: Smtp,
    http: Http,
}

impl Email {
    /// Create a channel that submits mails to the server in the settings, with the TLS of `http`.
    pub fn new(name: String, smtp: Smtp, http: &Http) -> Self {
        Self { name, smtp, http: http.clone() }
    }

    async fn deliver(
        &self,
        message: &Message,
        secrets: &ChannelSecrets,
        deadline: Instant,
    ) -> Result<(), Delivery> {
        let mail = mail(&self.smtp, message).map_err(later)?;
        let tls = tls(self.http.tls(), &self.smtp).map_err(later)?;
        let credentials = match &self.smtp.user {
            None => None,
            Some(user) => Some((user.as_str(), secret(SERVICE, secrets, "password")?.expose())),
        };
        let handed_over = self.hand_over(&mail, &tls, credentials, deadline).await;
        handed_over.map_err(|failure| judge(&failure, secrets))
    }

    async fn hand_over(
        &self,
        mail: &lettre::Message,
        tls: &Arc<ClientConfig>,
        credentials: Option<(&str, &str)>,
        deadline: Instant,
    ) -> Result<(), Failure> {
        let Smtp { host, port, .. } = &self.smtp;
        let hello = hello(&self.smtp);
        let is_implicit = self.smtp.tls == SmtpTls::Implicit;
        let implicit = is_implicit.then_some(tls);
        let mut server = Session::connect(host, *port, implicit, deadline).await?;
        server.greeting().await?;
        if !is_implicit {
            server.hello(&hello).await?;
            server = server.start_tls(host, tls).await?;
        }
        submit(&mut server, &hello, credentials, mail).await
    }
}

/// Submit the mail within TLS.
async fn submit<S: AsyncRead + AsyncWrite + Unpin>(
    server: &mut Session<S>,
    hello: &str,
    credentials: Option<(&str, &str)>,
    mail: &lettre::Message,
) -> Result<(), Failure> {
    server.hello(hello).await?;
    if let Some((user, password)) = credentials {
        server.authenticate(user, password).await?;
    }
    let sender = mail.envelope().from().map(ToString::to_string).unwrap_or_default();
    server.command(Step::Sender, &format!("MAIL FROM:<{sender}>")).await?;
    for recipient in mail.envelope().to() {
        server.command(Step::Recipient, &format!("RCPT TO:<{recipient}>")).await?;
    }
    server.command(Step::Data, "DATA").await?;
    server.content(&mail.formatted()).await?;
    let _ = timeout(QUIT_TIMEOUT, server.command(Step::Content, "QUIT")).await;
    Ok(())
}

impl Channel for Email {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(
        &'a self,
        message: &'a Message,
        secrets: &'a ChannelSecrets,
        deadline: Instant,
    ) -> Sending<'a> {
        Box::pin(async move {
            self.deliver(message, secrets, deadline).await.err().unwrap_or(Delivery::Delivered)
        })
    }
}

/// Check that mails can be written and sent with these settings.
pub fn check(smtp: &Smtp) -> Checked {
    mail(smtp, &crate::message::test_message("", "", 0))?;
    if let Some(name) = &smtp.hello
        && !is_full_name(name)
    {
        return Err(format!("\"{}\" is not a full host name", single_line(name, MAX_WHY_CHARS)));
    }
    let public = Tls::new().map_err(|why| why.to_string())?;
    tls(&public, smtp).map(|_| ())
}

fn tls(tls: &Tls, smtp: &Smtp) -> Result<Arc<ClientConfig>, String> {
    tls.client(smtp.ca_pem.as_deref())
        .map_err(|_| "the certificate of the mail server's authority cannot be read".to_owned())
}

/// Return the name for the greeting: servers refuse a loopback address, and names without a domain.
fn hello(smtp: &Smtp) -> String {
    let domain = |address: &str| address.rsplit_once('@').map(|(_, domain)| domain.to_owned());
    let sender = mailbox(&smtp.from).ok().map(|sender| sender.email.domain().to_owned());
    let known = [smtp.hello.clone(), sender, smtp.user.as_deref().and_then(domain)];
    known.into_iter().flatten().find(|name| is_full_name(name)).unwrap_or_else(|| NAMELESS.to_owned())
}

/// Return whether this is a full host name, as in greetings and certificates: `mail.example.com`.
fn is_full_name(name: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_number =
        name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    name.len() <= MAX_DOMAIN
        && name.contains('.')
        && name.split('.').all(is_label)
        && !is_number
        && !is_loopback(name)
}

fn mail(smtp: &Smtp, message: &Message) -> Result<lettre::Message, String> {
    let sender = mailbox(&smtp.from)?;
    // The same for a repeat, by which mail programs recognize it.
    let id = format!("<{}@{}>", fold_key(&message.id), sender.email.domain());
    let mut mail: MessageBuilder = lettre::Message::builder().from(sender);
    for recipient in &smtp.to {
        mail = mail.to(mailbox(recipient)?);
    }
    // Prevents out-of-office replies.
    let automatic =
        HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let url = if message.url.is_empty() { String::new() } else { format!("\n\n{}", message.url) };
    mail.message_id(Some(id))
        .date(SystemTime::now())
        .subject(single_line(&message.title, MAX_SUBJECT))
        .raw_header(automatic)
        .header(ContentType::TEXT_PLAIN)
        .body(format!("{}{url}", bounded(&message.body, MAX_BODY)))
        .map_err(|why| format!("the mail cannot be written: {why}"))
}

fn mailbox(address: &str) -> Result<Mailbox, String> {
    let mailbox = address.parse::<Mailbox>().ok().filter(|mailbox| mailbox.email.to_string().is_ascii());
    mailbox.ok_or_else(|| format!("\"{}\" is not an e-mail address", single_line(address, MAX_WHY_CHARS)))
}

/// What a server's refusal means for the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The same mail would be refused again.
    Final,
    /// The user or the password is wrong.
    Credentials,
    /// It is temporary, such as a block of Lambda's addresses, which are shared.
    Temporary,
}

fn refusal(step: Step, reply: &Reply) -> Refusal {
    if reply.code < 500 || step <= Step::Tls {
        return Refusal::Temporary;
    }
    if matches!(reply.code, 530 | 534 | 535 | 538) {
        return Refusal::Credentials;
    }
    match reply.enhanced() {
        Some((5, 7, 8 | 9)) => Refusal::Credentials,
        // Addresses, size, protocol or content are wrong.
        Some((5, 1 | 5 | 6, _) | (5, 2, 1 | 3) | (5, 3, 4)) => Refusal::Final,
        Some((5, _, _)) => Refusal::Temporary,
        _ if matches!(reply.code, 500..=504 | 510..=513 | 551..=553 | 555 | 556) => Refusal::Final,
        // 550 and 554 alone are mostly from filters and policies.
        _ => Refusal::Temporary,
    }
}

fn judge(failure: &Failure, secrets: &ChannelSecrets) -> Delivery {
    let Failure { step, reason } = failure;
    let (why, refusal) = match reason {
        Reason::NoConnection(why) => (format!("no connection to {SERVICE}: {why}"), Refusal::Temporary),
        Reason::Unsupported(what) => (format!("{SERVICE} does not offer {what}"), Refusal::Temporary),
        Reason::TimedOut(limit) => {
            (format!("no {} from {SERVICE} within {limit}", step.awaited()), Refusal::Temporary)
        }
        Reason::Closed => {
            (format!("{SERVICE} closed the connection: no {}", step.awaited()), Refusal::Temporary)
        }
        Reason::NotSmtp => {
            (format!("{SERVICE} does not speak SMTP: no {}", step.awaited()), Refusal::Temporary)
        }
        Reason::Refused(reply) => {
            let answered = format!("{SERVICE} answered SMTP {}", reply.code);
            // The answer may quote the password in an encoded form, which would not be hidden.
            let is_quotable = *step != Step::Authentication && !reply.text().is_empty();
            let why = if is_quotable { format!("{answered}: {}", reply.text()) } else { answered };
            (why, refusal(*step, reply))
        }
    };
    let why = single_line(&Redactor::of(secrets).redact(&why), MAX_WHY_CHARS);
    let is_answered = matches!(reason, Reason::Refused(_));
    match refusal {
        Refusal::Temporary => {
            Delivery::Retry { why, unproven: *step == Step::Content && !is_answered, wait: None }
        }
        Refusal::Final => Delivery::Refused { why, credentials: false },
        Refusal::Credentials => Delivery::Refused { why, credentials: true },
    }
}

#[cfg(test)]
mod tests;
