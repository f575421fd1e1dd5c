//! Notifications: several channels, `notify-test`, `pause` and `resume`; and `doctor`.

use serde_json::Value;

use crate::support::{Fixture, WebhookServer, snapshot};

/// Add the channels ntfy and webhook, both served by the same stand-in.
fn with_webhook(fixture: &Fixture) -> WebhookServer {
    let server = WebhookServer::new();
    let (url, webhook) = (server.url(), fixture.write("webhook", &format!("{}/hook\n", server.url())));
    let file = webhook.file_name().unwrap().to_str().unwrap();
    let channels = format!(
        "[notify.ntfy]\nurl = \"{url}/home\"\n\n[notify.hook]\nkind = \"webhook\"\nurl = {{ file = \"{file}\" }}\n\
         template = '{{\"text\": \"{{title}}\"}}'\nmin = \"down\"\n\n[notify.pushover]"
    );
    fixture.edit("[notify.pushover]", &channels);
    server
}

/// The titles that arrived, sorted: channels are notified concurrently.
fn titles(server: &WebhookServer) -> Vec<String> {
    let bodies = server.take().into_iter().map(|body| serde_json::from_str::<Value>(&body).unwrap());
    let title = |body: Value| {
        let (kind, text) = if body["text"].is_null() { ("ntfy", "title") } else { ("hook", "text") };
        format!("{kind}: {}", body[text].as_str().unwrap())
    };
    let mut titles: Vec<String> = bodies.map(title).collect();
    titles.sort_unstable();
    titles
}

#[test]
fn each_channel_is_notified() {
    let fixture = Fixture::new();
    let server = with_webhook(&fixture);
    fixture.up().ended(0);
    assert_eq!(fixture.messages().len(), 1);
    snapshot!(titles(&server).join("\n"), @"
    hook: Monitoring started: Plex is up
    ntfy: Monitoring started: Plex is up
    ");
    fixture.plex.break_it();
    fixture.invoke().ended(0);
    assert_eq!(fixture.messages()[0].title.as_deref(), Some("Plex is DOWN"));
    snapshot!(titles(&server).join("\n"), @"
    hook: Plex is DOWN
    ntfy: Plex is DOWN
    ");

    let test = fixture.deploy(&["notify-test"]).run();
    snapshot!(test.whole(), @"
    exit 0
    --- stdout
    hook: ok
    ntfy: ok
    pushover: ok
    ");
    assert_eq!(fixture.messages().len(), 1);
    snapshot!(titles(&server).join("\n"), @"
    hook: plexmon test notification
    ntfy: plexmon test notification
    ");
    fixture.down().ended(0);
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn a_channel_that_refuses_the_test_is_an_error() {
    let fixture = Fixture::new();
    let server = with_webhook(&fixture);
    let up = fixture.with_code(&["up", "--yes"]).env("PUSHOVER_TOKEN", "another-token").run();
    let stderr = up.ended(1).stderr;
    snapshot!(&stderr[stderr.find("error:").unwrap()..], @"
    error: everything is deployed, but pushover refused the first notification
      cause: Pushover answered HTTP 400: application token is invalid

    hint: correct the secrets of that channel (for Pushover: the application's token and your user key), then run `plexmon-deploy up` again
    ");
    server.take();
    let test = fixture.deploy(&["notify-test"]).run();
    snapshot!(test.whole(), @"
    exit 1
    --- stdout
    hook: ok
    ntfy: ok
    pushover: FAILED: Pushover answered HTTP 400: application token is invalid
    --- stderr
    error: 1 of 3 channels did not accept the test message

    hint: correct the channel's secrets or address, then run `plexmon-deploy up` and this command again
    ");
    let document = fixture.deploy(&["notify-test", "--json"]).run().ended(1).json();
    snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "channels": [
        {
          "channel": "hook",
          "outcome": "delivered"
        },
        {
          "channel": "ntfy",
          "outcome": "delivered"
        },
        {
          "channel": "pushover",
          "outcome": "refused",
          "why": "Pushover answered HTTP 400: application token is invalid"
        }
      ]
    }
    "#);
    assert!(!test.whole().contains("another-token"));
}

#[test]
fn notify_test_without_a_channel_is_an_error() {
    let fixture = Fixture::new();
    fixture.without_notifications();
    fixture.up().ended(0);
    snapshot!(fixture.deploy(&["notify-test"]).run().whole(), @"
    exit 1
    --- stderr
    error: the deployed function has no channel: it cannot send notifications

    hint: add [notify.pushover] or another channel to the configuration, then run `plexmon-deploy up`
    ");
}

#[test]
fn a_pause_suppresses_notifications_until_it_ends() {
    let fixture = Fixture::deployed();
    let pause = fixture.deploy(&["pause", "--for", "2h"]).run();
    snapshot!(pause.whole(), @"
    exit 0
    --- stdout
    paused until [DATE]: checks continue, notifications are suppressed; `plexmon-deploy resume` ends the pause earlier
    ");
    fixture.plex.break_it();
    fixture.invoke().ended(0);
    assert!(fixture.phone.take_new().is_empty());
    let status = fixture.with_code(&["status", "--exit-code"]).run();
    snapshot!(status.whole(), @"
    exit 0
    --- stdout
    plex-remote-health in account [ACCOUNT], region us-east-1
      deployed    yes, as configured
      code        exactly that of the given file
        function  [SHA256]
        zip       [SHA256]
      schedule    rate(5 minutes)
      last check  [TIME] ago
      paused      until [DATE] (`plexmon-deploy resume` ends it)
      plex        down since [DATE]: Plex is stopped; the proxy returns 502
        since [TIME] [UPTIME]
      app: the proxy works, but the app behind it does not respond correctly: check that it is running
    ");
    let status = fixture.with_code(&["status", "--json"]).run().json();
    let until = status["paused_until"].as_u64().unwrap();
    assert!((1..=7200).contains(&(until - status["last_check"].as_u64().unwrap())), "{status}");

    let resume = fixture.deploy(&["resume"]).run();
    snapshot!(resume.whole(), @"
    exit 0
    --- stdout
    resumed: notifications about what changed during the pause are being sent
    seen from AWS:
      plex is down: Plex is stopped; the proxy returns 502
        the proxy works, but the app behind it does not respond correctly: check that it is running
      pushover delivered: plex is DOWN
    ");
    let messages = fixture.messages();
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(messages[0].title.as_deref(), Some("Plex is DOWN"));
    let status = fixture.with_code(&["status", "--json"]).run().json();
    assert_eq!(status["paused_until"], Value::Null);
}

#[test]
fn an_outage_that_ends_within_the_pause_is_not_notified() {
    let fixture = Fixture::deployed();
    let pause = fixture.deploy(&["pause", "--for", "2h", "--json"]).run().ended(0).json();
    assert!(pause["paused_until"].is_u64(), "{pause}");
    fixture.plex.break_it();
    fixture.invoke().ended(0);
    fixture.plex.repair();
    fixture.invoke().ended(0);
    let resume = fixture.deploy(&["resume", "--json"]).run().ended(0).json();
    assert_eq!((&resume["paused_until"], &resume["reply"]["current"]), (&Value::Null, &"up".into()));
    assert!(fixture.phone.take_new().is_empty());
}

#[test]
fn pauses_have_a_valid_length() {
    let fixture = Fixture::new();
    for length in ["0s", "31days", "soon"] {
        fixture.deploy(&["pause", "--for", length]).run().ended(2);
    }
}

#[test]
fn doctor_compares_both_views() {
    let fixture = Fixture::new();
    let broken = crate::support::runtime().block_on(plexmon_deploy::sandbox::PlexStandIn::start()).unwrap();
    broken.break_it();
    let second =
        format!("[[target]]\nname = \"other\"\nkind = \"plex\"\nurl = \"{}\"\n\n[notify", broken.url());
    fixture.edit("[notify", &second);
    fixture.up().ended(0);
    snapshot!(fixture.deploy(&["doctor"]).run().whole(), @"
    exit 1
    --- stdout
    plex:
      from AWS   up ([TIME])
      from here  up ([TIME])
    other:
      from AWS   down: Plex is stopped; the proxy returns 502
      from here  down: Plex is stopped; the proxy returns 502
      app: the proxy works, but the app behind it does not respond correctly: check
        that it is running
    --- stderr
    error: 1 of 2 not up, seen from AWS

    hint: follow the advice above for each target; `plexmon-deploy check` shows every link of the chain from here
    ");

    broken.repair();
    snapshot!(fixture.deploy(&["doctor"]).run().whole(), @"
    exit 0
    --- stdout
    plex:
      from AWS   up ([TIME])
      from here  up ([TIME])
    other:
      from AWS   up ([TIME])
      from here  up ([TIME])
    ");
    let document = fixture.deploy(&["doctor", "--json"]).run().ended(0).json();
    let seen = |index: usize| {
        let target = &document["targets"][index];
        (target["name"].as_str().unwrap(), &target["from_aws"]["ok"], &target["from_here"]["ok"])
    };
    assert_eq!(seen(0), ("plex", &true.into(), &true.into()));
    assert_eq!(seen(1), ("other", &true.into(), &true.into()));

    let third = format!("[[target]]\nname = \"new\"\nkind = \"plex\"\nurl = \"{}\"\n\n[notify", broken.url());
    fixture.edit("[notify", &third);
    let doctor = fixture.deploy(&["doctor", "--json"]).run().ended(1).json();
    assert_eq!(doctor["targets"][2]["from_aws"], Value::Null);
    snapshot!(doctor["targets"][2]["finding"].as_str().unwrap(), @"run `plexmon-deploy up`: the configuration has changed since the last deployment");
}
