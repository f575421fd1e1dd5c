//! Scenarios: certificates, apps that cannot be checked, slow or open apps, and a different server.

use plexmon_function::contract::settings::{Expect, Target};

use super::inbox::Sent;
use super::{Home, Route, each};

/// 2049-06-30, when the certificate of these scenarios expires.
const END: u64 = 2_508_624_000;
const DAY_S: u64 = 24 * 60 * 60;

pub async fn the_certificate_expired() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    home.net.certificate_until(2024).await;
    home.runs(3).await;
    home.net.renew().await;
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Home is DOWN (9 apps) | Certificate expired on 2024-06-30 (TLS). Down since 10:10 UTC \
         (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:25 both: Home RECOVERED after 15 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn the_certificate_expires_soon() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    home.net.certificate_until(2049).await;
    for days in [15, 14, 10, 7, 4, 3, 2, 1] {
        home.now = END - days * DAY_S;
        home.runs(2).await;
    }
    home.net.renew().await;
    home.runs(2).await;
    home.assert_sent(&[
        "00:00 phone: 9 apps: certificate expires soon | The certificate expires in 14 d, on 2049-06-30: \
         Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "00:00 phone: 9 apps: certificate expires soon | The certificate expires in 7 d, on 2049-06-30: \
         Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "00:00 phone: 9 apps: certificate expires soon | The certificate expires in 3 d, on 2049-06-30: \
         Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "00:00 phone: 9 apps: certificate expires soon | The certificate expires in 1 d, on 2049-06-30: \
         Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn the_access_token_is_revoked() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    home.trouble(|trouble| trouble.is_token_revoked = true);
    home.runs(4).await;
    home.trouble(|trouble| trouble.is_token_revoked = false);
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 phone: 5 apps cannot be checked | Cloudflare Access refused the monitor: Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent. This does not count as an outage. Check the service token, and that \
         the app's Access policy has a Service Auth rule for it.",
        "10:30 phone: 5 apps can be checked again | Up; could not be checked for 20 min: Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn an_app_is_challenged() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    home.trouble(|trouble| trouble.challenged.extend(["plex".to_owned()]));
    home.runs(4).await;
    home.trouble(|trouble| trouble.challenged.clear());
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 phone: Plex cannot be checked | Cloudflare challenges the monitor. This does not count as an \
         outage. Exempt this path from bot protection: it takes AWS for a bot.",
        "10:30 phone: Plex can be checked again | Up; could not be checked for 20 min.",
    ])
}

pub async fn an_app_is_blocked() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    home.trouble(|trouble| trouble.blocked.extend(["plex".to_owned()]));
    home.runs(4).await;
    home.trouble(|trouble| trouble.blocked.clear());
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 phone: Plex cannot be checked | Cloudflare blocks the monitor (1020: a firewall rule). This \
         does not count as an outage. Allow this path in the firewall in front of the app; AWS's addresses \
         change.",
        "10:30 phone: Plex can be checked again | Up; could not be checked for 20 min.",
    ])
}

pub async fn everything_is_challenged() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    let all: Vec<String> = super::apps::names().map(str::to_owned).collect();
    home.trouble(|trouble| trouble.challenged.extend(all));
    home.runs(4).await;
    home.trouble(|trouble| trouble.challenged.clear());
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 phone: 9 apps cannot be checked | Cloudflare challenges the monitor: Plex, Overseerr, Wizarr, \
         Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent. This does not count as an outage. \
         Exempt this path from bot protection: it takes AWS for a bot.",
        "10:30 phone: 9 apps can be checked again | Up; could not be checked for 20 min: Plex, Overseerr, \
         Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn plex_migrates_its_database() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    home.trouble(|trouble| trouble.migrating.extend(["plex".to_owned()]));
    home.runs(4).await;
    home.trouble(|trouble| trouble.migrating.clear());
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 phone: Plex is updating | Plex is updating its database. This does not count as an outage. \
         Wait: the app is under maintenance and should come back by itself.",
        "10:30 phone: Plex can be checked again | Up; could not be checked for 20 min.",
    ])
}

pub async fn sonarr_is_open_to_the_internet() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    home.trouble(|trouble| trouble.open.extend(["sonarr".to_owned()]));
    home.runs(3).await;
    home.trouble(|trouble| trouble.open.clear());
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Sonarr is OPEN to the internet | Sonarr is open to the internet: HTTP 200 without a token. \
         Open since 10:10 UTC (2026-11-03).",
        "10:25 both: Sonarr is closed again | Was open (10:10-10:25 UTC).",
    ])
}

pub async fn three_apps_are_open_to_the_internet() -> Vec<Sent> {
    let mut home = Home::with(Route::Tunnel, |settings| {
        let twin = |app: &str| Target {
            name: format!("{app} (closed)"),
            contains: None,
            access: None,
            expect: Expect::Refusal,
            ..settings.target(app).cloned().unwrap_or_default()
        };
        settings.targets.extend(["radarr", "bazarr"].map(twin));
    })
    .await;
    home.trouble(|trouble| trouble.open.extend(["sonarr", "radarr", "bazarr"].map(str::to_owned)));
    home.runs(3).await;
    home.trouble(|trouble| trouble.open.clear());
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Sonarr, Radarr and Bazarr are OPEN to the internet | Reachable without a token: Sonarr, \
         Radarr, Bazarr. Open since 10:10 UTC (2026-11-03).",
        "10:25 both: Sonarr, Radarr and Bazarr are closed again | Were reachable without a token: Sonarr, \
         Radarr, Bazarr.",
    ])
}

pub async fn a_different_server_responds_for_plex() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    home.trouble(|trouble| trouble.is_another_plex = true);
    home.runs(4).await;
    home.assert_sent(&[
        "10:10 phone: Plex: a different server responds | Check where the host name, the proxy or the tunnel \
         points.",
    ])
}

pub async fn an_app_is_slow() -> Vec<Sent> {
    let mut home = Home::with(Route::Port, |settings| {
        each(settings, |target| {
            target.slow_ms = (target.name == "overseerr").then_some(2500);
        });
    })
    .await;
    home.trouble(|trouble| trouble.slow.extend(["overseerr".to_owned()]));
    home.runs(3).await;
    home.trouble(|trouble| trouble.slow.clear());
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 phone: Overseerr is slow | Response time ... ms (limit 2500 ms).",
        "10:25 phone: Overseerr responds in time again | Response time ... ms; was slow for 15 min.",
    ])
}
