//! What an app says about itself: the settings of `[[target]]` that only some kinds have.

use std::path::Path;

use plexmon_function::contract::settings::{CloudStatus, InsideCheck, Quantity, Target};
use toml::de::DeValue;
use url::Url;

use super::address::address;
use super::preset::Preset;
use super::reach::is_loopback;
use super::reader::{Table, Value};
use super::secret::{self, SecretSources};
use super::{SecretSource, calendar, filled};
use crate::error::Result;

/// The version of the API by which an app reports its free space.
const DISK_APIS: [(&str, &str); 5] =
    [("sonarr", "v3"), ("radarr", "v3"), ("lidarr", "v1"), ("readarr", "v1"), ("whisparr", "v3")];

/// The user of Kopia's control API, which has no password of the pages.
const CONTROL_USER: &str = "server-control";

const PLEX_STATUS: &str = "https://status.plex.tv/api/v2/summary.json";

/// One of these settings: the kinds that have it, and the other settings without which it has no effect.
struct Key {
    name: &'static str,
    kinds: &'static [&'static str],
    needs: &'static [Needed],
}

/// Another setting, with an example.
type Needed = (&'static str, &'static str);

const DISK_KINDS: &[&str] = &["sonarr", "radarr", "lidarr", "readarr", "whisparr"];
const DISK_FREE_MIN: Needed = ("disk_free_min", "disk_free_min = \"50 GB\"");
const API_KEY: Needed = ("api_key", "api_key = { env = \"SONARR_API_KEY\" }");
const BACKUP_MAX_AGE: Needed = ("backup_max_age", "backup_max_age = \"26h\"");
const USER: Needed = ("user", "user = \"server-control\"");
const PASSWORD: Needed = ("password", "password = { env = \"KOPIA_PASSWORD\" }");

const KEYS: [Key; 9] = [
    Key { name: "disk_free_min", kinds: DISK_KINDS, needs: &[API_KEY] },
    Key { name: "disk", kinds: DISK_KINDS, needs: &[DISK_FREE_MIN] },
    Key { name: "api_key", kinds: DISK_KINDS, needs: &[DISK_FREE_MIN] },
    Key { name: "backup_max_age", kinds: &["kopia"], needs: &[USER, PASSWORD] },
    Key { name: "user", kinds: &["kopia"], needs: &[BACKUP_MAX_AGE] },
    Key { name: "password", kinds: &["kopia"], needs: &[BACKUP_MAX_AGE] },
    Key { name: "inner", kinds: &["uptime-kuma"], needs: &[] },
    Key { name: "token", kinds: &["plex"], needs: &[] },
    Key { name: "cloud_status", kinds: &["plex"], needs: &[] },
];

/// Reads these settings of a target.
pub struct Reader<'a> {
    pub table: &'a Table<'a>,
    pub preset: &'static Preset,
    /// Whether what is sent cannot be read on the way.
    pub is_private: bool,
    pub folder: &'a Path,
    pub secrets: &'a mut SecretSources,
}

/// Reject a setting that has no effect.
fn check(key: &Key, table: &Table<'_>, preset: &Preset) -> Result<()> {
    let Some(value) = table.get(key.name) else { return Ok(()) };
    if !key.kinds.contains(&preset.kind) {
        let known: Vec<String> = key.kinds.iter().map(|kind| format!("\"{kind}\"")).collect();
        return Err(value
            .error(format!("has no effect on a target of kind \"{}\"", preset.kind))
            .hint(format!("it belongs to targets of kind {}", known.join(", "))));
    }
    match key.needs.iter().find(|(other, _)| table.get(other).is_none()) {
        Some((other, example)) => Err(table.misspelling_of(other).unwrap_or_else(|| {
            value
                .error(format!("has no effect without `{other}`"))
                .hint(format!("add, for example: {example}"))
        })),
        None => Ok(()),
    }
}

impl Reader<'_> {
    /// Add these settings to a target that has a name, headers and `secrets_over_http`.
    pub fn read(mut self, mut target: Target) -> Result<Target> {
        let Self { table, preset, .. } = self;
        KEYS.iter().try_for_each(|key| check(key, table, preset))?;
        if let (Some(min), Some(key)) = (table.get("disk_free_min"), table.get("api_key")) {
            let api = DISK_APIS.iter().find(|(kind, _)| *kind == preset.kind).map_or("v3", |(_, api)| *api);
            let paths = table.get("disk").map(|value| paths(&value)).transpose()?.unwrap_or_default();
            target.inside.push(InsideCheck::Disk { api: api.to_owned(), min: least(&min)?, paths });
            self.add_header(&mut target, "X-Api-Key", &key)?;
        }
        if let (Some(age), Some(user), Some(password)) =
            (table.get("backup_max_age"), table.get("user"), table.get("password"))
        {
            let user = user_name(&user)?;
            let max_age_s = age_limit(&age)?;
            target.inside.push(InsideCheck::Backup { max_age_s, control: user == CONTROL_USER });
            let source = self.secret_header(&mut target, secret::AUTHORIZATION, &password)?;
            self.secrets.basic.insert(target.name.clone(), (user.to_owned(), source));
        }
        if let Some(page) = table.get("inner") {
            target.inside.push(InsideCheck::Kuma { slug: slug(&page)? });
        }
        if let Some(token) = table.get("token") {
            target.inside.push(InsideCheck::PlexLibraries);
            self.add_header(&mut target, "X-Plex-Token", &token)?;
        }
        if !target.inside.is_empty() {
            target.inside_path = base(preset, &target.url);
        }
        if preset.kind == "plex" {
            target.cloud_status = cloud_status(table.get("cloud_status"), preset, &target.url)?;
        }
        Ok(target)
    }

    /// Add a secret that these requests send as a header.
    fn add_header(&mut self, target: &mut Target, header: &str, value: &Value<'_>) -> Result<()> {
        let source = self.secret_header(target, header, value)?;
        self.secrets.headers.entry(target.name.clone()).or_default().insert(header.to_owned(), source);
        Ok(())
    }

    /// Add a header with a secret value to these requests, and return where the secret comes from.
    fn secret_header(&self, target: &mut Target, header: &str, value: &Value<'_>) -> Result<SecretSource> {
        let source = secret::read(value, self.folder)?;
        if !self.is_private && !target.secrets_over_http {
            return Err(value
                .error("is a secret, and would be sent unencrypted: the address is plain http")
                .hint(secret::OVER_HTTP));
        }
        if target.headers.keys().any(|name| name.eq_ignore_ascii_case(header)) {
            return Err(value
                .error(format!("is sent as `{header}`, which `headers` has as well"))
                .hint(format!("remove `{header}` from `headers`")));
        }
        target.inside_headers.push(header.to_owned());
        Ok(source)
    }
}

fn least(value: &Value<'_>) -> Result<Quantity> {
    let hint = "for example: \"50 GB\", \"1 TB\" or \"10 %\"";
    let quantity = Quantity::parse(value.string().map_err(|error| error.hint(hint))?)
        .map_err(|why| value.error(format!("cannot be used: {why}")).hint(hint))?;
    if quantity.is_bare() {
        return Err(value.error("needs a unit").hint(hint));
    }
    let is_in_range = quantity.value() > 0.0 && (!quantity.is_percentage() || quantity.value() < 100.0);
    let allowed = "must be more than nothing, and less than 100 %";
    if is_in_range { Ok(quantity) } else { Err(value.error(allowed).hint(hint)) }
}

/// The paths of file systems: one, or a list.
fn paths(value: &Value<'_>) -> Result<Vec<String>> {
    let values = if value.value.as_str().is_some() { vec![value.clone()] } else { filled(value)? };
    let path = |value: &Value<'_>| {
        let path = value.string()?;
        let is_usable = !path.is_empty() && path.chars().count() <= 200 && !path.contains(char::is_control);
        if is_usable {
            return Ok(path.to_owned());
        }
        Err(value.error("must be a path of 1 to 200 characters").hint("for example: \"/data\""))
    };
    values.iter().map(path).collect()
}

fn age_limit(value: &Value<'_>) -> Result<u64> {
    match calendar::seconds(value)? {
        0..3600 => Err(value.error("must be an hour or longer").hint("for a daily backup: \"26h\"")),
        seconds => Ok(seconds),
    }
}

fn user_name<'a>(value: &Value<'a>) -> Result<&'a str> {
    let user = value.string()?;
    let is_usable = !user.is_empty() && !user.contains(|letter: char| letter == ':' || letter.is_control());
    if is_usable { Ok(user) } else { Err(value.error("must be a user's name, without a colon")) }
}

/// The last part of the address of a public page.
fn slug(value: &Value<'_>) -> Result<String> {
    let text = value.string()?;
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    if (1..=100).contains(&text.len()) && text.bytes().all(is_plain) {
        return Ok(text.to_owned());
    }
    Err(value
        .error("must be the name of a public page in its address: lower-case letters, digits and dashes")
        .hint("for https://status.example.com/status/home, write inner = \"home\""))
}

/// The path of the app's base URL, given the address that is requested.
fn base(preset: &Preset, url: &str) -> String {
    let path = Url::parse(url).map(|url| url.path().to_owned()).unwrap_or_default();
    let path = path.strip_suffix(preset.path).unwrap_or(&path);
    let end = path.match_indices('/').find(|(at, _)| {
        path[at + 1..].split('/').next().is_some_and(|part| part.eq_ignore_ascii_case("api"))
    });
    end.map_or(path, |(at, _)| &path[..at]).trim_end_matches('/').to_owned()
}

/// The status page that may explain an outage. An app on this machine has none by default: a test should be able to do
/// without the internet.
fn cloud_status(value: Option<Value<'_>>, preset: &Preset, url: &str) -> Result<Option<CloudStatus>> {
    let of = |url: &str| Some(CloudStatus { service: preset.label.to_owned(), url: url.to_owned() });
    let default = || of(PLEX_STATUS).filter(|_| !is_loopback(url));
    let Some(value) = value else { return Ok(default()) };
    match value.value {
        DeValue::Boolean(true) => Ok(of(PLEX_STATUS)),
        DeValue::Boolean(false) => Ok(None),
        DeValue::String(_) => Ok(of(address(&value)?.as_str())),
        _ => Err(value
            .error(format!("must be true, false or an address, not {}", value.type_name()))
            .hint("`false` turns the question off; an address is that of a summary in Statuspage's format")),
    }
}
