//! Scenarios: the first look, a quiet day, and outages of the home and of its apps.

use super::inbox::Letter;
use super::{Home, Way, each};

pub async fn the_first_look() -> Vec<Letter> {
    let mut home = Home::unseen(Way::Tunnel, |_| {}).await;
    home.runs(2).await;
    home.heard(&[
        "10:05 both: plexmon is watching 9 apps | Up: plex, overseerr, wizarr, uptime-kuma, sonarr, \
         radarr, bazarr, prowlarr, qbittorrent. Closed to the world: Sonarr. You will be told when that \
         changes.",
    ])
}

pub async fn the_first_look_at_a_home_in_trouble() -> Vec<Letter> {
    let mut home = Home::unseen(Way::Tunnel, |_| {}).await;
    home.stop("sonarr").await;
    home.stop("wizarr").await;
    home.runs(3).await;
    home.start("sonarr");
    home.start("wizarr");
    home.runs(2).await;
    home.heard(&[
        "10:05 both: plexmon is watching 9 apps: wizarr and sonarr are DOWN | Wizarr is stopped; nginx \
         returns 502. Sonarr is stopped; nginx returns 502. Since 10:05 UTC (2026-11-03). Up: plex, \
         overseerr, uptime-kuma, radarr, bazarr, prowlarr, qbittorrent. Closed to the world: Sonarr. \
         You will be told when that changes.",
        "10:20 both: wizarr and sonarr are UP again | Was down 15 min (10:05-10:20 UTC): wizarr, \
         sonarr.",
    ])
}

pub async fn the_first_look_at_a_home_without_power() -> Vec<Letter> {
    let mut home = Home::unseen(Way::Tunnel, |_| {}).await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(2).await;
    home.heard(&[
        "10:05 both: plexmon is watching 9 apps: home is DOWN | Your home is offline (Cloudflare: \
         tunnel not connected): power, line or host. Since 10:05 UTC (2026-11-03). Down: plex, \
         overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent. Closed to the \
         world: Sonarr. You will be told when that changes.",
        "10:20 both: home is back after 15 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}

pub async fn six_quiet_hours() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    home.runs(72).await;
    home.heard(&[])
}

pub async fn no_power_behind_the_tunnel() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.power(false).await;
    home.runs(4).await;
    home.power(true).await;
    home.stop("bazarr").await;
    home.runs(2).await;
    home.start("bazarr");
    home.runs(2).await;
    home.heard(&[
        "10:10 both: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:10 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:30 both: home is back after 20 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, prowlarr, qbittorrent. Still down: bazarr.",
        "10:40 both: bazarr is UP again | Recovered. Was down 30 min (10:10-10:40 UTC).",
    ])
}

pub async fn no_power_and_apps_that_come_back_one_by_one() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.power(false).await;
    home.runs(4).await;
    home.power(true).await;
    for app in ["plex", "sonarr", "bazarr", "radarr", "prowlarr", "qbittorrent"] {
        home.stop(app).await;
    }
    home.runs(1).await;
    home.start("plex");
    home.start("sonarr");
    home.start("radarr");
    home.runs(1).await;
    home.start("prowlarr");
    home.start("qbittorrent");
    home.runs(1).await;
    home.start("bazarr");
    home.runs(2).await;
    home.heard(&[
        "10:10 both: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:10 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:30 both: home is back after 20 min | Up again: overseerr, wizarr, uptime-kuma. Still down: \
         plex, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:35 both: home: 3 more are back after 25 min | Up again: plex, sonarr, radarr. Still down: \
         bazarr, prowlarr, qbittorrent.",
        "10:40 both: home: 2 more are back after 30 min | Up again: prowlarr, qbittorrent. Still down: \
         bazarr.",
        "10:45 both: bazarr is UP again | Recovered. Was down 35 min (10:10-10:45 UTC).",
    ])
}

pub async fn no_power_and_no_tunnel() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    home.power(false).await;
    home.runs(4).await;
    home.power(true).await;
    home.runs(2).await;
    home.heard(&[
        "10:10 both: home is DOWN: 9 apps | Nothing answers at your house: power, line, router or host. \
         Since 10:10 UTC (2026-11-03). Down: plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, \
         bazarr, prowlarr, qbittorrent.",
        "10:30 both: home is back after 20 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}

pub async fn no_power_while_an_app_is_down() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.stop("bazarr").await;
    home.runs(2).await;
    home.power(false).await;
    home.runs(2).await;
    home.power(true).await;
    home.runs(2).await;
    home.start("bazarr");
    home.runs(2).await;
    home.heard(&[
        "10:10 both: bazarr is DOWN | Bazarr is stopped; nginx returns 502. Since 10:10 UTC \
         (2026-11-03).",
        "10:20 both: home is DOWN: 8 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:20 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, prowlarr, qbittorrent.",
        "10:30 both: home is back after 10 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, prowlarr, qbittorrent. Still down: bazarr.",
        "10:40 both: bazarr is UP again | Recovered. Was down 30 min (10:10-10:40 UTC).",
    ])
}

pub async fn one_app_is_stopped() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    home.stop("plex").await;
    home.runs(7).await;
    home.start("plex");
    home.runs(2).await;
    home.heard(&[
        "10:10 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:10 UTC (2026-11-03).",
        "10:45 both: plex is UP again | Recovered. Was down 35 min (10:10-10:45 UTC).",
    ])
}

pub async fn three_apps_are_stopped() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    for app in ["plex", "sonarr", "wizarr"] {
        home.stop(app).await;
    }
    home.runs(2).await;
    for app in ["plex", "sonarr", "wizarr"] {
        home.start(app);
    }
    home.runs(2).await;
    home.heard(&[
        "10:10 both: plex, wizarr and sonarr are DOWN | Plex is stopped; nginx returns 502. Wizarr is \
         stopped; nginx returns 502. Sonarr is stopped; nginx returns 502. Since 10:10 UTC \
         (2026-11-03).",
        "10:20 both: plex, wizarr and sonarr are UP again | Was down 10 min (10:10-10:20 UTC): plex, \
         wizarr, sonarr.",
    ])
}

pub async fn the_vpn_container_is_gone() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    home.stop("prowlarr").await;
    home.stop("qbittorrent").await;
    home.runs(3).await;
    home.start("prowlarr");
    home.start("qbittorrent");
    home.runs(2).await;
    home.heard(&[
        "10:10 both: gluetun is DOWN: 2 apps | All that share gluetun fail, so it is likely the cause: \
         Prowlarr is stopped; nginx returns 502. Since 10:10 UTC (2026-11-03). Down: prowlarr, \
         qbittorrent.",
        "10:25 both: gluetun is back after 15 min | Up again: prowlarr, qbittorrent.",
    ])
}

pub async fn a_single_lost_try() -> Vec<Letter> {
    let mut home = Home::with(Way::Port, |settings| each(settings, |target| target.tries = 2)).await;
    home.trouble(|trouble| trouble.hiccups.extend(["plex".to_owned()]));
    home.runs(2).await;
    home.heard(&[])
}

pub async fn a_single_failing_run() -> Vec<Letter> {
    let mut home = Home::with(Way::Port, |settings| each(settings, |target| target.down_after = 2)).await;
    home.stop("plex").await;
    home.runs(1).await;
    home.start("plex");
    home.runs(2).await;
    home.heard(&[])
}

pub async fn two_runs_in_a_row() -> Vec<Letter> {
    let mut home = Home::with(Way::Port, |settings| {
        each(settings, |target| (target.down_after, target.up_after) = (2, 2));
    })
    .await;
    home.stop("plex").await;
    home.runs(3).await;
    home.start("plex");
    home.runs(1).await;
    home.stop("plex").await;
    home.runs(1).await;
    home.start("plex");
    home.runs(3).await;
    home.heard(&[
        "10:15 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:10 UTC (2026-11-03).",
        "10:40 both: plex is UP again | Recovered. Was down 25 min (10:10-10:35 UTC).",
    ])
}

pub async fn reminders() -> Vec<Letter> {
    let mut home =
        Home::with(Way::Tunnel, |settings| each(settings, |target| target.remind_s = Some(3600))).await;
    home.stop("plex").await;
    home.runs(26).await;
    home.start("plex");
    home.runs(13).await;
    home.power(false).await;
    home.runs(14).await;
    home.power(true).await;
    home.runs(1).await;
    home.heard(&[
        "10:10 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:10 UTC (2026-11-03).",
        "11:10 both: plex is still DOWN | Plex is stopped; nginx returns 502. Down for 1 h.",
        "12:10 both: plex is still DOWN | Plex is stopped; nginx returns 502. Down for 2 h.",
        "12:20 both: plex is UP again | Recovered. Was down 2 h 10 min (10:10-12:20 UTC).",
        "13:25 both: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 13:25 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "14:25 both: 9 apps are still DOWN | Your home is offline (Cloudflare: tunnel not \
         connected). Down for 1 h: plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, \
         prowlarr, qbittorrent.",
        "14:35 both: home is back after 1 h 10 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}
