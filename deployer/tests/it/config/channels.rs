//! `[notify.*]`.

use std::collections::BTreeSet;

use plexmon_deploy::config::{Config, SecretSource};
use plexmon_function::contract::description::{ChannelDescription, Need, Setting, Type};
use plexmon_function::contract::settings::{
    ChannelKind, ChannelSettings, Hours, Severity, Smtp, SmtpTls, WebhookSettings,
};
use plexmon_function::notify::{self, DESCRIPTIONS};
use serde_json::json;

use super::{below, parse, refuses};

fn channel(lines: &str) -> ChannelSettings {
    parse(&below(lines)).unwrap().channels.remove(0)
}

/// The settings that a kind cannot do without, as lines.
fn required(description: &ChannelDescription) -> Vec<String> {
    let is_required = |setting: &&Setting| matches!(setting.need, Need::Required);
    description.settings.iter().filter(is_required).map(line).collect()
}

fn line(setting: &Setting) -> String {
    format!("{} = {}\n", setting.key, setting.example)
}

/// The table of a channel that is called like its kind.
fn table(description: &ChannelDescription, lines: &[String]) -> String {
    below(&format!("[notify.{}]\n{}", description.kind, lines.concat()))
}

#[test]
fn every_kind_needs_only_what_its_description_requires() {
    for description in DESCRIPTIONS {
        let kind = description.kind;
        let lines = required(description).concat();
        for (name, lines) in [(kind, lines.clone()), ("phone", format!("kind = \"{kind}\"\n{lines}"))] {
            let config = parse(&below(&format!("[notify.{name}]\n{lines}"))).unwrap();
            let [channel] = config.channels.as_slice() else { panic!("{:?}", config.channels) };
            assert_eq!((channel.name.as_str(), channel.min, channel.quiet), (name, Severity::Info, None));
            assert_eq!(notify::description(&channel.kind).kind, kind);
            let secrets = description
                .settings
                .iter()
                .filter(|setting| matches!((setting.kind, setting.need), (Type::Secret, Need::Required)));
            let secrets: BTreeSet<&str> = secrets.map(|setting| setting.key).collect();
            let found = config.secrets.channels[name].keys().map(String::as_str);
            assert_eq!(found.collect::<BTreeSet<_>>(), secrets, "{kind}");
        }
    }
}

#[test]
fn every_missing_setting_is_reported_with_an_example() {
    for description in DESCRIPTIONS {
        let is_required = |setting: &&Setting| matches!(setting.need, Need::Required);
        for left_out in description.settings.iter().filter(is_required) {
            let lines: Vec<String> =
                required(description).into_iter().filter(|other| *other != line(left_out)).collect();
            let expected = format!(
                "error: config.toml:5: [notify.{}] needs `{}`\n\nhint: add, for example: {}",
                description.kind,
                left_out.key,
                line(left_out).trim_end()
            );
            assert_eq!(parse(&table(description, &lines)).unwrap_err().to_string(), expected);
        }
    }
}

/// The description is what the configuration is read by, and [`ChannelKind`] what the function is given.
#[test]
fn every_described_setting_reaches_the_function_and_no_other_is_there() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("home-ca.pem"), include_str!("../../certificates/authority.pem"))
        .unwrap();
    for description in DESCRIPTIONS {
        let kind = description.kind;
        // Keys that exclude each other take turns.
        let sides: Vec<Vec<&str>> = match description.exclusive {
            [] => vec![vec![]],
            pairs => vec![
                pairs.iter().map(|(one, _)| *one).collect(),
                pairs.iter().map(|(_, other)| *other).collect(),
            ],
        };
        let mut reached = BTreeSet::new();
        for without in sides {
            let is_there = |setting: &&Setting| {
                !without.contains(&setting.key)
                    && !matches!(setting.need, Need::With(other) if without.contains(&other))
            };
            let given: Vec<&Setting> = description.settings.iter().filter(is_there).collect();
            let lines: Vec<String> = given.iter().map(|setting| line(setting)).collect();
            let text = table(description, &lines);
            let config = Config::parse(&text, &folder.path().join("config.toml"))
                .unwrap_or_else(|error| panic!("the examples of {kind} do not work: {error}"));
            let settings = serde_json::to_value(&config.channels[0].kind).unwrap();
            let example: toml::Table = lines.concat().parse().unwrap();
            for setting in given {
                let expected = match (setting.kind, setting.need) {
                    (Type::Secret, Need::Optional) => json!(true),
                    (Type::Secret, _) => {
                        assert!(config.secrets.channels[kind].contains_key(setting.key));
                        continue;
                    }
                    (Type::CertificateFile, _) => {
                        assert!(settings["ca_pem"].is_string(), "{kind} has no field `ca_pem`");
                        reached.insert("ca_pem".to_owned());
                        continue;
                    }
                    (Type::Address(_), _) => {
                        let address = example[setting.key].as_str().unwrap();
                        json!(url::Url::parse(address).unwrap().as_str())
                    }
                    _ => serde_json::to_value(&example[setting.key]).unwrap(),
                };
                let key = setting.key;
                assert_eq!(settings[key], expected, "`ChannelKind` of {kind} has no field `{key}` like this");
                reached.insert(key.to_owned());
            }
            for key in settings.as_object().unwrap().keys().filter(|key| *key != "kind") {
                let is_described = description.setting(key).is_some() || key == "ca_pem";
                assert!(is_described, "the description of {kind} does not mention `{key}`");
            }
        }
        let fields = description.settings.iter().filter(|setting| {
            !matches!((setting.kind, setting.need), (Type::Secret, Need::Required | Need::With(_)))
        });
        assert_eq!(reached.len(), fields.count(), "{kind}: {reached:?}");
    }
}

#[test]
fn several_channels_can_have_the_same_kind() {
    let config = parse(&below(
        "[notify.me]\nkind = \"ntfy\"\nurl = \"https://ntfy.sh/me\"\n\
         [notify.you]\nkind = \"ntfy\"\nurl = \"https://ntfy.example.com/you\"\ntoken = { env = \"T\" }",
    ))
    .unwrap();
    let ntfy = |url: &str, token| ChannelKind::Ntfy { url: url.to_owned(), token, user: None };
    let kinds: Vec<_> = config.channels.iter().map(|channel| channel.kind.clone()).collect();
    assert_eq!(kinds, [ntfy("https://ntfy.sh/me", false), ntfy("https://ntfy.example.com/you", true)]);
}

#[test]
fn a_channel_has_a_lowest_severity_and_quiet_hours() {
    let minutes = |from, until| Some(Hours { from, until });
    for (min, severity) in [("info", Severity::Info), ("warn", Severity::Warn), ("down", Severity::Down)] {
        let lines =
            format!("[notify.ntfy]\nurl = \"https://ntfy.sh/t\"\nmin = \"{min}\"\nquiet = \"22:00 - 07:30\"");
        let channel = channel(&lines);
        assert_eq!((channel.min, channel.quiet), (severity, minutes(22 * 60, 7 * 60 + 30)));
    }
}

#[test]
fn a_webhook_can_have_a_template_headers_and_a_token() {
    let lines = "[notify.hook]\nkind = \"webhook\"\nurl = { env = \"A\" }\ntoken = { env = \"B\" }\n\
        template = '{\"text\": \"{title}: {body}\"}'\nheaders = { X-From = \"plexmon\" }\n\
        success = \"queued\"\nmethod = \"PUT\"";
    let expected = ChannelKind::Webhook(WebhookSettings {
        method: Some("PUT".to_owned()),
        template: Some("{\"text\": \"{title}: {body}\"}".to_owned()),
        headers: [("X-From".to_owned(), "plexmon".to_owned())].into(),
        token: true,
        success: Some("queued".to_owned()),
    });
    assert_eq!(channel(lines).kind, expected);
}

#[test]
fn ntfy_can_authenticate_with_a_user() {
    let lines =
        "[notify.ntfy]\nurl = \"https://ntfy.example.com/t\"\nuser = \"me\"\npassword = { env = \"P\" }";
    let config = parse(&below(lines)).unwrap();
    let user = Some("me".to_owned());
    let expected = ChannelKind::Ntfy { url: "https://ntfy.example.com/t".to_owned(), token: false, user };
    assert_eq!(config.channels[0].kind, expected);
    assert_eq!(config.secrets.channels["ntfy"]["password"], SecretSource::Env("P".to_owned()));
}

#[test]
fn secrets_can_be_sent_to_this_machine_over_plain_http() {
    for host in ["localhost:8080", "127.0.0.1", "[::1]:8080"] {
        for lines in [
            format!("[notify.ntfy]\nurl = \"http://{host}/t\"\ntoken = {{ env = \"A\" }}"),
            format!("[notify.pushbullet]\nurl = \"http://{host}/p\"\ntoken = {{ env = \"A\" }}"),
        ] {
            parse(&below(&lines)).unwrap();
        }
        parse(&format!(
            "[[target]]\nname = \"plex\"\nurl = \"http://{host}/\"\nheaders = {{ X-Key = {{ env = \"A\" }} }}\n\
             access = {{ id = {{ env = \"B\" }}, secret = {{ env = \"C\" }} }}\n"
        ))
        .unwrap();
    }
    // Without secrets, plain http is accepted.
    parse(&below("[notify.ntfy]\nurl = \"http://ntfy.example.com/t\"")).unwrap();
}

#[test]
fn the_port_of_a_mail_server_determines_its_tls() {
    let smtp = |lines: &str| {
        match channel(&format!(
        "[notify.email]\nhost = \"mail.example.com\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\", \"C <c@example.com>\"]\n{lines}"
    ))
    .kind
    {
        ChannelKind::Email(smtp) => smtp,
        other => panic!("{other:?}"),
    }
    };
    let least = Smtp {
        host: "mail.example.com".to_owned(),
        port: 587,
        tls: SmtpTls::Starttls,
        user: None,
        from: "a@example.com".to_owned(),
        to: vec!["b@example.com".to_owned(), "C <c@example.com>".to_owned()],
        hello: None,
        ca_pem: None,
    };
    assert_eq!(smtp(""), least);
    assert_eq!(smtp("port = 465"), Smtp { port: 465, tls: SmtpTls::Implicit, ..least.clone() });
    let hello = Some("nas.example.net".to_owned());
    assert_eq!(smtp("hello = \"nas.example.net\""), Smtp { hello, ..least.clone() });
    let complete = "port = 465\ntls = \"starttls\"\nuser = \"me\"\npassword = { env = \"P\" }";
    assert_eq!(smtp(complete), Smtp { port: 465, user: Some("me".to_owned()), ..least });
}

#[test]
fn invalid_channels_are_refused() {
    let hook = |lines: &str| below(&format!("[notify.webhook]\nurl = {{ env = \"A\" }}\n{lines}"));
    let ntfy = |lines: &str| below(&format!("[notify.ntfy]\nurl = \"https://ntfy.sh/t\"\n{lines}"));
    let mail = |to: &str, lines: &str| {
        below(&format!(
            "[notify.email]\nhost = \"mail.example.com\"\nfrom = \"a@example.com\"\nto = {to}\n{lines}"
        ))
    };
    refuses![
        below("[notify.irc]\ntoken = { env = \"A\" }"),
        below("[notify.phone]\nkind = \"pushove\"\ntoken = { env = \"A\" }"),
        below("[notify.phone]\nkind = 5"),
        below("[notify.headers]\nkind = \"slack\"\nurl = { env = \"A\" }"),
        below("[notify.access]\nkind = \"slack\"\nurl = { env = \"A\" }"),
        below("[notify.heartbeat]\nkind = \"slack\"\nurl = { env = \"A\" }"),
        below("[notify.\"my phone\"]\nkind = \"slack\"\nurl = { env = \"A\" }"),
        below(&format!("[notify.{}]\nkind = \"slack\"\nurl = {{ env = \"A\" }}", "x".repeat(21))),
        below("[notify.discord]\nurl = \"https://discord.com/api/webhooks/1/x\""),
        ntfy("min = \"urgent\""),
        ntfy("quiet = \"at night\""),
        ntfy("quiet = \"22:00-24:00\""),
        ntfy("quiet = \"22:00-22:00\""),
        ntfy("topic = \"t\""),
        ntfy("user = \"me\""),
        ntfy("password = { env = \"P\" }"),
        ntfy("token = { env = \"T\" }\nuser = \"me\"\npassword = { env = \"P\" }"),
        below("[notify.ntfy]\nurl = \"https://me:hush@ntfy.example.com/t\""),
        below("[notify.ntfy]\nurl = \"http://ntfy.example.com/t\"\ntoken = { env = \"T\" }"),
        below(
            "[notify.ntfy]\nurl = \"http://ntfy.example.com/t\"\nuser = \"me\"\npassword = { env = \"P\" }"
        ),
        below("[notify.pushbullet]\nurl = \"http://push.example.com/p\"\ntoken = { env = \"T\" }"),
        below("[notify.pushbullet]\nurl = \"https://me:hush@push.example.com/p\"\ntoken = { env = \"T\" }"),
        below("[notify.ntfy]\nurl = \"https://ntfy.sh\""),
        below("[notify.ntfy]\nurl = \"https://ntfy.sh/my topic\""),
        hook("template = \"{title}\""),
        hook("template = '{\"text\": \"{titel}\"}'"),
        hook("headers = { Host = \"a\" }"),
        hook("headers = { \"not a name\" = \"a\" }"),
        hook("headers = { X-Key = { env = \"A\" } }"),
        hook("success = \"\""),
        hook("success = 200"),
        mail("[]", ""),
        mail("\"nobody\"", ""),
        mail("[\"b@example.com\", 5]", ""),
        mail("\"b@example.com\"", "tls = \"none\""),
        mail("\"b@example.com\"", "port = 0"),
        mail("\"b@example.com\"", "port = 25"),
        mail("\"b@example.com\"", "hello = \"localhost\""),
        mail("\"b@example.com\"", "user = \"me\""),
        mail("\"b@example.com\"", "user = \"me\"\npassword = \"hush\""),
        mail("\"b@example.com\"", "password = { env = \"P\" }"),
    ];
}
