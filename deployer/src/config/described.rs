//! Read the keys of a table by their descriptions, and turn their values into the function's settings, as JSON.

use std::collections::BTreeMap;
use std::path::Path;

use plexmon_function::contract::description::{Checked, Literal, Need, Setting, Type};
use serde_json::{Map, Value as Json};
use url::Url;

use super::address::{address_or, is_private};
use super::reader::{Table, Value};
use super::secret::{self, SecretSource};
use super::{certificates, filled};
use crate::error::{Error, Result};

/// The values of a table's keys.
pub struct Described<'a> {
    /// The function's settings.
    pub settings: Map<String, Json>,
    /// Where the secrets come from.
    pub secrets: BTreeMap<String, SecretSource>,
    /// Where secrets may be sent.
    addresses: Vec<(Value<'a>, Url)>,
}

/// Read the keys of `table` that `settings` describes.
pub fn read<'a>(table: &Table<'a>, settings: &'static [Setting], folder: &Path) -> Result<Described<'a>> {
    let mut described = Described { settings: Map::new(), secrets: BTreeMap::new(), addresses: Vec::new() };
    for setting in settings {
        match given(table, setting, settings)? {
            Some(value) => described.add(setting, value, settings, folder)?,
            None => described.add_default(setting),
        }
    }
    described.check_addresses()?;
    Ok(described)
}

/// Return `key = value`, as in a configuration.
pub fn example(setting: &Setting) -> String {
    format!("{} = {}", setting.key, setting.example)
}

fn given<'a>(
    table: &Table<'a>,
    setting: &'static Setting,
    settings: &[Setting],
) -> Result<Option<Value<'a>>> {
    let value = table.get(setting.key);
    let is_required = match setting.need {
        Need::Required => true,
        Need::With(other) => {
            let is_other_given = settings
                .iter()
                .any(|other_setting| other_setting.key == other && table.get(other_setting.key).is_some());
            if let (Some(value), false) = (&value, is_other_given) {
                let other_example = settings.iter().find(|setting| setting.key == other).map(example);
                return Err(value
                    .error(format!("has no effect without `{other}`"))
                    .hint(format!("add, for example: {}", other_example.unwrap_or_default())));
            }
            is_other_given
        }
        Need::Optional | Need::Default(_) | Need::Depends(_) => false,
    };
    if is_required { table.require(setting.key, &example(setting)).map(Some) } else { Ok(value) }
}

impl<'a> Described<'a> {
    fn add(
        &mut self,
        setting: &'static Setting,
        value: Value<'a>,
        settings: &[Setting],
        folder: &Path,
    ) -> Result<()> {
        let (key, json) = match setting.kind {
            Type::Secret => {
                self.secrets.insert(setting.key.to_owned(), secret::read(&value, folder)?);
                if !matches!(setting.need, Need::Optional) {
                    return Ok(());
                }
                (setting.key, Json::Bool(true))
            }
            Type::Address(check) => {
                let url = address_or(&value, &instead_of_credentials(settings))?;
                checked(setting, &value, check(url.as_str()))?;
                let json = Json::String(url.to_string());
                self.addresses.push((value, url));
                (setting.key, json)
            }
            Type::CertificateFile => ("ca_pem", Json::String(certificates::authority(&value, folder)?)),
            Type::Other(_) => return Ok(()),
            _ => (setting.key, plain(setting, &value)?),
        };
        self.settings.insert(key.to_owned(), json);
        Ok(())
    }

    fn add_default(&mut self, setting: &Setting) {
        let json = match (setting.need, setting.kind) {
            (Need::Default(Literal::Text(text)), _) => Json::from(text),
            (Need::Default(Literal::Number(number)), _) => Json::from(number),
            (Need::Default(Literal::Flag(flag)), _) => Json::from(flag),
            (Need::Optional, Type::Secret) => Json::from(false),
            _ => return,
        };
        self.settings.insert(setting.key.to_owned(), json);
    }

    /// Reject an address to which secrets would be sent unencrypted.
    fn check_addresses(&self) -> Result<()> {
        let exposed = self.addresses.iter().find(|(_, url)| !is_private(url));
        match exposed {
            Some((value, _)) if !self.secrets.is_empty() => Err(value
                .error("is plain http, and secrets would be sent to it unencrypted")
                .hint("use an https:// address")),
            _ => Ok(()),
        }
    }
}

/// Read a value that needs nothing besides its description.
fn plain(setting: &Setting, value: &Value<'_>) -> Result<Json> {
    Ok(match setting.kind {
        Type::Text(check) => {
            let text = value.string()?;
            if text.is_empty() {
                return Err(empty(setting, value));
            }
            checked(setting, value, check(text))?;
            Json::from(text)
        }
        Type::TextOrNumber(check) => {
            let text = value.value.as_integer().map(|number| number.to_string());
            let text = text.map_or_else(|| value.string().map(str::to_owned), Ok)?;
            if text.is_empty() {
                return Err(empty(setting, value));
            }
            checked(setting, value, check(&text))?;
            Json::from(text)
        }
        Type::Texts => {
            let is_list = value.value.as_str().is_none();
            let texts = if is_list { filled(value)? } else { vec![value.clone()] };
            texts.iter().map(|text| text.string().map(Json::from)).collect::<Result<_>>()?
        }
        Type::Number { min, max, check } => {
            let number = value.integer(min..=max)?;
            checked(setting, value, check(number))?;
            Json::from(number)
        }
        Type::Numbers { min, max } => Json::from(numbers(setting, value, min, max)?),
        Type::Flag => Json::from(value.boolean()?),
        Type::Choice(choices) => Json::from(choice(value, choices)?),
        Type::Table(check) => {
            let mut texts = BTreeMap::new();
            for (name, value) in value.table(&value.key)?.entries() {
                texts.insert(name.to_owned(), value.string()?.to_owned());
            }
            checked(setting, value, check(&texts))?;
            texts.into_iter().map(|(name, text)| (name, Json::from(text))).collect()
        }
        Type::Address(_) | Type::Secret | Type::CertificateFile | Type::Other(_) => Json::Null,
    })
}

fn numbers(setting: &Setting, value: &Value<'_>, min: u32, max: u32) -> Result<Vec<u32>> {
    if value.value.as_integer().is_some() {
        return Ok(vec![value.integer(min..=max)?]);
    }
    let mut numbers =
        value.array()?.iter().map(|number| number.integer(min..=max)).collect::<Result<Vec<_>>>()?;
    if numbers.is_empty() {
        return Err(empty(setting, value));
    }
    numbers.sort_unstable();
    numbers.dedup();
    Ok(numbers)
}

/// Return the text of a setting that has only these values.
pub fn choice<'a>(value: &Value<'a>, choices: &[&str]) -> Result<&'a str> {
    let text = value.value.as_str();
    if let Some(text) = text.filter(|text| choices.contains(text)) {
        return Ok(text);
    }
    let quoted: Vec<String> = choices.iter().map(|choice| format!("\"{choice}\"")).collect();
    let allowed = match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    };
    Err(match text {
        Some(text) => value.error(format!("is \"{text}\", but must be {allowed}")),
        None => value.error(format!("must be {allowed}, not {}", value.type_name())),
    })
}

fn empty(setting: &Setting, value: &Value<'_>) -> Error {
    let error = match setting.need {
        Need::Required | Need::With(_) => value.error("is empty"),
        _ => value.error("is empty; leave it out if it is not needed"),
    };
    error.hint(format!("for example: {}", example(setting)))
}

fn checked(setting: &Setting, value: &Value<'_>, result: Checked) -> Result<()> {
    result.map_err(|why| {
        value.error(format!("cannot be used: {why}")).hint(format!("for example: {}", example(setting)))
    })
}

/// Return a hint where to write credentials instead of in an address.
fn instead_of_credentials(settings: &[Setting]) -> String {
    let find = |key: &str| settings.iter().find(|setting| setting.key == key).map(example);
    if let (Some(user), Some(password)) = (find("user"), find("password")) {
        return format!("write {user} and {password} into this table instead");
    }
    let secrets: Vec<String> = settings
        .iter()
        .filter(|setting| matches!(setting.kind, Type::Secret))
        .map(|setting| format!("`{}`", setting.key))
        .collect();
    format!("leave them out: this service authenticates with {}", secrets.join(" and "))
}
