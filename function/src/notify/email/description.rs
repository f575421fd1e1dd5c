//! The description of e-mail channels.

use serde_json::{Map, Value};

use super::{SERVICE, check};
use crate::contract::description::{
    ChannelDescription, Checked, Literal, Need, Protocol, Setting, Type, any,
};
use crate::contract::settings::{ChannelKind, EMAIL_PORT, SmtpTls};

/// The port between mail servers. AWS blocks it unless an account requests otherwise.
const SMTP_RELAY_PORT: u32 = 25;

/// How it is configured.
pub const DESCRIPTION: ChannelDescription = ChannelDescription {
    kind: "email",
    service: SERVICE,
    about: "e-mail, through a mail server (SMTP)",
    settings: &[
        Setting {
            key: "host",
            kind: Type::Text(any),
            need: Need::Required,
            example: "\"smtp.example.com\"",
            about: "the mail server",
        },
        Setting {
            key: "port",
            kind: Type::Number { min: 1, max: 65_535, check: check_port },
            need: Need::Default(Literal::Number(EMAIL_PORT as u32)),
            example: "587",
            about: "its port: 587 or 465; AWS blocks 25",
        },
        Setting {
            key: "tls",
            kind: Type::Choice(&["starttls", "implicit"]),
            need: Need::Depends("`implicit` on port 465, otherwise `starttls`"),
            example: "\"starttls\"",
            about: "when encryption begins: after STARTTLS, or with the connection",
        },
        Setting {
            key: "user",
            kind: Type::Text(any),
            need: Need::Optional,
            example: "\"me@example.com\"",
            about: "the user, if the server requires one",
        },
        Setting::secret("password", "{ env = \"SMTP_PASSWORD\" }", "the password of the user").with("user"),
        Setting {
            key: "from",
            kind: Type::Text(any),
            need: Need::Required,
            example: "\"plexmon@example.com\"",
            about: "the address of the sender",
        },
        Setting {
            key: "to",
            kind: Type::Texts,
            need: Need::Required,
            example: "[\"me@example.com\"]",
            about: "the addresses of the recipients",
        },
        Setting {
            key: "hello",
            kind: Type::Text(any),
            need: Need::Depends("the domain of `from`"),
            example: "\"home.example.com\"",
            about: "the host name in the greeting (EHLO)",
        },
        Setting {
            key: "ca_file",
            kind: Type::CertificateFile,
            need: Need::Optional,
            example: "\"home-ca.pem\"",
            about: "certificates of the server's own authority (PEM or DER)",
        },
    ],
    protocol: Protocol::Smtp,
    complete: add_tls,
    check: |kind| if let ChannelKind::Email(smtp) = kind { check(smtp) } else { Ok(()) },
    ..ChannelDescription::SIMPLE
};

fn check_port(port: u32) -> Checked {
    if port == SMTP_RELAY_PORT {
        return Err(
            "AWS blocks port 25 for Lambda; use 587 (STARTTLS) or 465 (TLS from the start)".to_owned()
        );
    }
    Ok(())
}

fn add_tls(settings: &mut Map<String, Value>) {
    let port = settings.get("port").and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
    let tls = SmtpTls::of_port(port.unwrap_or(EMAIL_PORT));
    settings.entry("tls").or_insert_with(|| serde_json::to_value(tls).unwrap_or_default());
}
