//! E-mail: handed over to one mail server, always within TLS, and never repeated in the same run.
//!
//! Either all receivers get it or none does: a receiver that the server does not know is told at the first test, and
//! not lost in silence. Until the final dot nothing was sent; after it, only the server knows.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;
use tokio::time::timeout;

use super::answer::later;
use super::post::{fold_key, secret};
use super::redact::without_secrets;
use super::{Channel, Delivery, Sending};
use crate::message::Message;
use crate::secrets::ChannelSecrets;
use crate::settings::{Smtp, SmtpTls};
use crate::text::{bounded, single_line};

const MAX_SUBJECT: usize = 200;
const MAX_BODY: usize = 20_000;
const MAX_WHY_CHARS: usize = 150;

/// For each of the server's addresses.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The mail is delivered; taking leave is a courtesy.
const LEAVE_TIMEOUT: Duration = Duration::from_millis(500);

const SERVICE: &str = "the mail server";
const BAD_AUTHORITY: &str = "the certificate of the mail server's authority cannot be read";

/// The channel.
#[derive(Debug)]
pub struct Email {
    name: String,
    smtp: Smtp,
}

impl Email {
    /// A channel that hands mails over to the server in the settings.
    pub fn new(name: String, smtp: Smtp) -> Self {
        Self { name, smtp }
    }

    async fn deliver(&self, message: &Message, secrets: &ChannelSecrets) -> Result<(), Delivery> {
        let mail = mail(&self.smtp, message).map_err(|why| later(why, false))?;
        let mut server = self.sign_in(secrets).await?;
        let told = |why: Error| judge(&why, Stage::Before, secrets);
        server.command(Mail::new(mail.envelope().from().cloned(), Vec::new())).await.map_err(told)?;
        for receiver in mail.envelope().to() {
            server.command(Rcpt::new(receiver.clone(), Vec::new())).await.map_err(told)?;
        }
        server.command(Data).await.map_err(told)?;
        let taken = server.message(&mail.formatted()).await;
        taken.map_err(|why| judge(&why, Stage::After, secrets))?;
        let _ = timeout(LEAVE_TIMEOUT, server.quit()).await;
        Ok(())
    }

    async fn sign_in(&self, secrets: &ChannelSecrets) -> Result<AsyncSmtpConnection, Delivery> {
        let credentials = match &self.smtp.user {
            None => None,
            Some(user) => {
                let password = secret(SERVICE, secrets, "password")?;
                Some(Credentials::new(user.clone(), password.expose().to_owned()))
            }
        };
        let mut server = self.connect(secrets).await?;
        if let Some(credentials) = credentials {
            let known = [Mechanism::Plain, Mechanism::Login];
            let signed_in = server.auth(&known, &credentials).await;
            signed_in.map_err(|why| judge(&why, Stage::SigningIn, secrets))?;
        }
        Ok(server)
    }

    async fn connect(&self, secrets: &ChannelSecrets) -> Result<AsyncSmtpConnection, Delivery> {
        let tls = tls(&self.smtp).map_err(|why| later(why, false))?;
        let (at_once, afterwards) = match self.smtp.tls {
            SmtpTls::Implicit => (Some(tls), None),
            SmtpTls::Starttls => (None, Some(tls)),
        };
        let told = |why: Error| judge(&why, Stage::Connecting, secrets);
        let (address, hello) = ((self.smtp.host.as_str(), self.smtp.port), ClientId::default());
        let connection =
            AsyncSmtpConnection::connect_tokio1(address, Some(CONNECT_TIMEOUT), &hello, at_once, None);
        let mut server = connection.await.map_err(told)?;
        if let Some(tls) = afterwards {
            server.starttls(tls, &hello).await.map_err(told)?;
        }
        Ok(server)
    }
}

impl Channel for Email {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(&'a self, message: &'a Message, secrets: &'a ChannelSecrets) -> Sending<'a> {
        Box::pin(async move { self.deliver(message, secrets).await.err().unwrap_or(Delivery::Delivered) })
    }
}

/// Whether mails can be written and sent with these settings, for whoever reads a configuration.
pub fn check(smtp: &Smtp) -> Result<(), String> {
    mail(smtp, &crate::message::test_message("", "", 0))?;
    tls(smtp).map(|_| ())
}

fn tls(smtp: &Smtp) -> Result<TlsParameters, String> {
    let mut tls = TlsParameters::builder(smtp.host.clone());
    if let Some(pem) = &smtp.ca_pem {
        for authority in authorities(pem).ok_or(BAD_AUTHORITY)? {
            tls = tls.add_root_certificate(authority);
        }
    }
    tls.build_rustls().map_err(|_| BAD_AUTHORITY.to_owned())
}

/// `None` if there is none, or one cannot be read.
fn authorities(pem: &str) -> Option<Vec<Certificate>> {
    let read = CertificateDer::pem_slice_iter(pem.as_bytes());
    let all: Option<Vec<Certificate>> =
        read.map(|found| Certificate::from_der(found.ok()?.to_vec()).ok()).collect();
    all.filter(|all| !all.is_empty())
}

fn mail(smtp: &Smtp, message: &Message) -> Result<lettre::Message, String> {
    let sender = mailbox(&smtp.from)?;
    // The same for a repeat, which mail programs then fold into the first.
    let id = format!("<{}@{}>", fold_key(&message.id), sender.email.domain());
    let mut mail: MessageBuilder = lettre::Message::builder().from(sender);
    for receiver in &smtp.to {
        mail = mail.to(mailbox(receiver)?);
    }
    // What nobody wrote must not be answered by out-of-office replies.
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
    mailbox.ok_or_else(|| format!("{} is no e-mail address", single_line(address, MAX_WHY_CHARS)))
}

/// How far it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Connecting,
    SigningIn,
    /// Nothing of the mail was sent yet.
    Before,
    /// It was sent up to its final dot.
    After,
}

/// What the server said, or what else began it.
fn root(why: &Error) -> String {
    let mut cause = why.source();
    while let Some(deeper) = cause.and_then(|cause| cause.source()) {
        cause = Some(deeper);
    }
    cause.map(ToString::to_string).unwrap_or_default()
}

fn judge(why: &Error, stage: Stage, secrets: &ChannelSecrets) -> Delivery {
    let text = without_secrets(&root(why), secrets);
    let Some(code) = why.status() else {
        let (why, unproven) = match stage {
            Stage::Connecting => (format!("no connection to {SERVICE}: {text}"), false),
            Stage::SigningIn if why.is_client() => {
                (format!("{SERVICE} does not let anybody sign in with PLAIN or LOGIN"), false)
            }
            Stage::SigningIn | Stage::Before => (format!("the connection to {SERVICE} was lost"), false),
            Stage::After => (format!("{SERVICE}'s answer was lost"), true),
        };
        return later(single_line(&why, MAX_WHY_CHARS), unproven);
    };
    let mut why = format!("{SERVICE} answered SMTP {code}");
    // What was sent to sign in holds the password in a form that would not be recognised.
    if stage != Stage::SigningIn {
        why = single_line(&format!("{why}: {text}"), MAX_WHY_CHARS);
    }
    match u16::from(code) {
        400..=499 => later(why, false),
        code => Delivery::Refused { why, credentials: matches!(code, 530 | 534 | 535) },
    }
}
