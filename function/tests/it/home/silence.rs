//! Scenarios: what is held back, and what is told of it afterwards.

use plexmon_function::contract::request::Request;
use plexmon_function::contract::settings::{Hours, Recurrence, Window};

use super::inbox::Letter;
use super::{Home, RUN_S, Way};
use crate::fixtures::NOW;

/// From a quarter past ten on, for an hour.
fn window() -> Window {
    let recurrence = Recurrence::Once { from: NOW + 2 * RUN_S, until: NOW + 14 * RUN_S };
    Window { recurrence, targets: Vec::new(), clock: None }
}

async fn with_maintenance() -> Home {
    Home::with(Way::Tunnel, |settings| settings.maintenance = vec![window()]).await
}

pub async fn an_outage_within_maintenance() -> Vec<Letter> {
    let mut home = with_maintenance().await;
    home.runs(2).await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(10).await;
    home.heard(&[])
}

pub async fn an_outage_that_outlasts_maintenance() -> Vec<Letter> {
    let mut home = with_maintenance().await;
    home.runs(2).await;
    home.power(false).await;
    home.runs(12).await;
    home.power(true).await;
    home.runs(2).await;
    home.heard(&[
        "11:15 both: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:20 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "11:20 both: home is back after 1 h | Up again: plex, overseerr, wizarr, uptime-kuma, sonarr, \
         radarr, bazarr, prowlarr, qbittorrent.",
    ])
}

pub async fn apps_that_outlast_maintenance() -> Vec<Letter> {
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
    home.heard(&[
        "11:15 both: plex and wizarr are DOWN | Plex is stopped; nginx returns 502, since 10:20 UTC \
         (2026-11-03). Wizarr is stopped; nginx returns 502, since 10:35 UTC (2026-11-03).",
        "11:25 both: plex and wizarr are UP again | Was down 1 h 5 min (10:20-11:25 UTC): plex. Was \
         down 50 min (10:35-11:25 UTC): wizarr.",
    ])
}

pub async fn an_outage_that_ends_within_maintenance() -> Vec<Letter> {
    let mut home = with_maintenance().await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(14).await;
    home.heard(&[
        "10:10 both: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:10 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "11:15 both: home is back after 15 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}

pub async fn pause_and_resume() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
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
    home.heard(&[
        "10:40 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:30 UTC (2026-11-03).",
        "11:05 both: plex is UP again | Recovered. Was down 20 min (10:30-10:50 UTC).",
    ])
}

pub async fn an_app_that_flaps() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    for _ in 0..6 {
        home.stop("plex").await;
        home.runs(1).await;
        home.start("plex");
        home.runs(1).await;
    }
    home.runs(8).await;
    home.heard(&[
        "10:10 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:10 UTC (2026-11-03).",
        "10:15 both: plex is UP again | Recovered. Was down 5 min (10:10-10:15 UTC).",
        "10:20 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:20 UTC (2026-11-03).",
        "10:25 both: plex is UP again | Recovered. Was down 5 min (10:20-10:25 UTC).",
        "10:30 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:30 UTC (2026-11-03).",
        "10:35 both: plex goes up and down | 6 changes in 25 min; you will hear no more of it until it \
         has been steady for 30 min.",
        "11:35 both: plex is UP again | Recovered. Was up and down (10:30-11:05 UTC).",
    ])
}

pub async fn an_app_that_flaps_and_stays_down() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
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
    home.heard(&[
        "10:10 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:10 UTC (2026-11-03).",
        "10:15 both: plex is UP again | Recovered. Was down 5 min (10:10-10:15 UTC).",
        "10:20 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:20 UTC (2026-11-03).",
        "10:25 both: plex is UP again | Recovered. Was down 5 min (10:20-10:25 UTC).",
        "10:30 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:30 UTC (2026-11-03).",
        "10:35 both: plex goes up and down | 6 changes in 25 min; you will hear no more of it until it \
         has been steady for 30 min.",
        "11:20 both: plex is still DOWN | Plex is stopped; nginx returns 502. Down for 30 min.",
        "11:30 both: plex is UP again | Recovered. Was down 40 min (10:50-11:30 UTC).",
    ])
}

pub async fn a_home_that_flaps() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    for _ in 0..5 {
        home.power(false).await;
        home.runs(1).await;
        home.power(true).await;
        home.runs(1).await;
    }
    home.runs(8).await;
    home.heard(&[
        "10:10 both: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:10 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:15 both: home is back after 5 min | Up again: plex, overseerr, wizarr, uptime-kuma, sonarr, \
         radarr, bazarr, prowlarr, qbittorrent.",
        "10:20 both: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:20 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:25 both: home is back after 5 min | Up again: plex, overseerr, wizarr, uptime-kuma, sonarr, \
         radarr, bazarr, prowlarr, qbittorrent.",
        "10:30 both: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:30 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:35 both: 9 apps go up and down | 6 changes in 25 min; you will hear no more of it until it \
         has been steady for 30 min: plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, \
         prowlarr, qbittorrent.",
        "11:25 both: home is back after 25 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}

pub async fn quiet_hours() -> Vec<Letter> {
    let hours = Hours { from: 10 * 60 + 10, until: 11 * 60 };
    let mut home = Home::with(Way::Tunnel, |settings| settings.channels[0].quiet = Some(hours)).await;
    home.power(false).await;
    home.runs(3).await;
    home.power(true).await;
    home.runs(2).await;
    home.stop("plex").await;
    home.runs(10).await;
    home.start("plex");
    home.runs(1).await;
    home.heard(&[
        "10:10 pager: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:10 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:25 pager: home is back after 15 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:35 pager: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:35 UTC (2026-11-03).",
        "11:00 phone: home was DOWN and is back: 9 apps | Was down 15 min (10:10-10:25 UTC): your home \
         is offline (Cloudflare: tunnel not connected). You were not told earlier. Up again: plex, \
         overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "11:00 phone: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:35 UTC (2026-11-03).",
        "11:25 both: plex is UP again | Recovered. Was down 50 min (10:35-11:25 UTC).",
    ])
}

pub async fn the_monitor_sees_nothing() -> Vec<Letter> {
    let mut home = Home::with(Way::Port, |settings| {
        // Discard: nothing listens there.
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
    home.heard(&[
        "10:40 phone: plexmon cannot see out | Nothing answers since 10:10 UTC, not even what always \
         does: it is the monitor's own way out that fails, not your home.",
        "10:55 phone: plexmon can see out again | It could not for 45 min (10:10-10:55 UTC); what \
         happened then is unknown.",
    ])
}

pub async fn others_can_be_seen() -> Vec<Letter> {
    let other = crate::server::Server::start(&[crate::server::http("204 No Content", "", "")]).await;
    let mut home = Home::with(Way::Port, |settings| settings.control = vec![other.url()]).await;
    home.power(false).await;
    home.runs(9).await;
    home.power(true).await;
    home.runs(2).await;
    home.heard(&[
        "10:10 both: home is DOWN: 9 apps | Nothing answers at your house: power, line, router or host. \
         Since 10:10 UTC (2026-11-03). Down: plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, \
         bazarr, prowlarr, qbittorrent.",
        "10:55 both: home is back after 45 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}
