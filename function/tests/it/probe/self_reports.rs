//! What apps say about themselves in place of a healthy answer.

use plexmon_function::contract::settings::Target;
use plexmon_function::probe::{Cause, Observation, Verdict};

use super::{observe, target};
use crate::server::{Server, http};

const NEXTCLOUD: &str = "\"installed\":true,\"maintenance\":false,\"needsDbUpgrade\":false";

async fn answer(app: &str, contains: &str, status: &str, headers: &str, body: &str) -> Observation {
    let server = Server::start(&[http(status, headers, body)]).await;
    let contains = Some(contains.to_owned());
    observe(&Target { app: app.to_owned(), contains, ..target(server.url()) }).await
}

fn nextcloud(maintenance: bool, upgrade: bool) -> String {
    format!(
        "{{\"installed\":true,\"maintenance\":{maintenance},\"needsDbUpgrade\":{upgrade},\
         \"version\":\"31.0.5.1\",\"versionstring\":\"31.0.5\",\"edition\":\"\",\"productname\":\"Nextcloud\"}}"
    )
}

/// Nextcloud answers 200 in maintenance: only the text is missing.
#[tokio::test]
async fn nextcloud_in_maintenance_is_not_down() {
    let healthy = answer("Nextcloud", NEXTCLOUD, "200 OK", "", &nextcloud(false, false)).await;
    assert!(healthy.ok, "{healthy:?}");
    let plain = "<h1>Maintenance</h1>";
    for (status, headers, body, why) in [
        ("200 OK", "", nextcloud(true, false), "Nextcloud is in maintenance mode"),
        ("200 OK", "", nextcloud(true, true), "Nextcloud is in maintenance mode"),
        (
            "200 OK",
            "",
            nextcloud(false, true),
            "Nextcloud is upgrading its database, or waits until you do (`occ upgrade`)",
        ),
        // All pages but its status.
        (
            "503 Service Unavailable",
            "x-nextcloud-maintenance-mode: 1\r\n",
            plain.to_owned(),
            "Nextcloud is in maintenance mode",
        ),
    ] {
        let observation = answer("Nextcloud", NEXTCLOUD, status, headers, &body).await;
        assert_eq!(
            (observation.verdict(), observation.cause()),
            (Verdict::Unknown, Some(Cause::Maintenance))
        );
        assert_eq!(observation.failed.unwrap().why, why);
    }
    for body in [nextcloud(false, false).replace("\"installed\":true", "\"installed\":false"), String::new()]
    {
        let observation = answer("Nextcloud", NEXTCLOUD, "200 OK", "", &body).await;
        assert_eq!((observation.verdict(), observation.cause()), (Verdict::Down, Some(Cause::Condition)));
    }
}

#[tokio::test]
async fn the_setting_that_refuses_the_request_is_named() {
    for (app, status, body, why) in [
        (
            "Nextcloud",
            "400 Bad Request",
            "{\"error\": \"Trusted domain error.\", \"code\": 15}",
            "does not accept this host name: add it to `trusted_domains`",
        ),
        (
            "Homepage",
            "400 Bad Request",
            "{\"error\":\"Host validation failed. See logs for more details.\"}",
            "does not accept this host name: add it to `HOMEPAGE_ALLOWED_HOSTS`",
        ),
        (
            "SABnzbd",
            "403 Forbidden",
            "Access denied - Hostname verification failed: https://sabnzbd.org/hostname-check",
            "does not accept this host name: add it to `host_whitelist`",
        ),
        (
            "SABnzbd",
            "403 Forbidden",
            "External internet access denied - https://sabnzbd.org/access-denied",
            "does not admit clients from the internet: see \"External internet access\" in its settings",
        ),
        (
            "Syncthing",
            "403 Forbidden",
            "Host check error\n",
            "does not accept this host name, because it listens on localhost only: set `insecureSkipHostcheck`",
        ),
        (
            "Transmission",
            "421 Misdirected Request",
            "<h1>421: Misdirected Request</h1><p>The hostname was unrecognized.</p>",
            "does not accept this host name: add it to `rpc-host-whitelist`, or set a password",
        ),
        (
            "Home Assistant",
            "400 Bad Request",
            "400: Bad Request",
            "does not trust the proxy in front of it: add its address to `trusted_proxies`",
        ),
    ] {
        let observation = answer(app, "never", status, "", body).await;
        assert_eq!((observation.verdict(), observation.cause()), (Verdict::Down, Some(Cause::Condition)));
        assert_eq!(observation.failed.unwrap().why, format!("{app} {why}"));
    }
}

/// Otherwise the proxy would be blamed, or only the status named.
#[tokio::test]
async fn an_app_that_has_lost_its_database_is_not_stopped() {
    for (app, status, body, why) in [
        (
            "Forgejo",
            "424 Failed Dependency",
            "{\n  \"status\": \"fail\",\n  \"checks\": {}\n}",
            "has lost its database or its cache (424)",
        ),
        (
            "Grafana",
            "503 Service Unavailable",
            "{\n  \"database\": \"failing\"\n}",
            "has lost its database (503)",
        ),
    ] {
        let observation = answer(app, "never", status, "", body).await;
        assert_eq!((observation.verdict(), observation.cause()), (Verdict::Down, Some(Cause::App)));
        assert_eq!(observation.failed.unwrap().why, format!("{app} {why}"));
    }
}

#[tokio::test]
async fn neither_the_status_nor_the_words_alone_are_enough() {
    for (app, status, body, why) in [
        ("Homepage", "400 Bad Request", "<h1>Bad Request</h1>", "HTTP 400 instead of 200"),
        ("Homepage", "404 Not Found", "Host validation failed", "HTTP 404 instead of 200"),
        ("SABnzbd", "403 Forbidden", "<h1>403 Forbidden</h1>", "HTTP 403 instead of 200"),
        ("Gitea", "424 Failed Dependency", "", "HTTP 424 instead of 200"),
        // Many apps use the same library.
        ("Frigate", "400 Bad Request", "400: Bad Request", "HTTP 400 instead of 200"),
        ("Nextcloud", "500 Oh", &nextcloud(true, false), "HTTP 500 instead of 200"),
    ] {
        let observation = answer(app, "never", status, "", body).await;
        assert_eq!(observation.failed.unwrap().why, why);
    }
}
