//! Scenarios: the first check, hours without trouble, and outages of the home and its apps.

use super::inbox::Sent;
use super::{Home, Route, each};

pub async fn first_check() -> Vec<Sent> {
    let mut home = Home::unchecked(Route::Tunnel, |_| {}).await;
    home.runs(2).await;
    home.assert_sent(&[
        "10:05 both: Monitoring started: 9 apps, all up | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, \
         Radarr, Bazarr, Prowlarr, qBittorrent. Closed to the internet: Sonarr. You will be notified of \
         changes.",
    ])
}

pub async fn first_check_with_two_apps_down() -> Vec<Sent> {
    let mut home = Home::unchecked(Route::Tunnel, |_| {}).await;
    home.stop("sonarr").await;
    home.stop("wizarr").await;
    home.runs(3).await;
    home.start("sonarr");
    home.start("wizarr");
    home.runs(2).await;
    home.assert_sent(&[
        "10:05 both: Monitoring started: 9 apps, Wizarr and Sonarr DOWN | Wizarr is stopped; nginx returns \
         502. Sonarr is stopped; nginx returns 502. Down since 10:05 UTC (2026-11-03). Up: Plex, Overseerr, \
         Uptime Kuma, Radarr, Bazarr, Prowlarr, qBittorrent. Closed to the internet: Sonarr. You will be \
         notified of changes.",
        "10:20 both: Wizarr and Sonarr RECOVERED after 15 min | Down 15 min (10:05-10:20 UTC): Wizarr, \
         Sonarr.",
    ])
}

pub async fn first_check_during_a_power_cut() -> Vec<Sent> {
    let mut home = Home::unchecked(Route::Tunnel, |_| {}).await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(2).await;
    home.assert_sent(&[
        "10:05 both: Monitoring started: 9 apps, Home DOWN | The Cloudflare tunnel is not connected: check \
         power, internet connection and host. Down since 10:05 UTC (2026-11-03): Plex, Overseerr, Wizarr, \
         Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent. Closed to the internet: Sonarr. You \
         will be notified of changes.",
        "10:20 both: Home RECOVERED after 15 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn six_hours_without_an_outage() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    home.runs(72).await;
    home.assert_sent(&[])
}

pub async fn power_cut_behind_a_tunnel() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    home.power(false).await;
    home.runs(4).await;
    home.power(true).await;
    home.stop("bazarr").await;
    home.runs(2).await;
    home.start("bazarr");
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:10 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:30 both: Home RECOVERED after 20 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Prowlarr, qBittorrent. Still down: Bazarr.",
        "10:40 both: Bazarr RECOVERED after 30 min | Down 30 min (10:10-10:40 UTC).",
    ])
}

pub async fn power_cut_and_apps_that_recover_one_by_one() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
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
    home.assert_sent(&[
        "10:10 both: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:10 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:30 both: Home RECOVERED after 20 min | Up: Overseerr, Wizarr, Uptime Kuma. Still down: Plex, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:35 both: Home: 3 more apps RECOVERED after 25 min | Up: Plex, Sonarr, Radarr. Still down: \
         Bazarr, Prowlarr, qBittorrent.",
        "10:40 both: Home: 2 more apps RECOVERED after 30 min | Up: Prowlarr, qBittorrent. Still down: \
         Bazarr.",
        "10:45 both: Bazarr RECOVERED after 35 min | Down 35 min (10:10-10:45 UTC).",
    ])
}

pub async fn power_cut_without_a_tunnel() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    home.power(false).await;
    home.runs(4).await;
    home.power(true).await;
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Home is DOWN (9 apps) | Nothing responds: check power, internet connection, router and \
         host. Down since 10:10 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
        "10:30 both: Home RECOVERED after 20 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn power_cut_while_an_app_is_down() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    home.stop("bazarr").await;
    home.runs(2).await;
    home.power(false).await;
    home.runs(2).await;
    home.power(true).await;
    home.runs(2).await;
    home.start("bazarr");
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Bazarr is DOWN | Bazarr is stopped; nginx returns 502. Down since 10:10 UTC \
         (2026-11-03).",
        "10:20 both: Home is DOWN (8 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:20 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Prowlarr, qBittorrent.",
        "10:30 both: Home RECOVERED after 10 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Prowlarr, qBittorrent. Still down: Bazarr.",
        "10:40 both: Bazarr RECOVERED after 30 min | Down 30 min (10:10-10:40 UTC).",
    ])
}

pub async fn one_app_is_stopped() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    home.stop("plex").await;
    home.runs(7).await;
    home.start("plex");
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:10 UTC (2026-11-03).",
        "10:45 both: Plex RECOVERED after 35 min | Down 35 min (10:10-10:45 UTC).",
    ])
}

pub async fn three_apps_are_stopped() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    for app in ["plex", "sonarr", "wizarr"] {
        home.stop(app).await;
    }
    home.runs(2).await;
    for app in ["plex", "sonarr", "wizarr"] {
        home.start(app);
    }
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Plex, Wizarr and Sonarr are DOWN | Plex is stopped; nginx returns 502. Wizarr is \
         stopped; nginx returns 502. Sonarr is stopped; nginx returns 502. Down since 10:10 UTC \
         (2026-11-03).",
        "10:20 both: Plex, Wizarr and Sonarr RECOVERED after 10 min | Down 10 min (10:10-10:20 UTC): Plex, \
         Wizarr, Sonarr.",
    ])
}

pub async fn the_vpn_container_is_stopped() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    home.stop("prowlarr").await;
    home.stop("qbittorrent").await;
    home.runs(3).await;
    home.start("prowlarr");
    home.start("qbittorrent");
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Gluetun is DOWN (2 apps) | All apps that share gluetun fail, so gluetun is the likely \
         cause: Prowlarr is stopped; nginx returns 502. Down since 10:10 UTC (2026-11-03): Prowlarr, \
         qBittorrent.",
        "10:25 both: Gluetun RECOVERED after 15 min | Up: Prowlarr, qBittorrent.",
    ])
}

pub async fn a_single_failed_try() -> Vec<Sent> {
    let mut home = Home::with(Route::Port, |settings| each(settings, |target| target.tries = 2)).await;
    home.trouble(|trouble| trouble.hiccups.extend(["plex".to_owned()]));
    home.runs(2).await;
    home.assert_sent(&[])
}

pub async fn a_single_failed_check() -> Vec<Sent> {
    let mut home = Home::with(Route::Port, |settings| each(settings, |target| target.down_after = 2)).await;
    home.stop("plex").await;
    home.runs(1).await;
    home.start("plex");
    home.runs(2).await;
    home.assert_sent(&[])
}

pub async fn two_checks_in_a_row() -> Vec<Sent> {
    let mut home = Home::with(Route::Port, |settings| {
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
    home.assert_sent(&[
        "10:15 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:10 UTC (2026-11-03).",
        "10:40 both: Plex RECOVERED after 25 min | Down 25 min (10:10-10:35 UTC).",
    ])
}

pub async fn reminders() -> Vec<Sent> {
    let mut home =
        Home::with(Route::Tunnel, |settings| each(settings, |target| target.remind_s = Some(3600))).await;
    home.stop("plex").await;
    home.runs(26).await;
    home.start("plex");
    home.runs(13).await;
    home.power(false).await;
    home.runs(14).await;
    home.power(true).await;
    home.runs(1).await;
    home.assert_sent(&[
        "10:10 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:10 UTC (2026-11-03).",
        "11:10 both: Plex is still DOWN | Plex is stopped; nginx returns 502. Down for 1 h.",
        "12:10 both: Plex is still DOWN | Plex is stopped; nginx returns 502. Down for 2 h.",
        "12:20 both: Plex RECOVERED after 2 h 10 min | Down 2 h 10 min (10:10-12:20 UTC).",
        "13:25 both: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 13:25 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "14:25 both: 9 apps are still DOWN | Your home is offline (Cloudflare: tunnel not connected). Down \
         for 1 h: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "14:35 both: Home RECOVERED after 1 h 10 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, \
         Radarr, Bazarr, Prowlarr, qBittorrent.",
    ])
}
