//! Scenarios: AWS is going to close the account of the monitor.

use plexmon_function::contract::request::Request;

use super::inbox::Sent;
use super::{Home, Route};

/// 2027-01-15, when the account is closed.
const CLOSES: u64 = 1_799_971_200;
const DAY_S: u64 = 24 * 60 * 60;

const ADVICE: &str = "Unless you upgrade it, AWS closes the account, and nothing is monitored any more. Upgrade it in the AWS \
                      console under Billing and Cost Management: within the always-free allowances, nothing is charged. \
                      Then run `plexmon-deploy up`, which ends these warnings.";

const TITLE: &str = "Upgrade the AWS account to keep plexmon running";

/// The expected message, in which the plan ends like this.
fn warning(at: &str, ends: &str) -> String {
    format!("{at} phone: {TITLE} | The free plan of this AWS account {ends}. {ADVICE}")
}

async fn home() -> Home {
    Home::with(Route::Port, |settings| settings.account_closes = Some(CLOSES)).await
}

/// Run twice at this time.
async fn at(home: &mut Home, time: u64) {
    home.now = time;
    home.runs(2).await;
}

pub async fn the_free_plan_ends() -> Vec<Sent> {
    let mut home = home().await;
    for days in [31, 30, 29, 8, 7, 2, 1] {
        at(&mut home, CLOSES - days * DAY_S).await;
    }
    for days in [0, 1, 2] {
        at(&mut home, CLOSES + days * DAY_S).await;
    }
    let expected = [
        warning("00:00", "ends in 30 d, on 2027-01-15"),
        warning("00:00", "ends in 7 d, on 2027-01-15"),
        warning("00:00", "ends in 1 d, on 2027-01-15"),
        warning("00:00", "ends today, on 2027-01-15"),
    ];
    home.assert_sent(&expected.each_ref().map(String::as_str))
}

pub async fn the_monitor_starts_shortly_before_the_end() -> Vec<Sent> {
    let mut home = Home::unchecked(Route::Port, |settings| settings.account_closes = Some(CLOSES)).await;
    at(&mut home, CLOSES - 5 * DAY_S).await;
    at(&mut home, CLOSES - 2 * DAY_S).await;
    let started = "00:00 both: Monitoring started: 9 apps, all up | Up: Plex, Overseerr, Wizarr, Uptime Kuma, Sonarr, Radarr, \
                   Bazarr, Prowlarr, qBittorrent. You will be notified of changes.";
    home.assert_sent(&[started, &warning("00:00", "ends in 5 d, on 2027-01-15")])
}

pub async fn the_warning_waits_for_the_end_of_a_pause() -> Vec<Sent> {
    let mut home = home().await;
    at(&mut home, CLOSES - 20 * DAY_S).await;
    home.now = CLOSES - 8 * DAY_S;
    home.run_for(Request::Pause(CLOSES - 4 * DAY_S)).await;
    at(&mut home, CLOSES - 7 * DAY_S).await;
    at(&mut home, CLOSES - 5 * DAY_S).await;
    at(&mut home, CLOSES - 4 * DAY_S).await;
    let expected =
        [warning("00:00", "ends in 20 d, on 2027-01-15"), warning("00:00", "ends in 4 d, on 2027-01-15")];
    home.assert_sent(&expected.each_ref().map(String::as_str))
}
