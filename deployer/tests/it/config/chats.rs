//! The values that chat services have: ids, names, servers, and tokens and addresses with a known form.

use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use plexmon_deploy::config::{Config, SecretLookup};
use plexmon_function::contract::settings::ChannelKind;

use super::{below, parse, refuses};

fn telegram(lines: &str) -> String {
    below(&format!("[notify.telegram]\ntoken = {{ env = \"A\" }}\n{lines}"))
}

fn gotify(url: &str) -> String {
    below(&format!("[notify.gotify]\nurl = \"{url}\"\ntoken = {{ env = \"A\" }}"))
}

fn matrix(url: &str, room: &str) -> String {
    below(&format!("[notify.matrix]\nurl = \"{url}\"\nroom = \"{room}\"\ntoken = {{ env = \"A\" }}"))
}

#[test]
fn a_chat_of_telegram_is_a_number_or_a_name() {
    for (written, expected) in [
        ("-1001234567890", "-1001234567890"),
        ("\"-1001234567890\"", "-1001234567890"),
        ("42", "42"),
        ("\"@my_alerts\"", "@my_alerts"),
    ] {
        let config = parse(&telegram(&format!("chat = {written}\ntopic = 7"))).unwrap();
        let url = "https://api.telegram.org".to_owned();
        let kind = ChannelKind::Telegram { url, chat: expected.to_owned(), topic: Some(7) };
        assert_eq!(config.channels[0].kind, kind);
    }
}

#[test]
fn invalid_values_are_refused() {
    refuses![
        telegram(""),
        telegram("chat = \"\""),
        telegram("chat = 0"),
        telegram("chat = 1.5"),
        telegram("chat = \"my group\""),
        telegram("chat = \"https://t.me/alerts\""),
        telegram("chat = 42\ntopic = 0"),
        telegram("chat = 42\nurl = \"https://api.telegram.org/bot\""),
        telegram("chat = 42\nurl = \"http://bots.example.com\""),
        gotify("https://gotify.example.com/message"),
        gotify("https://gotify.example.com/?token=hush"),
        gotify("http://gotify.example.com"),
        matrix("https://matrix.example.com", "#home:example.com"),
        matrix("https://matrix.example.com", "home"),
        matrix("https://matrix.example.com", "!"),
        matrix("https://matrix.example.com/_matrix/client", "!abc:example.com"),
    ];
}

/// Read the configuration and its secrets, where the secret is this value.
fn resolved(channel: &str, secret: &str) -> Result<SecretLookup, String> {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret"), secret).unwrap();
    let config = Config::parse(&below(channel), &folder.path().join("config.toml")).unwrap();
    let place = |folder: &Path| folder.display().to_string();
    config.secrets.resolve().map_err(|error| error.to_string().replace(&place(folder.path()), "FOLDER"))
}

#[test]
fn the_id_of_a_room_may_have_no_domain() {
    for room in ["!abc:example.com", "!31hneApxJ_1o-63DmFrpeqnkFfWppnzWso1JvH3ogLM"] {
        parse(&matrix("https://matrix.example.com", room)).unwrap();
    }
}

#[test]
fn the_address_of_a_connector_is_not_one_of_a_workflow() {
    let channel = "[notify.teams]\nurl = { file = \"secret\" }";
    let workflow =
        "https://prod-01.westeurope.logic.azure.com:443/workflows/0a/triggers/manual/paths/invoke?sig=x";
    assert!(matches!(resolved(channel, workflow), Ok(SecretLookup::All(_))));
    let connectors = ["contoso.webhook.office.com", "Contoso.Webhook.Office.com:443", "outlook.office.com"];
    let errors = connectors.map(|host| {
        resolved(channel, &format!("https://{host}/webhookb2/hush@x/IncomingWebhook/y/z")).unwrap_err()
    });
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    assert_snapshot!(errors[0], @r#"
    error: the `url` of [notify.teams], from `FOLDER/secret`, is that of an Office 365 connector, which Teams no longer offers; create a workflow in Teams from its template for webhook requests

    hint: it is the address of a workflow with the trigger "When a Teams webhook request is received"
    "#);
}

#[test]
fn a_token_of_telegram_is_checked_and_not_shown() {
    let channel = "[notify.phone]\nkind = \"telegram\"\nchat = 42\ntoken = { file = \"secret\" }";
    for good in ["123456789:AAbcdefghijklmnopqrstuvwxyz_-01234", "123:x"] {
        assert!(matches!(resolved(channel, good), Ok(SecretLookup::All(_))), "{good}");
    }
    assert_snapshot!(resolved(channel, "bot123456789:AAbcd").unwrap_err(), @"
    error: the `token` of [notify.phone], from `FOLDER/secret`, begins with `bot`, which is not a part of the token

    hint: it is the token of the bot, from @BotFather
    ");
    for bad in ["12345:AA bcd", "12345:AA/bcd", "@my_bot", "\"12345:AAbcd\"", "12345:AA\nbcd"] {
        let error = resolved(channel, bad).unwrap_err();
        assert!(error.contains("has characters that no token of a bot has"), "{error}");
        assert!(!error.contains("bcd"), "{error}");
    }
}
