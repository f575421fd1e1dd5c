//! Scenarios: channels that do not take what they are told.

use plexmon_function::notify::Delivery;

use super::inbox::Letter;
use super::{Home, Way, down_for_now};

pub async fn the_phone_refuses() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    let refused = Delivery::Refused {
        why: "Pushover answered HTTP 400: user is invalid".to_owned(),
        credentials: true,
    };
    home.phone.fails(Some(refused));
    home.stop("plex").await;
    home.runs(3).await;
    home.start("plex");
    home.runs(2).await;
    home.phone.fails(None);
    home.stop("plex").await;
    home.runs(2).await;
    home.start("plex");
    home.runs(2).await;
    home.heard(&[
        "10:10 pager: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:10 UTC (2026-11-03).",
        "10:10 pager: a channel is broken | Messages do not get through to phone: Pushover answered \
         HTTP 400: user is invalid.",
        "10:25 pager: plex is UP again | Recovered. Was down 15 min (10:10-10:25 UTC).",
        "10:35 phone: plex was DOWN and is UP again | Was down 15 min (10:10-10:25 UTC): Plex is stopped; nginx \
         returns 502. Could not tell you earlier: Pushover answered HTTP 400: user is invalid.",
        "10:35 both: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:35 UTC (2026-11-03).",
        "10:45 both: plex is UP again | Recovered. Was down 10 min (10:35-10:45 UTC).",
    ])
}

pub async fn the_phone_does_not_answer() -> Vec<Letter> {
    let mut home = Home::new(Way::Port).await;
    home.phone.fails(Some(down_for_now()));
    home.stop("plex").await;
    home.runs(6).await;
    home.phone.fails(None);
    home.runs(1).await;
    home.start("plex");
    home.runs(1).await;
    home.heard(&[
        "10:10 pager: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:10 UTC (2026-11-03).",
        "10:20 pager: a channel is broken | Messages do not get through to phone: Pushover answered \
         HTTP 500.",
        "10:40 phone: plex is DOWN | Plex is stopped; nginx returns 502. Since 10:10 UTC (2026-11-03).",
        "10:45 both: plex is UP again | Recovered. Was down 35 min (10:10-10:45 UTC).",
    ])
}

pub async fn three_apps_while_the_phone_does_not_answer() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.phone.fails(Some(down_for_now()));
    for app in ["plex", "sonarr", "wizarr"] {
        home.stop(app).await;
    }
    home.runs(2).await;
    for app in ["plex", "sonarr"] {
        home.start(app);
    }
    home.runs(1).await;
    home.phone.fails(None);
    home.start("wizarr");
    home.runs(1).await;
    home.heard(&[
        "10:10 pager: plex, wizarr and sonarr are DOWN | Plex is stopped; nginx returns 502. Wizarr is \
         stopped; nginx returns 502. Sonarr is stopped; nginx returns 502. Since 10:10 UTC \
         (2026-11-03).",
        "10:20 pager: plex and sonarr are UP again | Was down 10 min (10:10-10:20 UTC): plex, sonarr.",
        "10:20 pager: a channel is broken | Messages do not get through to phone: Pushover answered \
         HTTP 500.",
        "10:25 pager: wizarr is UP again | Recovered. Was down 15 min (10:10-10:25 UTC).",
        "10:25 phone: plex, sonarr and wizarr were DOWN and are UP again | Was down 10 min (10:10-10:20 \
         UTC): plex, sonarr. Was down 15 min (10:10-10:25 UTC): wizarr. Could not tell you earlier: \
         Pushover answered HTTP 500.",
    ])
}

pub async fn no_power_and_no_channel() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.phone.fails(Some(down_for_now()));
    home.pager.fails(Some(down_for_now()));
    home.power(false).await;
    home.runs(4).await;
    home.power(true).await;
    home.runs(2).await;
    home.phone.fails(None);
    home.pager.fails(None);
    home.runs(3).await;
    home.heard(&[
        "10:40 both: home was DOWN and is back: 9 apps | Was down 20 min (10:10-10:30 UTC): your home \
         is offline (Cloudflare: tunnel not connected). Could not tell you earlier: Pushover \
         answered HTTP 500. Up again: plex, overseerr, wizarr, uptime-kuma, sonarr, radarr, bazarr, \
         prowlarr, qbittorrent.",
    ])
}

pub async fn no_power_and_a_channel_that_comes_back_before() -> Vec<Letter> {
    let mut home = Home::new(Way::Tunnel).await;
    home.phone.fails(Some(down_for_now()));
    home.power(false).await;
    home.runs(2).await;
    home.phone.fails(None);
    home.runs(2).await;
    home.power(true).await;
    home.runs(2).await;
    home.heard(&[
        "10:10 pager: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:10 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:20 phone: home is DOWN: 9 apps | Your home is offline (Cloudflare: tunnel not \
         connected): power, line or host. Since 10:10 UTC (2026-11-03). Down: plex, overseerr, wizarr, \
         uptime-kuma, sonarr, radarr, bazarr, prowlarr, qbittorrent.",
        "10:30 both: home is back after 20 min | Up again: plex, overseerr, wizarr, uptime-kuma, \
         sonarr, radarr, bazarr, prowlarr, qbittorrent.",
    ])
}
