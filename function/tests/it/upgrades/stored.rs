//! The names in the stored state: every field that the first release wrote is read, and this release writes the same
//! names.

use std::collections::BTreeMap;

use plexmon_function::contract::notification::{Notification, NotificationKind, NotificationScope};
use plexmon_function::contract::state::{
    LastNotified, Lease, MonitorState, State, Status, Streak, Suppressed, TargetState,
};
use plexmon_function::probe::Cause;

/// A state of the first release in which every field is used, as it wrote it.
const FIRST_RELEASE: &str = concat!(
    r#"{"status":"down","ts":1793700300,"version":1,"deployment":"plex-remote-health","parts":2,"#,
    r#""paused_until":1793707500,"monitor":{"seq":4,"blind_since":1793700000,"blind_told":true,"broken":["mail"]},"#,
    r#""targets":[{"name":"plex","check":"8eb3f458","status":"down","since":1793700300,"seq":2,"#,
    r#""why":"HTTP 502 instead of 200 (HTTP)","cause":"condition","#,
    r#""told":{"mail":{"failed":"no answer"},"phone":"up","pushover":"down"},"#,
    r#""doubt":{"since":1793700100,"runs":1},"unseen":{"since":1793700101,"runs":2},"#,
    r#""slow":{"since":1793700102,"runs":3},"scope":"site","held":{"status":"up","since":1793600000},"#,
    r#""flips":{"since":1793700103,"runs":4},"flapping":true,"reminded":1793700200,"certificate":14,"#,
    r#""identity":"1a5b77d0","app_version":"1.41"}],"#,
    r#""outbox":[{"id":"plex:2:pushover","kind":"was_down","from":1793700000,"until":1793700300,"times":3,"#,
    r#""first":true,"unread":true,"tries":5,"scope":"group","why":"refused","error":"HTTP 500"}]}"#
);

fn streak(since: u64, runs: u32) -> Option<Streak> {
    Some(Streak { since, runs })
}

fn first_release() -> State {
    State {
        status: Status::Down,
        ts: 1_793_700_300,
        version: 1,
        deployment: "plex-remote-health".to_owned(),
        parts: 2,
        paused_until: Some(1_793_707_500),
        monitor: MonitorState {
            seq: 4,
            offline_since: Some(1_793_700_000),
            offline_notified: true,
            broken: ["mail".to_owned()].into(),
            ..MonitorState::default()
        },
        targets: vec![TargetState {
            name: "plex".to_owned(),
            check: "8eb3f458".to_owned(),
            status: Status::Down,
            since: 1_793_700_300,
            seq: 2,
            why: Some("HTTP 502 instead of 200 (HTTP)".to_owned()),
            cause: Some(Cause::Condition),
            detail: None,
            notified: [
                ("mail".to_owned(), LastNotified::Failed("no answer".to_owned())),
                ("phone".to_owned(), LastNotified::Up),
                ("pushover".to_owned(), LastNotified::Down),
            ]
            .into(),
            pending: streak(1_793_700_100, 1),
            unknown: streak(1_793_700_101, 2),
            slow: streak(1_793_700_102, 3),
            warnings: BTreeMap::new(),
            domain: None,
            scope: Some(NotificationScope::Site),
            suppressed: Some(Suppressed { status: Status::Up, since: 1_793_600_000 }),
            changes: streak(1_793_700_103, 4),
            flapping: true,
            reminded: Some(1_793_700_200),
            certificate: Some(14),
            certificate_until: None,
            identity: Some("1a5b77d0".to_owned()),
            app_version: Some("1.41".to_owned()),
            ..TargetState::default()
        }],
        outbox: vec![Notification {
            id: "plex:2:pushover".to_owned(),
            until: Some(1_793_700_300),
            times: 3,
            first: true,
            unread: true,
            tries: 5,
            scope: Some(NotificationScope::Group),
            why: Some("refused".to_owned()),
            error: Some("HTTP 500".to_owned()),
            ..Notification::new(NotificationKind::WasDown, 1_793_700_000)
        }],
        ..State::default()
    }
}

#[test]
fn every_field_of_a_state_of_the_first_release_is_read() {
    assert_eq!(State::parse(FIRST_RELEASE).unwrap(), first_release());
}

#[test]
fn fields_are_written_under_the_names_of_the_first_release() {
    assert_eq!(first_release().encode().unwrap().text, FIRST_RELEASE);
}

#[test]
fn later_fields_do_not_change_earlier_ones() {
    let mut state = first_release();
    state.commanded = Some(1_793_700_301);
    state.tick = Some("01234567".to_owned());
    state.lease = Some(Lease { by: "environment".to_owned(), until: 1_793_700_330 });
    state.begin_at = 3;
    (state.monitor.account_closes, state.monitor.account_warned) = (Some(1_794_700_800), Some(7));
    state.targets[0].certificate_until = Some(1_794_000_000);
    let notification = &mut state.outbox[0];
    notification.unproven = true;
    (notification.sent, notification.next) = (2, Some(1_793_720_000));
    notification.cause = Some(Cause::Connect);
    let text = state.encode().unwrap().text;
    let expected = FIRST_RELEASE
        .replace(
            r#","monitor""#,
            r#","commanded":1793700301,"tick":"01234567","lease":{"by":"environment","until":1793700330},"begin_at":3,"monitor""#,
        )
        .replace(r#""broken":["mail"]"#, r#""broken":["mail"],"account_closes":1794700800,"account_warned":7"#)
        .replace(r#""certificate":14,"#, r#""certificate":14,"certificate_until":1794000000,"#)
        .replace(r#""unread":true,"#, r#""unread":true,"unproven":true,"sent":2,"next":1793720000,"#)
        .replace(r#""why":"refused","#, r#""why":"refused","cause":"connect","#);
    assert_eq!(text, expected);
    assert_eq!(State::parse(&text).unwrap(), state);
}

#[test]
fn kinds_and_causes_have_the_names_of_the_first_release() {
    let kinds = [
        (NotificationKind::Down, "down"),
        (NotificationKind::Up, "up"),
        (NotificationKind::WasDown, "was_down"),
        (NotificationKind::Reminder, "reminder"),
        (NotificationKind::Flapping, "flapping"),
        (NotificationKind::Unknown, "unseen"),
        (NotificationKind::Known, "seen"),
        (NotificationKind::Slow, "slow"),
        (NotificationKind::Fast, "fast"),
        (NotificationKind::Certificate, "certificate"),
        (NotificationKind::Identity, "identity"),
        (NotificationKind::Version, "version"),
        (NotificationKind::MonitorOffline, "blind"),
        (NotificationKind::MonitorOnline, "sighted"),
        (NotificationKind::Channel, "channel"),
    ];
    for (kind, name) in kinds {
        let name = format!("\"{name}\"");
        assert_eq!(serde_json::to_string(&kind).unwrap(), name);
        assert_eq!(serde_json::from_str::<NotificationKind>(&name).unwrap(), kind);
        assert!(serde_json::from_str::<super::first_release::NotificationKind>(&name).is_ok(), "{name}");
    }
    assert_eq!(serde_json::to_string(&Cause::MonitorOffline).unwrap(), "\"blind\"");
}
