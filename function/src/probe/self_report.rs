//! What apps say about themselves in place of a healthy answer: that they are in maintenance, or which of their settings
//! refuses the request. Each is recognized by its own words, never by a status alone. A new one is an entry of
//! [`REPORTS`].

use super::cause::Cause;
use super::error::ProbeError;
use super::response::Response;
use crate::contract::settings::Target;

/// A response of an app about itself.
struct Report {
    status: u16,
    text: &'static str,
    /// The only app that means this by it, if others answer in the same words.
    app: Option<&'static str>,
    cause: Cause,
    /// What it means, after the name of the app.
    why: &'static str,
}

const NEXTCLOUD_MAINTENANCE: &str = "is in maintenance mode";

/// The first that fits counts.
const REPORTS: [Report; 11] = [
    Report {
        status: 200,
        text: "\"maintenance\":true,\"needsDbUpgrade\"",
        app: None,
        cause: Cause::Maintenance,
        why: NEXTCLOUD_MAINTENANCE,
    },
    Report {
        status: 200,
        text: "\"maintenance\":false,\"needsDbUpgrade\":true",
        app: None,
        cause: Cause::Maintenance,
        why: "is upgrading its database, or waits until you do (`occ upgrade`)",
    },
    Report {
        status: 400,
        text: "Trusted domain error",
        app: None,
        cause: Cause::Condition,
        why: "does not accept this host name: add it to `trusted_domains`",
    },
    Report {
        status: 400,
        text: "Host validation failed",
        app: None,
        cause: Cause::Condition,
        why: "does not accept this host name: add it to `HOMEPAGE_ALLOWED_HOSTS`",
    },
    Report {
        status: 403,
        text: "Hostname verification failed",
        app: None,
        cause: Cause::Condition,
        why: "does not accept this host name: add it to `host_whitelist`",
    },
    Report {
        status: 403,
        text: "sabnzbd.org/access-denied",
        app: None,
        cause: Cause::Condition,
        why: "does not admit clients from the internet: see \"External internet access\" in its settings",
    },
    Report {
        status: 403,
        text: "Host check error",
        app: None,
        cause: Cause::Condition,
        why: "does not accept this host name, because it listens on localhost only: set `insecureSkipHostcheck`",
    },
    Report {
        status: 421,
        text: "hostname was unrecognized",
        app: None,
        cause: Cause::Condition,
        why: "does not accept this host name: add it to `rpc-host-whitelist`, or set a password",
    },
    Report {
        status: 400,
        // The words of the library that it uses.
        text: "400: Bad Request",
        app: Some("Home Assistant"),
        cause: Cause::Condition,
        why: "does not trust the proxy in front of it: add its address to `trusted_proxies`",
    },
    Report {
        status: 424,
        text: "\"fail\"",
        app: None,
        cause: Cause::App,
        why: "has lost its database or its cache (424)",
    },
    Report {
        status: 503,
        text: "\"database\": \"failing\"",
        app: None,
        cause: Cause::App,
        why: "has lost its database (503)",
    },
];

/// Return what the app says about itself, if it says why it is not healthy.
pub(super) fn find(response: &Response<'_>, target: &Target) -> Option<ProbeError> {
    let app = target.app();
    // On all pages but its status.
    if !response.header("x-nextcloud-maintenance-mode").is_empty() {
        return Some(ProbeError::new(Cause::Maintenance, format!("{app} {NEXTCLOUD_MAINTENANCE}")));
    }
    let fits = |report: &&Report| {
        report.status == response.status
            && report.app.is_none_or(|only| only == app)
            && response.contains(report.text)
    };
    let report = REPORTS.iter().find(fits)?;
    Some(ProbeError::new(report.cause, format!("{app} {}", report.why)))
}
