//! Scenarios: notifications that are suppressed, and what is sent afterwards.

use plexmon_function::contract::request::Request;
use plexmon_function::contract::settings::{Hours, Recurrence, Window};

use super::inbox::Sent;
use super::{Home, RUN_S, Route};
use crate::fixtures::NOW;

/// From 10:15 to 11:15.
fn window() -> Window {
    let recurrence = Recurrence::Once { from: NOW + 2 * RUN_S, until: NOW + 14 * RUN_S };
    Window { recurrence, targets: Vec::new(), clock: None }
}

async fn with_maintenance() -> Home {
    Home::with(Route::Tunnel, |settings| settings.maintenance = vec![window()]).await
}

pub async fn an_outage_within_maintenance() -> Vec<Sent> {
    let mut home = with_maintenance().await;
    home.runs(2).await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(10).await;
    home.assert_sent(&[])
}

pub async fn an_outage_that_outlasts_maintenance() -> Vec<Sent> {
    let mut home = with_maintenance().await;
    home.runs(2).await;
    home.power(false).await;
    home.runs(12).await;
    home.power(true).await;
    home.runs(2).await;
    home.assert_sent(&[
        "11:15 both: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:20 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "11:20 both: Home RECOVERED after 1 h | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn apps_that_outlast_maintenance() -> Vec<Sent> {
    let mut home = with_maintenance().await;
    home.runs(2).await;
    home.power(false).await;
    home.runs(2).await;
    home.power(true).await;
    home.stop("plex").await;
    home.runs(1).await;
    home.stop("wizarr").await;
    home.runs(10).await;
    home.start("wizarr");
    home.start("plex");
    home.runs(2).await;
    home.assert_sent(&[
        "11:15 both: Plex and Wizarr are DOWN | Plex is stopped; nginx returns 502, since 10:20 UTC \
         (2026-11-03). Wizarr is stopped; nginx returns 502, since 10:35 UTC (2026-11-03).",
        "11:25 both: Plex and Wizarr RECOVERED | Down 1 h 5 min (10:20-11:25 UTC): Plex. Down 50 min \
         (10:35-11:25 UTC): Wizarr.",
    ])
}

pub async fn an_outage_that_ends_within_maintenance() -> Vec<Sent> {
    let mut home = with_maintenance().await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(14).await;
    home.assert_sent(&[
        "10:10 both: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:10 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "11:15 both: Home RECOVERED after 15 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn pause_and_resume() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    home.run_for(Request::Pause(home.now + 24 * RUN_S)).await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(1).await;
    home.stop("plex").await;
    home.runs(2).await;
    home.run_for(Request::Resume).await;
    home.runs(2).await;
    home.run_for(Request::Pause(home.now + 3 * RUN_S)).await;
    home.start("plex");
    home.runs(5).await;
    home.assert_sent(&[
        "10:40 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:30 UTC (2026-11-03).",
        "11:05 both: Plex RECOVERED after 20 min | Down 20 min (10:30-10:50 UTC). The second outage in 7 days.",
    ])
}

pub async fn an_app_that_flaps() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    for _ in 0..6 {
        home.stop("plex").await;
        home.runs(1).await;
        home.start("plex");
        home.runs(1).await;
    }
    home.runs(8).await;
    home.assert_sent(&[
        "10:10 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:10 UTC (2026-11-03).",
        "10:15 both: Plex RECOVERED after 5 min | Down 5 min (10:10-10:15 UTC).",
        "10:20 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:20 UTC (2026-11-03).",
        "10:25 both: Plex RECOVERED after 5 min | Down 5 min (10:20-10:25 UTC). The second outage in 7 days.",
        "10:30 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:30 UTC (2026-11-03).",
        "10:35 both: Plex is flapping | 6 changes in 25 min. Notifications are suppressed until the status \
         has been stable for 30 min.",
        "11:35 both: Plex RECOVERED | Flapping (10:30-11:05 UTC). At least five outages in 7 days.",
    ])
}

pub async fn an_app_that_flaps_and_stays_down() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    for _ in 0..4 {
        home.stop("plex").await;
        home.runs(1).await;
        home.start("plex");
        home.runs(1).await;
    }
    home.stop("plex").await;
    home.runs(8).await;
    home.start("plex");
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:10 UTC (2026-11-03).",
        "10:15 both: Plex RECOVERED after 5 min | Down 5 min (10:10-10:15 UTC).",
        "10:20 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:20 UTC (2026-11-03).",
        "10:25 both: Plex RECOVERED after 5 min | Down 5 min (10:20-10:25 UTC). The second outage in 7 days.",
        "10:30 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:30 UTC (2026-11-03).",
        "10:35 both: Plex is flapping | 6 changes in 25 min. Notifications are suppressed until the status \
         has been stable for 30 min.",
        "11:20 both: Plex is still DOWN | Plex is stopped; nginx returns 502. Down for 30 min.",
        "11:30 both: Plex RECOVERED after 40 min | Down 40 min (10:50-11:30 UTC). At least five outages in 7 days.",
    ])
}

pub async fn a_home_that_flaps() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    for _ in 0..5 {
        home.power(false).await;
        home.runs(1).await;
        home.power(true).await;
        home.runs(1).await;
    }
    home.runs(8).await;
    home.assert_sent(&[
        "10:10 both: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:10 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:15 both: Home RECOVERED after 5 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
        "10:20 both: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:20 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:25 both: Home RECOVERED after 5 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
        "10:30 both: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:30 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:35 both: 9 apps are flapping | 6 changes in 25 min. Notifications are suppressed until the \
         status has been stable for 30 min: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, \
         Prowlarr, qBittorrent.",
        "11:25 both: Home RECOVERED after 25 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn quiet_hours() -> Vec<Sent> {
    let hours = Hours { from: 10 * 60 + 10, until: 11 * 60 };
    let mut home = Home::with(Route::Tunnel, |settings| settings.channels[0].quiet = Some(hours)).await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(2).await;
    home.stop("plex").await;
    home.runs(10).await;
    home.start("plex");
    home.runs(1).await;
    home.assert_sent(&[
        "10:10 pager: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:10 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:25 pager: Home RECOVERED after 15 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, \
         Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:35 pager: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:35 UTC (2026-11-03).",
        "11:00 phone: Home was DOWN for 15 min and RECOVERED (9 apps) | Down 15 min (10:10-10:25 UTC): your \
         home is offline (Cloudflare: tunnel not connected). Notification delayed. Up: Plex, Overseerr, \
         Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "11:00 phone: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:35 UTC (2026-11-03).",
        "11:25 both: Plex RECOVERED after 50 min | Down 50 min (10:35-11:25 UTC). The second outage in 7 days.",
    ])
}

pub async fn the_monitor_is_offline() -> Vec<Sent> {
    let mut home = Home::with(Route::Port, |settings| {
        // Nothing listens on the discard port.
        settings.control = vec!["http://127.0.0.1:9/".to_owned()];
    })
    .await;
    home.power(false).await;
    home.runs(9).await;
    home.power(true).await;
    home.runs(2).await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(2).await;
    home.assert_sent(&[
        "10:40 phone: plexmon is offline | No response since 10:10 UTC, not even from hosts that always \
         respond: the monitor's own network is failing, not your home.",
        "10:55 phone: plexmon is online again | Offline for 45 min (10:10-10:55 UTC); what happened in that \
         time is unknown.",
    ])
}

pub async fn the_control_host_responds() -> Vec<Sent> {
    let other = crate::server::Server::start(&[crate::server::http("204 No Content", "", "")]).await;
    let mut home = Home::with(Route::Port, |settings| settings.control = vec![other.url()]).await;
    home.power(false).await;
    home.runs(9).await;
    home.power(true).await;
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 both: Home is DOWN (9 apps) | Nothing responds: check power, internet connection, router and \
         host. Down since 10:10 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
        "10:55 both: Home RECOVERED after 45 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
    ])
}
