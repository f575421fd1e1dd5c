//! Advice for each cause: the one table for messages and for the deployer's commands.

use crate::probe::Cause;

/// Return what the owner can do about a cause: a clause that begins in lower case and has no final period.
pub fn advice(cause: Cause) -> &'static str {
    match cause {
        Cause::Dns => "check the host name in `url` and its DNS record; AWS uses A records (IPv4) only",
        Cause::Connect => "check the port forwarding, the firewall, and that the proxy or tunnel is running",
        Cause::Tls => "check that the port is right, and which TLS versions the proxy offers",
        Cause::Certificate => "renew or correct the certificate; for a private authority, set `ca_file`",
        Cause::App => {
            "the proxy works, but the app behind it does not respond correctly: check that it is running"
        }
        Cause::Home => "the tunnel is not connected: check power, internet connection, host and cloudflared",
        Cause::Origin => {
            "Cloudflare gets no valid response from your server: check the router, the host and its proxy"
        }
        Cause::Access => {
            "check the service token, and that the app's Access policy has a Service Auth rule for it"
        }
        Cause::Challenge => "exempt this path from bot protection: it takes AWS for a bot",
        Cause::Blocked => "allow this path in the firewall in front of the app; AWS's addresses change",
        Cause::RateLimited => "check less often (`schedule`), or exempt this path from the limit",
        Cause::LoginWall => {
            "exempt this path from the login, or check a path without one; `exposure = \"closed\"` checks that the login \
             is required"
        }
        Cause::Unreadable => {
            "choose a `contains` near the beginning of the page, or a path with a short response that is not compressed"
        }
        Cause::Resolver => "check the addresses in `resolver`, which have to answer DNS over HTTPS as JSON",
        Cause::Maintenance => "wait: the app is under maintenance and should come back by itself",
        Cause::Condition => {
            "the response is not the configured one: check the route, and the conditions of the target"
        }
        Cause::Limit => "the app responds, but a value that it reports is beyond the configured limit",
        Cause::Slow => "check the load of the host and of the internet connection",
        Cause::Timeout => "it accepts connections but does not respond: check the app, or raise `timeout_s`",
        Cause::Exposed => "close it again, by Cloudflare Access or in the router, and check who has used it",
        Cause::MonitorOffline => "the monitor cannot check this from its network",
        Cause::Other => "only a later release of plexmon knows this cause: update this one",
    }
}
