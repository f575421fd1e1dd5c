//! Carries over the results of runs that could not read the state, once it can be read again: what they sent, and what
//! they still have to send.

use std::collections::BTreeSet;

use crate::contract::notification::{Notification, NotificationKind, add_down, add_up};
use crate::contract::state::{LastNotified, State, Status, TargetState};

/// Carry over the results of runs that could not read the state: otherwise their notifications would be sent again, and
/// a recovery might never be sent. `remembered`: their state.
pub(super) fn carry_over(state: &mut State, remembered: State) {
    state.monitor.not_before.extend(remembered.monitor.not_before);
    for mut target in remembered.targets {
        let queued: Vec<Notification> =
            remembered.outbox.iter().filter(|one| one.target() == target.name).cloned().collect();
        if target.notified.is_empty() && queued.is_empty() {
            continue;
        }
        let known = state.targets.iter().position(|known| known.name == target.name);
        let known = known.map(|at| state.targets.remove(at)).unwrap_or_default();
        target.seq = target.seq.wrapping_add(known.seq);
        if known.check == target.check {
            target.notified = known.notified.into_iter().chain(target.notified).collect();
            // What was notified before is not notified again.
            for (key, warning) in known.warnings {
                if warning.active || !target.warnings.contains_key(&key) {
                    target.warnings.insert(key, warning);
                }
            }
        } else {
            state.outbox.retain(|one| one.target() != target.name);
        }
        target.domain = known.domain.or(target.domain);
        // Runs without the state did not count for the history.
        (target.tally, target.closed, target.recent) = (known.tally, known.closed, known.recent);
        (target.events, target.closed_events) = (known.events, known.closed_events);
        let channels: BTreeSet<String> = target
            .notified
            .keys()
            .cloned()
            .chain(queued.iter().map(|one| one.channel().to_owned()))
            .collect();
        for channel in channels {
            let queued = queued.iter().filter(|one| one.channel() == channel).cloned().collect();
            append(&mut state.outbox, queued, &mut target, &channel);
        }
        state.targets.push(target);
    }
}

/// Append to the outbox from the store. If the last notification would then be wrong, the right one follows, and says
/// that it may be a repeat.
fn append(
    outbox: &mut Vec<Notification>,
    queued: Vec<Notification>,
    target: &mut TargetState,
    channel: &str,
) {
    let (name, mut seq) = (target.name.clone(), target.seq);
    // Ids that were assigned without the state may have been used before.
    let mut next = |notification: Notification| {
        seq = seq.wrapping_add(1);
        Notification { id: Notification::id(&name, seq, channel), unread: true, ..notification }
    };
    let is_own =
        |one: &Notification| one.kind.is_status() && one.target() == target.name && one.channel() == channel;
    let last = |outbox: &[Notification]| outbox.iter().rfind(|one| is_own(one)).map(|one| one.kind);
    let down_was_notified = target.notified.get(channel) == Some(&LastNotified::Down);
    // A DOWN in the store is most likely about the same outage.
    let ends = queued.first().is_some_and(|one| one.kind == NotificationKind::Up);
    if (down_was_notified || ends)
        && let Some(at) = outbox.iter().rposition(is_own)
        && outbox[at].kind == NotificationKind::Down
    {
        outbox.remove(at);
    }
    for one in queued {
        if one.kind != NotificationKind::Down || last(outbox) != Some(NotificationKind::Down) {
            outbox.push(next(one));
        }
    }
    match (last(outbox), target.status) {
        (Some(NotificationKind::Up | NotificationKind::WasDown), Status::Down) if down_was_notified => {
            let (why, cause) = (target.why.clone(), target.cause);
            let down = Notification::new(NotificationKind::Down, target.since);
            add_down(outbox, next(Notification { why, cause, ..down }));
        }
        (Some(NotificationKind::Down), Status::Up) => {
            let up = Notification::new(NotificationKind::Up, target.since);
            add_up(outbox, next(Notification { until: Some(target.since), ..up }), false);
        }
        _ => {}
    }
    target.seq = seq;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::history::{Class, Event, EventKind, EventList};
    use crate::contract::state::{DomainState, Tally, Warning};

    #[test]
    fn warnings_and_domains_that_were_notified_before_are_kept() {
        let warning = |active| Warning { active, ..Warning::default() };
        let target = |warnings: &[(&str, bool)], warned| TargetState {
            name: "app".to_owned(),
            notified: [("tok".to_owned(), LastNotified::Up)].into(),
            warnings: warnings.iter().map(|(key, active)| ((*key).to_owned(), warning(*active))).collect(),
            domain: Some(DomainState { warned, ..DomainState::default() }),
            ..TargetState::default()
        };
        let with = |target| State { targets: vec![target], ..State::default() };
        let mut state = with(target(&[("a", true), ("b", true), ("c", false), ("d", false)], Some(14)));
        carry_over(&mut state, with(target(&[("a", false), ("c", true), ("e", true)], None)));
        let merged = &state.targets[0];
        let active: Vec<(&str, bool)> =
            merged.warnings.iter().map(|(key, warning)| (key.as_str(), warning.active)).collect();
        assert_eq!(active, [("a", true), ("b", true), ("c", true), ("d", false), ("e", true)]);
        assert_eq!(merged.domain.as_ref().unwrap().warned, Some(14));
    }

    #[test]
    fn what_was_counted_before_is_kept() {
        let down = Tally::new(500_000, Class::Down, 3);
        let known = TargetState {
            name: "app".to_owned(),
            tally: Some(down),
            closed: Some(down),
            recent: vec![1],
            events: EventList(vec![outage()]),
            closed_events: EventList(vec![outage(), outage()]),
            ..TargetState::default()
        };
        let remembered = TargetState {
            name: "app".to_owned(),
            notified: [("tok".to_owned(), LastNotified::Down)].into(),
            ..TargetState::default()
        };
        let with = |target| State { targets: vec![target], ..State::default() };
        let mut state = with(known.clone());
        carry_over(&mut state, with(remembered.clone()));
        assert_eq!(state.targets, [TargetState { notified: remembered.notified, ..known }]);
    }

    fn outage() -> Event {
        Event { kind: EventKind::Outage, begin: 1, end: 2, cause: None }
    }
}
