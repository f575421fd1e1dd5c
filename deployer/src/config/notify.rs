//! `[notify.*]`: the channels. A table's name is the channel's; `kind` says what it is where the name does not.

use std::collections::BTreeMap;
use std::path::Path;

use plexmon_function::contract::secrets::RESERVED;
use plexmon_function::contract::settings::{
    ChannelKind, ChannelSettings, EMAIL_PORT, PUSHBULLET_URL, PUSHOVER_URL, Severity, Smtp, SmtpTls,
};
use plexmon_function::notify::{email, ntfy, webhook};

use url::Url;

use super::reader::{Table, Value};
use super::{SecretSources, calendar, certificates, filled, secret, target};
use crate::error::Result;

/// Between mail servers. AWS blocks it unless an account asks for more.
const SMTP_RELAY_PORT: u16 = 25;

const KINDS: [&str; 7] = ["pushover", "pushbullet", "ntfy", "discord", "slack", "webhook", "email"];

pub fn read(notify: Table<'_>, folder: &Path, secrets: &mut SecretSources) -> Result<Vec<ChannelSettings>> {
    notify.entries().map(|(name, value)| channel(name, &value, folder, secrets)).collect()
}

fn channel(
    name: &str,
    value: &Value<'_>,
    folder: &Path,
    secrets: &mut SecretSources,
) -> Result<ChannelSettings> {
    if RESERVED.contains(&name) {
        return Err(value.error("has a name that plexmon uses itself").hint(
            "give it another one, and say with `kind` what it is: [notify.phone] with kind = \"pushover\"",
        ));
    }
    let good = (1..=20).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if !good {
        return Err(value.error("must have a name of 1 to 20 of the characters a-z, A-Z, 0-9, `-` and `_`"));
    }
    let label = format!("[notify.{name}]");
    let table = value.table(&label)?;
    let kind = match table.get("kind") {
        Some(kind) => known(&kind, kind.string()?)?,
        None => known(value, name)?,
    };
    let mut reader = Reader { label: &label, table: &table, folder, found: BTreeMap::new() };
    let kind = reader.kind(kind)?;
    secrets.channels.insert(name.to_owned(), reader.found);
    let min = table.get("min").map(|value| severity(&value)).transpose()?.unwrap_or_default();
    let quiet = table.get("quiet").map(|value| calendar::hours(&value)).transpose()?;
    table.finish()?;
    Ok(ChannelSettings { name: name.to_owned(), kind, min, quiet })
}

fn known(value: &Value<'_>, kind: &str) -> Result<&'static str> {
    KINDS.into_iter().find(|known| *known == kind).ok_or_else(|| {
        let nearest = KINDS.into_iter().filter(|known| strsim::jaro_winkler(known, kind) > 0.8).max_by(
            |left, right| strsim::jaro_winkler(left, kind).total_cmp(&strsim::jaro_winkler(right, kind)),
        );
        let all = KINDS.map(|kind| format!("`{kind}`")).join(", ");
        let mean = nearest.map_or_else(String::new, |kind| format!("did you mean `{kind}`? "));
        value
            .error(format!("is no kind of channel: \"{kind}\""))
            .hint(format!("{mean}allowed: {all}; a channel with a name of its own says which with `kind`"))
    })
}

fn severity(value: &Value<'_>) -> Result<Severity> {
    Ok(match value.string()? {
        "info" => Severity::Info,
        "warn" => Severity::Warn,
        "down" => Severity::Down,
        other => {
            return Err(value.error(format!("is \"{other}\", but must be \"info\", \"warn\" or \"down\"")));
        }
    })
}

/// Reads one channel's table and collects where its secrets come from.
struct Reader<'a> {
    /// As in `[notify.email]`, for messages.
    label: &'a str,
    table: &'a Table<'a>,
    folder: &'a Path,
    found: BTreeMap<String, super::SecretSource>,
}

impl Reader<'_> {
    fn kind(&mut self, kind: &str) -> Result<ChannelKind> {
        Ok(match kind {
            "pushover" => {
                self.secret("token", "token = { env = \"PUSHOVER_TOKEN\" }")?;
                self.secret("user", "user = { env = \"PUSHOVER_USER\" }")?;
                ChannelKind::Pushover { url: self.address(PUSHOVER_URL)? }
            }
            "pushbullet" => {
                self.secret("token", "token = { env = \"PUSHBULLET_TOKEN\" }")?;
                ChannelKind::Pushbullet { url: self.address(PUSHBULLET_URL)? }
            }
            "ntfy" => self.ntfy()?,
            "discord" => {
                self.secret("url", "url = { env = \"DISCORD_URL\" }")?;
                ChannelKind::Discord
            }
            "slack" => {
                self.secret("url", "url = { env = \"SLACK_URL\" }")?;
                ChannelKind::Slack
            }
            "webhook" => self.webhook()?,
            _ => self.email()?,
        })
    }

    fn ntfy(&mut self) -> Result<ChannelKind> {
        let value = self.table.require("url", "url = \"https://ntfy.sh/my-topic\"")?;
        let login = "user = \"me\" and password = { env = \"NTFY_PASSWORD\" }";
        let url = target::address_or(&value, &format!("write {login} into this table instead"))?;
        ntfy::check_url(url.as_str()).map_err(|why| {
            value
                .error(format!("cannot be used: {why}"))
                .hint("for example: url = \"https://ntfy.sh/my-topic\"")
        })?;
        let user = self.table.get("user").map(|value| value.string().map(str::to_owned)).transpose()?;
        let token = self.optional("token")?;
        let password = self.table.get("password");
        match (&user, password) {
            (Some(_), _) if token => {
                return Err(self
                    .table
                    .error(format!("{} has a `token` and a `user`: ntfy takes one of them", self.label))
                    .hint("leave out `token`, or `user` and `password`"));
            }
            (Some(_), _) => self.secret("password", "password = { env = \"NTFY_PASSWORD\" }")?,
            (None, Some(password)) => {
                return Err(password
                    .error("is of no use without `user`")
                    .hint("add, for example: user = \"me\""));
            }
            (None, None) => {}
        }
        if token || user.is_some() {
            in_private(&value, &url)?;
        }
        Ok(ChannelKind::Ntfy { url: url.to_string(), token, user })
    }

    fn webhook(&mut self) -> Result<ChannelKind> {
        self.secret("url", "url = { env = \"WEBHOOK_URL\" }")?;
        let template = match self.table.get("template") {
            Some(value) => {
                let text = value.string()?;
                webhook::check_template(text).map_err(|why| {
                    value
                        .error(format!("cannot be used: {why}"))
                        .hint("for example: template = '{\"text\": \"{title}: {body}\"}'")
                })?;
                Some(text.to_owned())
            }
            None => None,
        };
        let mut headers = BTreeMap::new();
        if let Some(value) = self.table.get("headers") {
            for (name, value) in value.table(&value.key)?.entries() {
                headers.insert(name.to_owned(), value.string()?.to_owned());
            }
            webhook::check_headers(&headers).map_err(|why| value.error(format!("cannot be sent: {why}")))?;
        }
        let success = match self.table.get("success") {
            Some(value) if value.string()?.is_empty() => {
                return Err(value.error("is empty; leave it out if any answer with a status of 2xx will do"));
            }
            Some(value) => Some(value.string()?.to_owned()),
            None => None,
        };
        Ok(ChannelKind::Webhook { template, headers, token: self.optional("token")?, success })
    }

    fn email(&mut self) -> Result<ChannelKind> {
        let text = |key, example: &str| self.table.require(key, example)?.string().map(str::to_owned);
        let host = text("host", "host = \"smtp.example.com\"")?;
        let from = text("from", "from = \"plexmon@example.com\"")?;
        let to = self.table.require("to", "to = [\"me@example.com\"]")?;
        let to = if to.value.as_str().is_some() { vec![to] } else { filled(&to)? };
        let port = match self.table.get("port") {
            Some(value) => port(&value)?,
            None => EMAIL_PORT,
        };
        let user = self.table.get("user").map(|value| value.string().map(str::to_owned)).transpose()?;
        let hello = self.table.get("hello").map(|value| value.string().map(str::to_owned)).transpose()?;
        let ca_pem = self
            .table
            .get("ca_file")
            .map(|value| certificates::authority(&value, self.folder))
            .transpose()?;
        if user.is_some() {
            self.secret("password", "password = { env = \"SMTP_PASSWORD\" }")?;
        } else if let Some(password) = self.table.get("password") {
            return Err(password
                .error("is of no use without `user`")
                .hint("add, for example: user = \"me@example.com\""));
        }
        let to: Vec<String> =
            to.iter().map(|value| value.string().map(str::to_owned)).collect::<Result<_>>()?;
        let tls = match self.table.get("tls") {
            Some(value) => match value.string()? {
                "starttls" => SmtpTls::Starttls,
                "implicit" => SmtpTls::Implicit,
                other => {
                    return Err(
                        value.error(format!("is \"{other}\", but must be \"starttls\" or \"implicit\""))
                    );
                }
            },
            None => SmtpTls::of_port(port),
        };
        let smtp = Smtp { host, port, tls, user, from, to, hello, ca_pem };
        email::check(&smtp)
            .map_err(|why| self.table.error(format!("{} cannot be used: {why}", self.label)))?;
        Ok(ChannelKind::Email(smtp))
    }

    fn secret(&mut self, key: &'static str, example: &str) -> Result<()> {
        let source = secret::read(&self.table.require(key, example)?, self.folder)?;
        self.found.insert(key.to_owned(), source);
        Ok(())
    }

    /// Whether it is there.
    fn optional(&mut self, key: &'static str) -> Result<bool> {
        let Some(value) = self.table.get(key) else { return Ok(false) };
        self.found.insert(key.to_owned(), secret::read(&value, self.folder)?);
        Ok(true)
    }

    fn address(&self, default: &str) -> Result<String> {
        match self.table.get("url") {
            Some(value) => {
                let url = target::address_or(&value, "leave them out: this service signs in with its token")?;
                in_private(&value, &url)?;
                Ok(url.to_string())
            }
            None => Ok(default.to_owned()),
        }
    }
}

/// Refuses an address that would carry secrets where everybody on the way could read them.
fn in_private(value: &Value<'_>, url: &Url) -> Result<()> {
    if target::is_private(url) {
        return Ok(());
    }
    Err(value
        .error("is plain http, and secrets are sent there: everybody on the way could read them")
        .hint("use an https:// address"))
}

fn port(value: &Value<'_>) -> Result<u16> {
    match u16::try_from(value.integer(1..=65_535)?).unwrap_or(EMAIL_PORT) {
        SMTP_RELAY_PORT => Err(value
            .error("is 25, which AWS blocks for Lambda: connections to it time out")
            .hint("use 587 (STARTTLS) or 465 (TLS from the start), as mail programs do")),
        port => Ok(port),
    }
}
