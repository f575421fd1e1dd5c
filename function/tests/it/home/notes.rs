//! Scenarios: certificates, what cannot be seen, what is slow, what is open, and who else answers.

use plexmon_function::contract::settings::{Expect, Target};

use super::inbox::Letter;
use super::{Home, Way, each};

/// 2049-06-30, when the certificate ends that is used for this.
const END: u64 = 2_508_624_000;
const DAY_S: u64 = 24 * 60 * 60;

pub async fn the_certificate_expired() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    home.net.certificate_until(2024).await;
    home.runs(3).await;
    home.net.renew().await;
    home.runs(2).await;
    home.heard(&[
        "10:10 both: home is DOWN: 9 apps | Certificate expired on 2024-06-30 (TLS). Since 10:10 UTC \
         (2026-11-03). Down: plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, prowlarr, \
         qbittorrent.",
        "10:25 both: home is back after 15 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}

pub async fn the_certificate_expires_soon() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    home.net.certificate_until(2049).await;
    for days in [15, 14, 10, 7, 4, 3, 2, 1] {
        home.now = END - days * DAY_S;
        home.runs(2).await;
    }
    home.net.renew().await;
    home.runs(2).await;
    home.heard(&[
        "00:00 phone: certificate expires soon: 9 apps | The certificate expires in 14 d, on \
         2049-06-30: plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, prowlarr, \
         qbittorrent.",
        "00:00 phone: certificate expires soon: 9 apps | The certificate expires in 7 d, on 2049-06-30: \
         plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "00:00 phone: certificate expires soon: 9 apps | The certificate expires in 3 d, on 2049-06-30: \
         plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "00:00 phone: certificate expires soon: 9 apps | The certificate expires in 1 d, on 2049-06-30: \
         plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}

pub async fn the_access_token_is_revoked() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.trouble(|trouble| trouble.is_token_revoked = true);
    home.runs(4).await;
    home.trouble(|trouble| trouble.is_token_revoked = false);
    home.runs(2).await;
    home.heard(&[
        "10:10 phone: 5 apps cannot be seen | Cloudflare Access refused the monitor: sonarr, radarr, \
         bazarr, prowlarr, qbittorrent. That is neither up nor down. Check that the service token is valid and \
         that the app's Access policy has a Service Auth rule for it.",
        "10:30 phone: 5 apps can be seen again | Up; could not be seen for 20 min: sonarr, radarr, \
         bazarr, prowlarr, qbittorrent.",
    ])
}

pub async fn an_app_is_challenged() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.trouble(|trouble| trouble.challenged.extend(["plex".to_owned()]));
    home.runs(4).await;
    home.trouble(|trouble| trouble.challenged.clear());
    home.runs(2).await;
    home.heard(&[
        "10:10 phone: plex cannot be seen | Cloudflare challenges the monitor. That is neither up nor \
         down. Let the path pass without a challenge: bot protection takes AWS for a robot.",
        "10:30 phone: plex can be seen again | Up; could not be seen for 20 min.",
    ])
}

pub async fn an_app_is_blocked() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.trouble(|trouble| trouble.blocked.extend(["plex".to_owned()]));
    home.runs(4).await;
    home.trouble(|trouble| trouble.blocked.clear());
    home.runs(2).await;
    home.heard(&[
        "10:10 phone: plex cannot be seen | Cloudflare blocks the monitor (1020: a firewall rule). That is \
         neither up nor down. Let the path pass in that firewall: AWS's addresses change, so allow the path.",
        "10:30 phone: plex can be seen again | Up; could not be seen for 20 min.",
    ])
}

pub async fn everything_is_challenged() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    let all: Vec<String> = super::apps::names().map(str::to_owned).collect();
    home.trouble(|trouble| trouble.challenged.extend(all));
    home.runs(4).await;
    home.trouble(|trouble| trouble.challenged.clear());
    home.runs(2).await;
    home.heard(&[
        "10:10 phone: 9 apps cannot be seen | Cloudflare challenges the monitor: plex, overseerr, \
         wizarr, uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent. That is neither up nor \
         down. Let the path pass without a challenge: bot protection takes AWS for a robot.",
        "10:30 phone: 9 apps can be seen again | Up; could not be seen for 20 min: plex, overseerr, \
         wizarr, uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}

pub async fn plex_migrates_its_database() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    home.trouble(|trouble| trouble.migrating.extend(["plex".to_owned()]));
    home.runs(4).await;
    home.trouble(|trouble| trouble.migrating.clear());
    home.runs(2).await;
    home.heard(&[
        "10:10 phone: plex is updating | Plex is updating its database. That is neither up nor down. It \
         should be back by itself.",
        "10:30 phone: plex can be seen again | Up; could not be seen for 20 min.",
    ])
}

pub async fn sonarr_is_open_to_the_world() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.trouble(|trouble| trouble.open.extend(["sonarr".to_owned()]));
    home.runs(3).await;
    home.trouble(|trouble| trouble.open.clear());
    home.runs(2).await;
    home.heard(&[
        "10:10 both: Sonarr is OPEN to the world | Sonarr is open to the world: HTTP 200 without a \
         token. Since 10:10 UTC (2026-11-03).",
        "10:25 both: Sonarr is closed again | It was open to the world: 10:10-10:25 UTC.",
    ])
}

pub async fn all_apps_are_open_to_the_world() -> Vec<Letter> {
    let mut home = Home::with(Way::Tunnel, |settings| {
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
    home.heard(&[
        "10:10 both: Sonarr, Radarr and Bazarr are OPEN to the world | They let in whoever comes \
         without a token: Sonarr, Radarr, Bazarr. Since 10:10 UTC (2026-11-03).",
        "10:25 both: Sonarr, Radarr and Bazarr are closed again | They were open to the world: Sonarr, \
         Radarr, Bazarr.",
    ])
}

pub async fn another_server_in_plexs_place() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    home.trouble(|trouble| trouble.is_another_plex = true);
    home.runs(4).await;
    home.heard(&[
        "10:10 phone: plex is another server | Another server answers in its place: check where the \
         name, the proxy or the tunnel lead.",
    ])
}

pub async fn an_app_is_slow() -> Vec<Letter> {
    let mut home = Home::with(Way::Port, |settings| {
        each(settings, |target| {
            target.slow_ms = (target.name == "overseerr").then_some(2500);
        });
    })
    .await;
    home.trouble(|trouble| trouble.slow.extend(["overseerr".to_owned()]));
    home.runs(3).await;
    home.trouble(|trouble| trouble.slow.clear());
    home.runs(2).await;
    home.heard(&[
        "10:10 phone: overseerr is slow | Answers after ... ms; slow is from 2500 ms on.",
        "10:25 phone: overseerr is fast again | Answers after ... ms; was slow for 15 min.",
    ])
}
