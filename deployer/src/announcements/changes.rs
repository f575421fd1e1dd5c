//! What can be done with announcements.

use plexmon_function::contract::announcement::{Announcement, Announcements};

use crate::error::{Error, Result};

/// End the current announcements, and remove the planned ones: nobody has seen them take effect.
pub fn clear(all: &Announcements, now: u64) -> Announcements {
    let mut cleared = all.clone();
    cleared.announcements.retain(|one| one.from <= now);
    for one in &mut cleared.announcements {
        one.until = one.until.min(now);
    }
    cleared
}

/// Add an announcement, with a new id. Those that have ended make room for it.
pub fn add(all: &Announcements, new: Announcement, now: u64) -> Result<Announcements> {
    let mut all = all.clone();
    let id = free_id(&all, new.id);
    all.announcements.push(Announcement { id, ..new });
    fitting(all, now)
}

/// Remove those that have ended until all have room in the parameter; an error if the others have none.
pub(super) fn fitting(mut all: Announcements, now: u64) -> Result<Announcements> {
    loop {
        let mut stored = all.clone();
        stored.encode();
        if stored == all {
            return Ok(all);
        }
        let ended = all.announcements.iter().position(|one| one.until <= now);
        let Some(ended) = ended else { return Err(no_room(all.announcements.len() - 1)) };
        all.announcements.remove(ended);
    }
}

fn no_room(others: usize) -> Error {
    let error = Error::new("there is no room for this announcement");
    match others {
        0 => error
            .cause("all announcements together have room for 4 KB, in which symbols count up to four bytes")
            .hint("write a shorter text"),
        _ => error
            .cause(format!("all announcements together have room for 4 KB, and there are {others} others"))
            .hint("write a shorter text, or end the others with --clear"),
    }
}

/// Return this id, or the next one after all others: ids are part of the feed, and never used twice.
pub(super) fn free_id(all: &Announcements, id: u64) -> u64 {
    let last = all.announcements.iter().map(|one| one.id).max();
    last.map_or(id, |last| id.max(last + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000;

    fn announcement(text: &str, from: u64, until: u64) -> Announcement {
        Announcement { id: NOW, text: text.to_owned(), made: NOW, from, until }
    }

    fn texts(all: &Announcements) -> Vec<&str> {
        all.announcements.iter().map(|one| one.text.as_str()).collect()
    }

    #[test]
    fn every_announcement_gets_an_id_of_its_own() {
        let mut all = Announcements::new("home");
        for text in ["a", "b", "c"] {
            all = add(&all, announcement(text, NOW, NOW + 60), NOW).unwrap();
        }
        let ids: Vec<u64> = all.announcements.iter().map(|one| one.id).collect();
        assert_eq!(ids, [NOW, NOW + 1, NOW + 2]);
    }

    #[test]
    fn clearing_ends_what_applies_and_removes_what_is_planned() {
        let mut all = Announcements::new("home");
        let list = [("over", NOW - 9, NOW - 5), ("current", NOW - 9, NOW + 9), ("planned", NOW + 1, NOW + 9)];
        for (text, from, until) in list {
            all = add(&all, announcement(text, from, until), NOW).unwrap();
        }
        let cleared = clear(&all, NOW);
        let ends: Vec<u64> = cleared.announcements.iter().map(|one| one.until).collect();
        assert_eq!((texts(&cleared), ends), (vec!["over", "current"], vec![NOW - 5, NOW]));
    }

    #[test]
    fn only_what_has_ended_makes_room() {
        let long = "x".repeat(1000);
        let mut all = Announcements::new("home");
        all = add(&all, announcement(&format!("a{long}"), NOW, NOW + 60), NOW).unwrap();
        all = add(&all, announcement(&format!("b{long}"), NOW - 9, NOW), NOW).unwrap();
        for text in ["c", "d"] {
            all = add(&all, announcement(&format!("{text}{long}"), NOW, NOW + 60), NOW).unwrap();
        }
        let first: Vec<&str> = texts(&all).into_iter().map(|text| &text[..1]).collect();
        assert_eq!(first, ["a", "c", "d"]);
        let refused = add(&all, announcement(&long, NOW, NOW + 60), NOW).unwrap_err();
        assert!(refused.causes()[0].ends_with("there are 3 others"), "{refused}");
        let wide = "\u{1f6e0}".repeat(1000);
        let refused = add(&Announcements::new("home"), announcement(&wide, NOW, NOW + 60), NOW).unwrap_err();
        assert_eq!(refused.hint_text(), Some("write a shorter text"));
    }
}
