//! One `[[target]]`: its preset, address, conditions and headers.

use std::collections::BTreeMap;
use std::path::Path;

use plexmon_function::contract::settings::{DEFAULT_TARGET_TIMEOUT_S, Expect, HeaderValue, Target};
use plexmon_function::probe::condition;

use super::protocol::{Endpoint, Kind};
use super::reader::{Table, Value};
use super::request::{self, RequestSettings};
use super::{
    SecretSources, access, calendar, certificates, conditions, described, domain, inside, kind, secret,
};
use crate::error::Result;

/// Appended to the name of a target, for the check that it is closed to requests without a token.
const EXPOSURE_SUFFIX: &str = " (closed)";

/// The settings of `[defaults]`, which a target can override.
pub struct Defaults {
    timeout_s: u32,
    tries: u32,
    down_after: u32,
    up_after: u32,
    slow_ms: Option<u32>,
    remind_s: Option<u64>,
    damp: bool,
}

/// Reads the tables of targets.
pub struct TargetReader<'a> {
    pub folder: &'a Path,
    /// The upper limit of `timeout_s`.
    pub longest_s: u32,
    pub defaults: Defaults,
}

impl Defaults {
    pub fn read(table: Option<Table<'_>>, longest_s: u32) -> Result<Self> {
        let built_in = Self {
            timeout_s: DEFAULT_TARGET_TIMEOUT_S.min(longest_s),
            tries: 2,
            down_after: 1,
            up_after: 1,
            slow_ms: None,
            remind_s: None,
            damp: true,
        };
        let Some(table) = table else { return Ok(built_in) };
        let read = built_in.overridden(&table, longest_s)?;
        table.finish()?;
        Ok(read)
    }

    fn overridden(&self, table: &Table<'_>, longest_s: u32) -> Result<Self> {
        let integer = |key, range, default| match table.get(key) {
            Some(value) => value.integer(range),
            None => Ok(default),
        };
        let timeout_s = match table.get("timeout_s") {
            Some(value) => value.integer(1..=longest_s).map_err(|error| {
                error.hint(
                    "a run also needs 15 s for AWS and the channels: increase `timeout_s` in [function] to allow more",
                )
            })?,
            None => self.timeout_s,
        };
        let slow_ms = table.get("slow_ms").map(|value| value.integer(1..=60_000)).transpose()?;
        let remind_s = table.get("remind_every").map(|value| reminder(&value)).transpose()?;
        let damp = table.get("flap_damping").map(|value| value.boolean()).transpose()?;
        Ok(Self {
            timeout_s,
            tries: integer("tries", 1..=5, self.tries)?,
            down_after: integer("down_after", 1..=100, self.down_after)?,
            up_after: integer("up_after", 1..=100, self.up_after)?,
            slow_ms: slow_ms.or(self.slow_ms),
            remind_s: remind_s.or(self.remind_s),
            damp: damp.unwrap_or(self.damp),
        })
    }
}

fn reminder(value: &Value<'_>) -> Result<u64> {
    let seconds = calendar::seconds(value)?;
    if seconds < 60 { Err(value.error("must be a minute or longer")) } else { Ok(seconds) }
}

impl TargetReader<'_> {
    /// Read one `[[target]]`, and return a second target where it must be closed to requests without a token.
    pub fn read(&self, table: Table<'_>, secrets: &mut SecretSources) -> Result<Vec<Target>> {
        let name = target_name(&table.require("name", "name = \"plex\"")?)?;
        let kind = Kind::read(table.get("kind"))?;
        let Endpoint { protocol, url, is_private, label } = kind.endpoint(&table)?;
        let preset = kind.preset();
        let headers = match table.table("headers", "[[target]] headers")? {
            Some(headers) => headers_of(&headers, &name, self.folder, secrets)?,
            None => BTreeMap::new(),
        };
        let secrets_over_http = table.get("secrets_over_http").map(|value| value.boolean()).transpose()?;
        let secrets_over_http = secrets_over_http.unwrap_or_default();
        if !is_private && !secrets_over_http {
            check_encryption(&table, &headers)?;
        }
        let access = match table.get("access") {
            Some(value) if !is_private => {
                return Err(value
                    .error("is a secret, and would be sent unencrypted: the address is plain http")
                    .hint("use an https:// address"));
            }
            Some(value) => Some(access::of_target(&value, &name, self.folder, secrets)?),
            None => None,
        };
        let Defaults { timeout_s, tries, down_after, up_after, slow_ms, remind_s, damp } =
            self.defaults.overridden(&table, self.longest_s)?;
        let RequestSettings { method, body } = request::read(&table)?;
        let flag = |key| table.get(key).map(|value| value.boolean()).transpose();
        let called = |key| table.get(key).map(|value| target_name(&value)).transpose();
        let target = Target {
            app: label,
            domain: domain::read(&table, &url)?.watched(),
            url,
            protocol,
            status: preset.status.to_vec(),
            contains: preset.contains.map(str::to_owned),
            matches: kind::expression(preset, &table),
            headers,
            secrets_over_http,
            method,
            body,
            ca_pem: table
                .get("ca_file")
                .map(|value| certificates::authority(&value, self.folder))
                .transpose()?,
            site: called("site")?.unwrap_or("home".to_owned()),
            label: called("label")?,
            public: flag("public")?,
            group: called("group")?,
            access,
            expect: Expect::Answer,
            timeout_s,
            tries,
            down_after,
            up_after,
            slow_ms,
            remind_s,
            damp,
            pin: flag("pin")?.unwrap_or(preset.pin),
            tell_version: flag("tell_version")?.unwrap_or_default(),
            name,
            // The conditions follow.
            ..Target::default()
        };
        let inside = inside::Reader { table: &table, preset, is_private, folder: self.folder, secrets };
        let mut target = with_conditions(inside.read(target)?, &table, self.folder)?;
        conditions::read(&table, &mut target)?;
        request::check_conditions(&table, &target)?;
        let is_closed =
            table.get("exposure").map(|value| exposure(&value, &target)).transpose()?.unwrap_or_default();
        table.finish()?;
        Ok(if is_closed { closed(target) } else { vec![target] })
    }
}

/// Return a target that must refuse requests without a token and, if there is a token, the app itself as another one.
fn closed(target: Target) -> Vec<Target> {
    let refusal = |name: String| Target {
        name,
        access: None,
        headers: BTreeMap::new(),
        contains: None,
        lacks: Vec::new(),
        matches: Vec::new(),
        header: BTreeMap::new(),
        json: Vec::new(),
        metrics: Vec::new(),
        redirect: None,
        domain: None,
        expect: Expect::Refusal,
        slow_ms: None,
        pin: false,
        tell_version: false,
        inside: Vec::new(),
        inside_path: String::new(),
        inside_headers: Vec::new(),
        cloud_status: None,
        // Only the app itself is on the status page.
        public: if target.access.is_none() { target.public } else { None },
        app: target.app().to_owned(),
        ..target.clone()
    };
    if target.access.is_none() {
        return vec![refusal(target.name.clone())];
    }
    let refusal = refusal(format!("{}{EXPOSURE_SUFFIX}", target.name));
    vec![target, refusal]
}

fn exposure(value: &Value<'_>, target: &Target) -> Result<bool> {
    let is_closed = described::choice(value, &["open", "closed"])? == "closed";
    if is_closed && target.access.is_none() && !target.inside.is_empty() {
        return Err(value
            .error("would leave nothing to ask the app about itself: without `access`, only its refusal is checked")
            .hint("add `access`, or remove the settings that need an answer of the app"));
    }
    Ok(is_closed)
}

/// Read the conditions by their descriptions; those of the preset apply where the table has none.
fn with_conditions(target: Target, table: &Table<'_>, folder: &Path) -> Result<Target> {
    let conditions = described::read(table, condition::SETTINGS, folder)?.settings;
    let wrong = |why| table.error(format!("[[target]] has conditions that cannot be used: {why}"));
    let mut settings = serde_json::to_value(target).map_err(wrong)?;
    if let Some(settings) = settings.as_object_mut() {
        settings.extend(conditions);
    }
    serde_json::from_value(settings).map_err(wrong)
}

fn target_name(value: &Value<'_>) -> Result<String> {
    let name = value.string()?;
    let good = !name.trim().is_empty()
        && name.trim() == name
        && name.chars().count() <= 60
        && !name.contains(|character: char| character.is_control() || "{}".contains(character));
    if good {
        Ok(name.to_owned())
    } else {
        Err(value.error(
            "must be 1 to 60 characters, without braces, and without spaces at the beginning and the end",
        ))
    }
}

fn headers_of(
    headers: &Table<'_>,
    target: &str,
    folder: &Path,
    secrets: &mut SecretSources,
) -> Result<BTreeMap<String, HeaderValue>> {
    let mut result = BTreeMap::new();
    for (name, value) in headers.entries() {
        if http::HeaderName::try_from(name).is_err() {
            return Err(value.error("is not a valid HTTP header name"));
        }
        let content = if let Some(literal) = value.value.as_str() {
            if http::HeaderValue::try_from(literal).is_err() {
                return Err(value.error("has characters that an HTTP header cannot have"));
            }
            HeaderValue::Literal(literal.to_owned())
        } else {
            let source = secret::read(&value, folder)?;
            secrets.headers.entry(target.to_owned()).or_default().insert(name.to_owned(), source);
            HeaderValue::Secret
        };
        result.insert(name.to_owned(), content);
    }
    Ok(result)
}

/// Reject a secret header that would be sent unencrypted.
fn check_encryption(table: &Table<'_>, headers: &BTreeMap<String, HeaderValue>) -> Result<()> {
    let secret = headers.iter().find(|(_, value)| **value == HeaderValue::Secret);
    let (Some((name, _)), Some(value)) = (secret, table.get("headers")) else { return Ok(()) };
    Err(value
        .error(format!("has the secret `{name}`, which would be sent unencrypted: the address is plain http"))
        .hint(secret::OVER_HTTP))
}
