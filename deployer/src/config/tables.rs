//! Descriptions of every key of `config.toml`, for the documentation and for the test that the example has all of them.
//!
//! The keys of a kind of channel are described beside its sender, and those of conditions beside their evaluation.
//! Those are also read by their descriptions. The keys here are read by separate code; a test compares them.
//!
//! Long because it is one table.

use plexmon_function::contract::description::{Literal, Need, Setting, Type, any, any_number};

use super::{DEFAULT_NAME, notify, protocol, request};

/// A table of `config.toml`.
#[derive(Debug, Clone, Copy)]
pub struct Section {
    /// Its name in error messages; empty for the top level.
    pub label: &'static str,
    /// Its keys.
    pub settings: &'static [Setting],
}

/// All tables, in the order of the documentation.
pub const SECTIONS: &[Section] = &[
    Section { label: "", settings: TOP },
    Section { label: "[[target]]", settings: TARGET },
    Section { label: "[defaults]", settings: DEFAULTS },
    Section { label: "[access.NAME]", settings: ACCESS },
    Section { label: "[notify.NAME]", settings: notify::COMMON },
    Section { label: "[heartbeat]", settings: HEARTBEAT },
    Section { label: "[[maintenance]]", settings: MAINTENANCE },
    Section { label: "[history]", settings: HISTORY },
    Section { label: "[report]", settings: REPORT },
    Section { label: "[page]", settings: PAGE },
    Section { label: "[state]", settings: STATE },
    Section { label: "[function]", settings: FUNCTION },
];

const TOP: &[Setting] = &[
    Setting {
        key: "name",
        kind: Type::Text(any),
        need: Need::Default(Literal::Text(DEFAULT_NAME)),
        example: "\"plex-remote-health\"",
        about: "the name of the deployment; all names in AWS derive from it",
    },
    Setting {
        key: "region",
        kind: Type::Text(any),
        need: Need::Depends("`AWS_REGION` or the profile"),
        example: "\"us-east-1\"",
        about: "the AWS region",
    },
    Setting {
        key: "schedule",
        kind: Type::Text(any),
        need: Need::Default(Literal::Text("rate(5 minutes)")),
        example: "\"rate(5 minutes)\"",
        about: "how often to check: `rate(...)`, or `cron(...)` with six fields, in UTC; runs must be further apart \
                than the `timeout_s` of `[function]`",
    },
    Setting {
        key: "timezone",
        kind: Type::Text(any),
        need: Need::Default(Literal::Text("UTC")),
        example: "\"Europe/Berlin\"",
        about: "the time zone of messages, maintenance windows, quiet hours and reports",
    },
    Setting {
        key: "control",
        kind: Type::Other("list of addresses"),
        need: Need::Depends("two well-known hosts"),
        example: "[\"https://www.gstatic.com/generate_204\", \"https://cloudflare.com/cdn-cgi/trace\"]",
        about: "requested when no target answers: if these do not answer either, the monitor is offline, and no \
                outage is reported; `[]` turns this off",
    },
];

const TARGET: &[Setting] = &[
    Setting {
        key: "name",
        kind: Type::Text(any),
        need: Need::Required,
        example: "\"plex\"",
        about: "the name in notifications",
    },
    Setting {
        key: "kind",
        kind: Type::Other("an app, `tcp` or `dns`"),
        need: Need::Default(Literal::Text("http")),
        example: "\"plex\"",
        about: "the app, which determines the path and what a healthy answer is; or another kind of check",
    },
    Setting {
        key: "url",
        kind: Type::Address(any),
        need: Need::Required,
        example: "\"https://plex.example.com\"",
        about: "the address by which the internet reaches it; `tcp://host:port` for a port, `dns://name` for a name",
    },
    Setting {
        key: "tls",
        kind: Type::Flag,
        need: Need::Default(Literal::Flag(false)),
        example: "true",
        about: "with `kind = \"tcp\"`: complete a TLS handshake, verify the certificate, and warn before it expires",
    },
    Setting {
        key: "record",
        kind: Type::Choice(protocol::RECORDS),
        need: Need::Default(Literal::Text("A")),
        example: "\"A\"",
        about: "with `kind = \"dns\"`: the type of the records",
    },
    Setting {
        key: "equals",
        kind: Type::Texts,
        need: Need::Optional,
        example: "\"203.0.113.7\"",
        about: "with `kind = \"dns\"`: the values of all records of this type, in any order; without it, any will do",
    },
    Setting {
        key: "resolver",
        kind: Type::Other("address, or list of addresses"),
        need: Need::Depends("Cloudflare's, then Google's"),
        example: "[\"https://cloudflare-dns.com/dns-query\", \"https://dns.google/resolve\"]",
        about: "with `kind = \"dns\"`: the services to ask, in this order, by DNS over HTTPS as JSON",
    },
    Setting {
        key: "headers",
        kind: Type::Other("table"),
        need: Need::Optional,
        example: "{ Authorization = { env = \"AUTHORIZATION\" } }",
        about: "headers to send: `{ Name = \"value\" }`, or `{ Name = { env = \"VAR\" } }` for a secret",
    },
    Setting {
        key: "label",
        kind: Type::Text(any),
        need: Need::Depends("`name`"),
        example: "\"Movies and series\"",
        about: "what the status page calls it",
    },
    Setting {
        key: "public",
        kind: Type::Flag,
        need: Need::Depends("`false` with `access` or `exposure = \"closed\"`, else `true`"),
        example: "true",
        about: "whether it is on the status page, if there is one",
    },
    Setting {
        key: "method",
        kind: Type::Choice(request::METHODS),
        need: Need::Default(Literal::Text("GET")),
        example: "\"POST\"",
        about: "the method of the request",
    },
    Setting {
        key: "body",
        kind: Type::Text(any),
        need: Need::Optional,
        example: "'{\"query\": \"{ health }\"}'",
        about: "the body of a POST, PUT or PATCH, without secrets; its `Content-Type` is the one in `headers`, or \
                else `application/json` if it is JSON, or `text/plain`",
    },
    Setting {
        key: "secrets_over_http",
        kind: Type::Flag,
        need: Need::Default(Literal::Flag(false)),
        example: "true",
        about: "whether secret headers may be sent to a plain `http://` address",
    },
    Setting {
        key: "ca_file",
        kind: Type::CertificateFile,
        need: Need::Optional,
        example: "\"home-ca.pem\"",
        about: "certificates of your own authority, or the server's own (PEM or DER); certificates are always verified",
    },
    Setting {
        key: "site",
        kind: Type::Text(any),
        need: Need::Default(Literal::Text("home")),
        example: "\"home\"",
        about: "the location; targets that share it fail together, and are reported as one",
    },
    Setting {
        key: "group",
        kind: Type::Text(any),
        need: Need::Optional,
        example: "\"gluetun\"",
        about: "what it shares within its site, such as the network of a VPN container; reported as one, too",
    },
    Setting {
        key: "access",
        kind: Type::Other("a name, or a token"),
        need: Need::Optional,
        example: "\"home\"",
        about: "a service token of Cloudflare Access: the name of an `[access.NAME]`, or `{ id = ..., secret = ... }`",
    },
    Setting {
        key: "exposure",
        kind: Type::Choice(&["open", "closed"]),
        need: Need::Default(Literal::Text("open")),
        example: "\"closed\"",
        about: "`closed`: without a token, Access or another login page must answer; with `kind = \"tcp\"`, the port \
                must not accept connections; otherwise you are alerted",
    },
    Setting {
        key: "severity",
        kind: Type::Choice(&["down", "warn"]),
        need: Need::Default(Literal::Text("down")),
        example: "\"warn\"",
        about: "what it means that `lacks`, `matches`, `header`, `json` or `metrics` is not met: the target is down, or it \
                is up with a warning; each of these conditions can have its own `severity`",
    },
    Setting {
        key: "domain_expiry",
        kind: Type::Other("`true`, or a domain"),
        need: Need::Default(Literal::Flag(false)),
        example: "true",
        about: "warn 30, 14, 7 and 1 days before the registration of the domain ends, and when it is suspended; the \
                domain is the one in `url`, or the one that is written here",
    },
    Setting {
        key: "rdap",
        kind: Type::Address(any),
        need: Need::Depends("from IANA's list"),
        example: "\"https://rdap.example.net/\"",
        about: "the server of the domain's registry, if IANA does not list it",
    },
    Setting {
        key: "pin",
        kind: Type::Flag,
        need: Need::Depends("`true` for `plex`"),
        example: "false",
        about: "remember the server's own id, and notify when another server answers",
    },
    Setting {
        key: "tell_version",
        kind: Type::Flag,
        need: Need::Default(Literal::Flag(false)),
        example: "false",
        about: "notify when the app was updated",
    },
    Setting {
        key: "disk_free_min",
        kind: Type::Other("size, or percentage"),
        need: Need::Optional,
        example: "\"50 GB\"",
        about: "`sonarr`, `radarr`, `lidarr`, `readarr`, `whisparr`: a warning when the disk that the app reports has \
                less free space than this",
    },
    Setting {
        key: "disk",
        kind: Type::Texts,
        need: Need::Depends("the largest that is not `/` or `/config`"),
        example: "\"/data\"",
        about: "the paths of the disks, as the app lists them; one that is missing in its list is a warning, too",
    },
    Setting::secret(
        "api_key",
        "{ env = \"SONARR_API_KEY\" }",
        "the app's API key; with `disk_free_min`, which needs it",
    )
    .with("disk_free_min"),
    Setting {
        key: "backup_max_age",
        kind: Type::Other("duration"),
        need: Need::Optional,
        example: "\"26h\"",
        about: "`kopia`: a warning for each source whose last snapshot is older, incomplete or has errors, or that has none",
    },
    Setting {
        key: "user",
        kind: Type::Text(any),
        need: Need::With("backup_max_age"),
        example: "\"server-control\"",
        about: "`kopia`: the user of its API; `server-control` is that of the control API, which works without a browser",
    },
    Setting::secret("password", "{ env = \"KOPIA_PASSWORD\" }", "the password of that user").with("backup_max_age"),
    Setting {
        key: "inner",
        kind: Type::Text(any),
        need: Need::Optional,
        example: "\"home\"",
        about: "`uptime-kuma`: the name of a public status page, as in `/status/home`; a warning for each monitor on it \
                that is down",
    },
    Setting::secret(
        "token",
        "{ env = \"PLEX_TOKEN\" }",
        "`plex`: the owner's token; Plex is also down if its libraries do not answer, and a warning if there are none",
    )
    .optional(),
    Setting {
        key: "cloud_status",
        kind: Type::Other("`true`, `false` or address"),
        need: Need::Depends("`true` for `plex`, except on this machine"),
        example: "false",
        about: "`plex`: when it fails, ask status.plex.tv whether Plex itself reports an incident, and say so in the \
                notification; an address is that of another summary in the same format",
    },
];

/// The keys that `[defaults]` has for all targets, and each `[[target]]` for itself.
pub const DEFAULTS: &[Setting] = &[
    number("timeout_s", 1, 885, Some(10), "10", "the limit for one check of a target, in seconds"),
    number("tries", 1, 5, Some(2), "2", "attempts within one run, two seconds apart"),
    number("down_after", 1, 100, Some(1), "1", "consecutive runs that must fail before it is down"),
    number("up_after", 1, 100, Some(1), "1", "consecutive runs that must succeed before it is up again"),
    number(
        "slow_ms",
        1,
        60_000,
        None,
        "3000",
        "a response time above which it is reported as slow, in milliseconds",
    ),
    Setting {
        key: "remind_every",
        kind: Type::Other("duration"),
        need: Need::Optional,
        example: "\"6h\"",
        about: "how often to repeat the notification while it is down",
    },
    Setting {
        key: "flap_damping",
        kind: Type::Flag,
        need: Need::Default(Literal::Flag(true)),
        example: "true",
        about: "report six changes within an hour as one, until the state is stable for 30 minutes",
    },
];

const ACCESS: &[Setting] = &[
    Setting::secret("id", "{ env = \"CF_ACCESS_CLIENT_ID\" }", "the client ID of the service token"),
    Setting::secret("secret", "{ env = \"CF_ACCESS_CLIENT_SECRET\" }", "its client secret"),
];

const HEARTBEAT: &[Setting] = &[Setting {
    key: "url",
    kind: Type::Other("address, or secret"),
    need: Need::Required,
    example: "{ env = \"HEARTBEAT_URL\" }",
    about: "requested after each run, with `/fail` appended after a failed one, so that a service such as \
            [Healthchecks](https://healthchecks.io) notices when the monitor itself has stopped",
}];

const MAINTENANCE: &[Setting] = &[
    Setting {
        key: "from",
        kind: Type::Other("date and time"),
        need: Need::Depends("one of `from` and `time` is required"),
        example: "2026-12-01T22:00:00",
        about: "when a single window begins",
    },
    Setting {
        key: "to",
        kind: Type::Other("date and time"),
        need: Need::With("from"),
        example: "2026-12-02T02:00:00",
        about: "when it ends",
    },
    Setting {
        key: "time",
        kind: Type::Other("time of day"),
        need: Need::Depends("one of `from` and `time` is required"),
        example: "\"03:00\"",
        about: "when a recurring window begins",
    },
    Setting {
        key: "duration",
        kind: Type::Other("duration"),
        need: Need::With("time"),
        example: "\"2h\"",
        about: "how long it lasts",
    },
    Setting {
        key: "weekday",
        kind: Type::Texts,
        need: Need::Depends("every day"),
        example: "\"sunday\"",
        about: "the days of a recurring window",
    },
    Setting {
        key: "targets",
        kind: Type::Texts,
        need: Need::Depends("all"),
        example: "[\"overseerr\"]",
        about: "the targets that it covers",
    },
    Setting {
        key: "timezone",
        kind: Type::Text(any),
        need: Need::Depends("the `timezone` at the top"),
        example: "\"Europe/Berlin\"",
        about: "the time zone of this window",
    },
];

const REPORT: &[Setting] = &[
    Setting {
        key: "weekly",
        kind: Type::Other("day of the week and time"),
        need: Need::Depends("one of `weekly` and `monthly` is required"),
        example: "\"monday 09:00\"",
        about: "when a report about the 7 days before is sent; the name of the day, or its first three letters",
    },
    Setting {
        key: "monthly",
        kind: Type::Other("day of the month and time"),
        need: Need::Depends("one of `weekly` and `monthly` is required"),
        example: "\"1 09:00\"",
        about: "when a report about the days since the last one is sent; the day is from 1 to 28",
    },
];

const STATE: &[Setting] = &[Setting {
    key: "parameter",
    kind: Type::Text(any),
    need: Need::Depends("`/homelab/plex_remote_status`; with another `name`, `/homelab/<name>`"),
    example: "\"/homelab/plex_remote_status\"",
    about: "the SSM parameter that keeps the state; secrets are in another one, with `_secrets` appended",
}];

const PAGE: &[Setting] = &[
    Setting {
        key: "title",
        kind: Type::Text(any),
        need: Need::Default(Literal::Text("Status")),
        example: "\"Servarr\"",
        about: "the title of the page",
    },
    Setting {
        key: "secret_path",
        kind: Type::Secret,
        need: Need::Optional,
        example: "{ env = \"PAGE_PATH\" }",
        about: "at least 22 random characters: the page then answers below this path only, and everything else is not \
                found; only its digest is uploaded",
    },
    Setting {
        key: "noindex",
        kind: Type::Flag,
        need: Need::Default(Literal::Flag(true)),
        example: "false",
        about: "ask search engines not to list the page",
    },
    Setting {
        key: "concurrency",
        kind: Type::Other("number from 1 to 100, or `\"unreserved\"`"),
        need: Need::Default(Literal::Number(2)),
        example: "2",
        about: "how many requests are served at the same time: a cap on what a flood can cost; `\"unreserved\"` for none",
    },
    Setting {
        key: "region",
        kind: Type::Text(any),
        need: Need::Depends("the deployment's own"),
        example: "\"eu-west-1\"",
        about: "the AWS region that serves the page",
    },
    Setting {
        key: "languages",
        kind: Type::Other("list of `\"en\"` and `\"de\"`"),
        need: Need::Depends("both, English first"),
        example: "[\"en\", \"de\"]",
        about: "the languages of the page: visitors get their own language if the page has it, otherwise the first one",
    },
];

const HISTORY: &[Setting] = &[number(
    "days",
    7,
    90,
    Some(90),
    "90",
    "for how many days uptime and response times are kept, today included",
)];

const FUNCTION: &[Setting] = &[
    Setting {
        key: "architecture",
        kind: Type::Choice(&["x86_64", "arm64"]),
        need: Need::Default(Literal::Text("x86_64")),
        example: "\"x86_64\"",
        about: "the processor that Lambda runs the function on",
    },
    number(
        "memory_mb",
        128,
        10_240,
        Some(128),
        "128",
        "the memory of the function that checks, in MB; the status page has 128 MB",
    ),
    Setting {
        need: Need::Depends(
            "30; 45 with a channel of kind `email` or `signal`, so that a message gets at least 20 s",
        ),
        ..number(
            "timeout_s",
            16,
            900,
            None,
            "30",
            "the limit for one run of it, in seconds; an answer of the status page has 10 s",
        )
    },
    number(
        "log_retention_days",
        1,
        3653,
        Some(14),
        "14",
        "how long CloudWatch keeps the log, in days: one of the numbers that it accepts",
    ),
    Setting {
        key: "permissions_boundary",
        kind: Type::Text(any),
        need: Need::Optional,
        example: "\"arn:aws:iam::123456789012:policy/plexmon-boundary\"",
        about: "the ARN of the permissions boundary of the function's role",
    },
];

const fn number(
    key: &'static str,
    min: u32,
    max: u32,
    default: Option<u32>,
    example: &'static str,
    about: &'static str,
) -> Setting {
    let need = match default {
        Some(number) => Need::Default(Literal::Number(number)),
        None => Need::Optional,
    };
    Setting { key, kind: Type::Number { min, max, check: any_number }, need, example, about }
}
