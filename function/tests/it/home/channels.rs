//! Scenarios: channels that fail or refuse messages.

use plexmon_function::contract::delivery::Delivery;

use super::inbox::Sent;
use super::{Home, Route, down_for_now};

pub async fn the_phone_refuses() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
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
    home.assert_sent(&[
        "10:10 pager: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:10 UTC (2026-11-03).",
        "10:10 pager: A notification channel is failing | Notifications through phone are not delivered: \
         Pushover answered HTTP 400: user is invalid.",
        "10:25 pager: Plex RECOVERED after 15 min | Down 15 min (10:10-10:25 UTC).",
        "10:35 phone: Plex was DOWN for 15 min and RECOVERED | Down 15 min (10:10-10:25 UTC): Plex is \
         stopped; nginx returns 502. Notification delayed: Pushover answered HTTP 400: user is invalid.",
        "10:35 both: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:35 UTC (2026-11-03).",
        "10:45 both: Plex RECOVERED after 10 min | Down 10 min (10:35-10:45 UTC). The second outage in 7 days.",
    ])
}

pub async fn the_phones_service_fails() -> Vec<Sent> {
    let mut home = Home::new(Route::Port).await;
    home.phone.fails(Some(down_for_now()));
    home.stop("plex").await;
    home.runs(6).await;
    home.phone.fails(None);
    home.runs(1).await;
    home.start("plex");
    home.runs(1).await;
    home.assert_sent(&[
        "10:10 pager: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:10 UTC (2026-11-03).",
        "10:20 pager: A notification channel is failing | Notifications through phone are not delivered: \
         Pushover answered HTTP 500.",
        "10:40 phone: Plex is DOWN | Plex is stopped; nginx returns 502. Down since 10:10 UTC (2026-11-03).",
        "10:45 both: Plex RECOVERED after 35 min | Down 35 min (10:10-10:45 UTC).",
    ])
}

pub async fn three_apps_while_the_phones_service_fails() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
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
    home.assert_sent(&[
        "10:10 pager: Plex, Wizarr and Sonarr are DOWN | Plex is stopped; nginx returns 502. Wizarr is \
         stopped; nginx returns 502. Sonarr is stopped; nginx returns 502. Down since 10:10 UTC \
         (2026-11-03).",
        "10:20 pager: Plex and Sonarr RECOVERED after 10 min | Down 10 min (10:10-10:20 UTC): Plex, Sonarr.",
        "10:20 pager: A notification channel is failing | Notifications through phone are not delivered: \
         Pushover answered HTTP 500.",
        "10:25 pager: Wizarr RECOVERED after 15 min | Down 15 min (10:10-10:25 UTC).",
        "10:25 phone: Plex, Sonarr and Wizarr were DOWN and RECOVERED | Down 10 min (10:10-10:20 UTC): Plex, \
         Sonarr. Down 15 min (10:10-10:25 UTC): Wizarr. Notification delayed: Pushover answered HTTP 500.",
    ])
}

pub async fn power_cut_while_all_channels_fail() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    home.phone.fails(Some(down_for_now()));
    home.pager.fails(Some(down_for_now()));
    home.power(false).await;
    home.runs(4).await;
    home.power(true).await;
    home.runs(2).await;
    home.phone.fails(None);
    home.pager.fails(None);
    home.runs(3).await;
    home.assert_sent(&[
        "10:40 both: Home was DOWN for 20 min and RECOVERED (9 apps) | Down 20 min (10:10-10:30 UTC): your \
         home is offline (Cloudflare: tunnel not connected). Notification delayed: Pushover answered HTTP \
         500. Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
    ])
}

pub async fn power_cut_while_a_channel_fails_at_first() -> Vec<Sent> {
    let mut home = Home::new(Route::Tunnel).await;
    home.phone.fails(Some(down_for_now()));
    home.power(false).await;
    home.runs(2).await;
    home.phone.fails(None);
    home.runs(2).await;
    home.power(true).await;
    home.runs(2).await;
    home.assert_sent(&[
        "10:10 pager: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:10 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:20 phone: Home is DOWN (9 apps) | The Cloudflare tunnel is not connected: check power, internet \
         connection and host. Down since 10:10 UTC (2026-11-03): Plex, Overseerr, Wizarr, Uptime Kuma, \
         Sonarr, Radarr, Bazarr, Prowlarr, qBittorrent.",
        "10:30 both: Home RECOVERED after 20 min | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
         Bazarr, Prowlarr, qBittorrent.",
    ])
}
