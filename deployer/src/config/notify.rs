//! `[notify.*]`: the channels. The name of a table is the name of the channel; `kind` gives its kind if the name does not.
//!
//! This code is independent of the kinds: each one is read by its description, which is beside its sender in the function.

use std::path::Path;

use plexmon_function::contract::description::{ChannelDescription, Literal, Need, Setting, Type, any};
use plexmon_function::contract::secrets::RESERVED;
use plexmon_function::contract::settings::{ChannelSettings, Hours};
use plexmon_function::notify::DESCRIPTIONS;
use serde_json::Value as Json;

use super::described::{self, Described};
use super::reader::{Table, Value};
use super::{SecretSources, calendar};
use crate::error::{Error, Result};

/// The keys of every channel, besides those that its kind describes.
pub const COMMON: &[Setting] = &[
    Setting {
        key: "kind",
        kind: Type::Text(any),
        need: Need::Depends("the name of the table"),
        example: "\"ntfy\"",
        about: "the kind of channel",
    },
    Setting {
        key: "min",
        kind: Type::Choice(&["info", "warn", "down"]),
        need: Need::Default(Literal::Text("info")),
        example: "\"down\"",
        about: "the lowest severity that is sent: `down` for outages and recoveries alone",
    },
    Setting {
        key: "quiet",
        kind: Type::Other("hours of the day"),
        need: Need::Optional,
        example: "\"23:00-07:00\"",
        about: "when nothing is sent; what has changed is sent afterwards",
    },
];

/// Names that are more similar than this are suggested as a correction.
const MIN_SIMILARITY: f64 = 0.8;

pub fn read(notify: Table<'_>, folder: &Path, secrets: &mut SecretSources) -> Result<Vec<ChannelSettings>> {
    notify.entries().map(|(name, value)| channel(name, &value, folder, secrets)).collect()
}

fn channel(
    name: &str,
    value: &Value<'_>,
    folder: &Path,
    secrets: &mut SecretSources,
) -> Result<ChannelSettings> {
    check_name(name, value)?;
    let label = format!("[notify.{name}]");
    let table = value.table(&label)?;
    let description = match table.get("kind") {
        Some(kind) => find(&kind, kind.string()?)?,
        None => find(value, name)?,
    };
    check_exclusive(description, &table, &label)?;
    let own = described::read(&table, description.settings, folder)?;
    let common = described::read(&table, COMMON, folder)?;
    let quiet = table.get("quiet").map(|value| calendar::hours(&value)).transpose()?;
    let channel = settings(name, description, common, &own, quiet)
        .map_err(|why| table.error(format!("{label} cannot be used: {why}")))?;
    table.finish()?;
    secrets.kinds.insert(name.to_owned(), description.kind);
    secrets.channels.insert(name.to_owned(), own.secrets);
    Ok(channel)
}

fn check_name(name: &str, value: &Value<'_>) -> Result<()> {
    if RESERVED.contains(&name) {
        return Err(value.error("has a reserved name").hint(
            "use another name, and give the kind with `kind`: [notify.phone] with kind = \"pushover\"",
        ));
    }
    let is_good = (1..=20).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_good {
        Ok(())
    } else {
        Err(value.error("must have a name of 1 to 20 of the characters a-z, A-Z, 0-9, `-` and `_`"))
    }
}

/// Return the description of the kind with this name.
fn find(value: &Value<'_>, kind: &str) -> Result<&'static ChannelDescription> {
    DESCRIPTIONS.iter().find(|known| known.kind == kind).ok_or_else(|| unknown(value, kind))
}

fn unknown(value: &Value<'_>, kind: &str) -> Error {
    let kinds = || DESCRIPTIONS.iter().map(|description| description.kind);
    let nearest = kinds()
        .map(|known| (strsim::jaro_winkler(known, kind), known))
        .filter(|(likeness, _)| *likeness > MIN_SIMILARITY)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    let suggestion = nearest.map_or_else(String::new, |(_, kind)| format!("did you mean `{kind}`? "));
    let all = kinds().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ");
    value
        .error(format!("is not a kind of channel: \"{kind}\""))
        .hint(format!("{suggestion}allowed: {all}; a channel with another name needs `kind`"))
}

fn check_exclusive(description: &ChannelDescription, table: &Table<'_>, label: &str) -> Result<()> {
    let is_given = |key: &str| table.entries().any(|(name, _)| name == key);
    let both = |(one, other): &&(&str, &str)| is_given(one) && is_given(other);
    let Some((one, other)) = description.exclusive.iter().find(both) else { return Ok(()) };
    let mut rest = vec![format!("`{other}`")];
    let with_other = description
        .settings
        .iter()
        .filter(|setting| matches!(setting.need, Need::With(with) if with == *other));
    rest.extend(with_other.map(|setting| format!("`{}`", setting.key)));
    Err(table
        .error(format!("{label} has `{one}` and `{other}`: {} takes only one of them", description.service))
        .hint(format!("leave out `{one}`, or {}", rest.join(" and "))))
}

/// Put the settings together, as the function reads them.
fn settings(
    name: &str,
    description: &ChannelDescription,
    common: Described<'_>,
    own: &Described<'_>,
    quiet: Option<Hours>,
) -> Result<ChannelSettings, String> {
    let mut settings = own.settings.clone();
    (description.complete)(&mut settings);
    settings.extend(common.settings);
    settings.insert("kind".to_owned(), Json::from(description.kind));
    settings.insert("name".to_owned(), Json::from(name));
    let channel: ChannelSettings =
        serde_json::from_value(Json::Object(settings)).map_err(|why| why.to_string())?;
    (description.check)(&channel.kind)?;
    Ok(ChannelSettings { quiet, ..channel })
}
