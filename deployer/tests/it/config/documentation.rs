//! The tables of the documentation and the channels of the example are generated from the descriptions.

mod costs;
mod refusals;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use plexmon_deploy::config::preset::{GROUPS, Preset};
use plexmon_deploy::config::tables::{SECTIONS, Section};
use plexmon_function::contract::description::{ChannelDescription, Literal, Need, Setting, Type};
use plexmon_function::notify::DESCRIPTIONS;
use plexmon_function::probe::condition;
use plexmon_testing::generated::{Part, check};

use super::{TARGET, below, parse, target, top};

/// The kind that the example configures first, with a comment for every key.
const FIRST: &str = "pushover";

/// The width of the example.
const MAX_LINE: usize = 120;

/// Where comments begin, unless the key is longer.
const COMMENT_COLUMN: usize = 40;

#[test]
fn the_tables_in_the_documentation_are_those_of_the_code() {
    let mut parts: Vec<Part> = SECTIONS
        .iter()
        .map(|section| {
            let name = section.label.trim_matches(['[', ']']).replace(".NAME", "");
            let name = if name.is_empty() { "top".to_owned() } else { name };
            Part::markdown(&format!("settings of {name}"), &settings(section.settings))
        })
        .collect();
    parts.extend(condition::TABLES.iter().map(|(name, keys)| Part::markdown(name, &settings(keys))));
    parts.push(Part::markdown("presets", &presets()));
    parts.push(Part::markdown("channels", &channels()));
    parts.push(Part::markdown("settings of channels", &channel_settings()));
    check("deployer/docs/configuration.md", &parts);
}

#[test]
fn the_example_has_a_table_for_every_kind_of_channel() {
    let text: String = DESCRIPTIONS
        .iter()
        .filter(|description| description.kind != FIRST)
        .map(|description| format!("\n{}", example(description)))
        .collect();
    let begin = "# More channels, as many as you like. With a name of your own, give the kind with `kind`.\n";
    let part = Part { begin: begin.to_owned(), end: "\n# End of the channels.".to_owned(), text };
    check("config.example.toml", &[part]);
    // In the same test, so that it does not read the file while it is written.
    every_described_key_is_in_the_example();
}

#[test]
fn the_readme_has_every_kind_of_channel() {
    let kinds: Vec<String> =
        DESCRIPTIONS.iter().map(|description| format!("`{}`", description.kind)).collect();
    check("README.md", &[Part::markdown("kinds of channels", &kinds.join(", "))]);
}

fn every_described_key_is_in_the_example() {
    let text = super::good::uncommented_example();
    let example: toml::Table = text.parse().unwrap();
    let mut missing = Vec::new();
    let conditions = Section { label: "[[target]]", settings: condition::SETTINGS };
    for section in SECTIONS.iter().chain([&conditions]) {
        let tables = tables(&example, section.label);
        for Setting { key, .. } in section.settings {
            // An alternative that cannot be in effect at the same time is in a comment.
            let is_alternative = text.contains(&format!("# or: {key} = "));
            if !is_alternative && !tables.iter().any(|table| table.contains_key(*key)) {
                missing.push(format!("`{key}` of {}", section.label));
            }
        }
    }
    for description in DESCRIPTIONS {
        let is_of_kind = |name: &str, table: &toml::Table| {
            table.get("kind").map_or(name, |kind| kind.as_str().unwrap()) == description.kind
        };
        let channels: Vec<&toml::Table> = example["notify"]
            .as_table()
            .unwrap()
            .iter()
            .filter_map(|(name, table)| table.as_table().filter(|table| is_of_kind(name, table)))
            .collect();
        for Setting { key, .. } in description.settings {
            if !channels.iter().any(|table| table.contains_key(*key)) {
                missing.push(format!("`{key}` of a channel of kind {}", description.kind));
            }
        }
    }
    assert!(missing.is_empty(), "config.example.toml does not contain {}", missing.join(", "));
}

/// What errors about an unknown key list is what a table can have.
#[test]
fn exactly_the_described_keys_are_read() {
    let unknown = "unknown-key = 1";
    for section in SECTIONS {
        let text = match section.label {
            "" => top(unknown),
            "[[target]]" => target(unknown),
            "[notify.NAME]" => below(&format!("[notify.discord]\nurl = {{ env = \"A\" }}\n{unknown}")),
            "[access.NAME]" => {
                below(&format!("[access.a]\nid = {{ env = \"A\" }}\nsecret = {{ env = \"B\" }}\n{unknown}"))
            }
            "[heartbeat]" => below(&format!("[heartbeat]\nurl = \"https://hc.example.com\"\n{unknown}")),
            "[report]" => below(&format!("[report]\nweekly = \"monday 09:00\"\n{unknown}")),
            "[[maintenance]]" => {
                below(&format!("[[maintenance]]\ntime = \"03:00\"\nduration = \"2h\"\n{unknown}"))
            }
            label => below(&format!("{label}\n{unknown}")),
        };
        let error = parse(&text).unwrap_err();
        let hint = error.hint_text().unwrap_or_else(|| panic!("{error}"));
        let read: BTreeSet<&str> = hint.split('`').skip(1).step_by(2).collect();
        let mut described: BTreeSet<&str> = section.settings.iter().map(|setting| setting.key).collect();
        match section.label {
            "" => described.extend(
                "target defaults access notify heartbeat maintenance report page history state function"
                    .split(' '),
            ),
            "[[target]]" => {
                described.extend(condition::SETTINGS.iter().map(|setting| setting.key));
                let defaults = SECTIONS.iter().find(|section| section.label == "[defaults]").unwrap();
                described.extend(defaults.settings.iter().map(|setting| setting.key));
            }
            "[notify.NAME]" => {
                described.insert("url");
            }
            _ => {}
        }
        assert_eq!(read, described, "{}: describe every key in `config/tables.rs`", section.label);
    }
    assert!(parse(TARGET).is_ok());
}

/// Return all tables to which a label such as `[[target]]` or `[notify.NAME]` refers.
fn tables<'a>(example: &'a toml::Table, label: &str) -> Vec<&'a toml::Table> {
    let name = label.trim_matches(['[', ']']);
    if name.is_empty() {
        return vec![example];
    }
    if let Some(name) = name.strip_suffix(".NAME") {
        return example[name].as_table().unwrap().values().filter_map(toml::Value::as_table).collect();
    }
    match &example[name] {
        toml::Value::Table(table) => vec![table],
        list => list.as_array().unwrap().iter().filter_map(toml::Value::as_table).collect(),
    }
}

fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut table = line(head.iter().map(|cell| (*cell).to_owned()).collect());
    table += &line(head.iter().map(|_| "---".to_owned()).collect());
    rows.into_iter().for_each(|row| table += &line(row));
    table
}

fn settings(settings: &[Setting]) -> String {
    table(&["key", "value", "default", "meaning"], settings.iter().map(row))
}

fn row(setting: &Setting) -> Vec<String> {
    vec![format!("`{}`", setting.key), value(setting.kind), default(setting), setting.about.to_owned()]
}

fn value(kind: Type) -> String {
    match kind {
        Type::Text(_) => "text".to_owned(),
        Type::TextOrNumber(_) => "text or number".to_owned(),
        Type::Texts => "text, or list of texts".to_owned(),
        Type::Number { min, max, .. } => format!("{min} to {max}"),
        Type::Numbers { min, max } => format!("{min} to {max}, or list"),
        Type::Flag => "`true` or `false`".to_owned(),
        Type::Choice(choices) => {
            choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", ")
        }
        Type::Address(_) => "address".to_owned(),
        Type::Secret => "secret".to_owned(),
        Type::Table(_) => "table of texts".to_owned(),
        Type::CertificateFile => "path".to_owned(),
        Type::Other(name) => name.to_owned(),
    }
}

fn default(setting: &Setting) -> String {
    match setting.need {
        Need::Required => "required".to_owned(),
        Need::Optional => "none".to_owned(),
        Need::Default(Literal::Text(text)) => format!("`{text}`"),
        Need::Default(Literal::Number(number)) => number.to_string(),
        Need::Default(Literal::Flag(flag)) => format!("`{flag}`"),
        Need::Depends(phrase) => phrase.to_owned(),
        Need::With(other) => format!("required with `{other}`"),
    }
}

fn presets() -> String {
    let row = |preset: &Preset| {
        let kinds: Vec<String> =
            std::iter::once(&preset.kind).chain(preset.aliases).map(|kind| format!("`{kind}`")).collect();
        let statuses: Vec<String> = preset.status.iter().map(u16::to_string).collect();
        let body = match (preset.contains, preset.matches) {
            (Some(text), _) => format!("contains `{text}`"),
            (None, Some(expression)) => format!("matches `{expression}`"),
            (None, None) => "any".to_owned(),
        };
        vec![kinds.join(", "), format!("`{}`", preset.path), statuses.join(" or "), body]
    };
    let tables = GROUPS.iter().map(|group| {
        let rows = table(&["kind", "path", "status", "body"], group.presets.iter().map(row));
        format!("{}:\n\n{rows}", group.title)
    });
    tables.collect::<Vec<_>>().join("\n")
}

fn channels() -> String {
    table(
        &["kind", "notifies through"],
        DESCRIPTIONS
            .iter()
            .map(|description| vec![format!("`{}`", description.kind), description.about.to_owned()]),
    )
}

fn channel_settings() -> String {
    let rows = DESCRIPTIONS.iter().flat_map(|description| {
        let kinds =
            std::iter::once(format!("`{}`", description.kind)).chain(std::iter::repeat(String::new()));
        kinds.zip(description.settings).map(|(kind, setting)| {
            let mut row = row(setting);
            row.insert(0, kind);
            row
        })
    });
    table(&["kind", "key", "value", "default", "meaning"], rows)
}

/// The commented table of a channel; a second one has the keys that the first cannot have at the same time.
fn example(description: &ChannelDescription) -> String {
    let is_of_other = |setting: &&Setting| {
        description.exclusive.iter().any(|(_, other)| {
            setting.key == *other || matches!(setting.need, Need::With(with) if with == *other)
        })
    };
    let mut text = format!("# [notify.{}]\n", description.kind);
    description.settings.iter().filter(|setting| !is_of_other(setting)).for_each(|setting| {
        text += &example_line(setting);
    });
    if !description.exclusive.is_empty() {
        let _ = write!(text, "\n# [notify.other-{0}]\n# kind = \"{0}\"\n", description.kind);
        let is_required = |setting: &Setting| matches!(setting.need, Need::Required);
        for setting in description.settings {
            if is_required(setting) || is_of_other(&setting) {
                text += &example_line(setting);
            }
        }
    }
    text
}

/// The key with a comment after it, or above it if the line would be too long.
fn example_line(setting: &Setting) -> String {
    let key = format!("# {} = {}", setting.key, setting.example);
    let default = match setting.need {
        Need::Depends(phrase) => format!("; without it: {}", phrase.replace('`', "")),
        _ => String::new(),
    };
    let comment = format!("# {}{default}", setting.about);
    let line = format!("{key:<width$} {comment}\n", width = COMMENT_COLUMN - 2);
    if line.chars().count() <= MAX_LINE { line } else { format!("{}{key}\n", wrapped(&comment)) }
}

/// The comment in lines that are not too long.
fn wrapped(comment: &str) -> String {
    let mut lines = vec![String::new()];
    for word in comment.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line += word,
            Some(line) if line.chars().count() + word.chars().count() < MAX_LINE => {
                line.push(' ');
                *line += word;
            }
            _ => lines.push(format!("# {word}")),
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}
