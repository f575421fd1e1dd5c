//! Two changes that were made at the same time, as one.

use plexmon_function::contract::announcement::{Announcement, Announcements};

use super::changes::free_id;

/// Return `theirs` with what `ours` has changed since `base`.
pub(super) fn merge(base: &Announcements, ours: &Announcements, theirs: Announcements) -> Announcements {
    let mut merged = theirs;
    for before in &base.announcements {
        match find(ours, before.id) {
            None => merged.announcements.retain(|one| one.id != before.id),
            Some(changed) if changed != before => {
                let same = merged.announcements.iter_mut().find(|one| one.id == before.id);
                same.into_iter().for_each(|one| one.clone_from(changed));
            }
            Some(_) => {}
        }
    }
    let added = ours.announcements.iter().filter(|one| find(base, one.id).is_none());
    for one in added.filter(|one| !merged.announcements.contains(one)).cloned().collect::<Vec<_>>() {
        let is_taken = find(&merged, one.id).is_some();
        let id = if is_taken { free_id(&merged, one.id) } else { one.id };
        merged.announcements.push(Announcement { id, ..one });
    }
    merged
}

fn find(all: &Announcements, id: u64) -> Option<&Announcement> {
    all.announcements.iter().find(|one| one.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Announcements with these ids, texts and ends.
    fn all(list: &[(u64, &str, u64)]) -> Announcements {
        let one = |&(id, text, until): &(u64, &str, u64)| Announcement {
            id,
            text: text.to_owned(),
            made: 1,
            from: 1,
            until,
        };
        Announcements { announcements: list.iter().map(one).collect(), ..Announcements::new("home") }
    }

    #[test]
    fn two_additions_are_both_kept() {
        let base = all(&[(1, "a", 9)]);
        let ours = all(&[(1, "a", 9), (2, "ours", 9)]);
        let theirs = all(&[(1, "a", 9), (3, "theirs", 9)]);
        assert_eq!(merge(&base, &ours, theirs), all(&[(1, "a", 9), (3, "theirs", 9), (2, "ours", 9)]));
    }

    #[test]
    fn two_additions_with_the_same_id_get_different_ones() {
        let merged = merge(&all(&[]), &all(&[(7, "ours", 9)]), all(&[(7, "theirs", 9)]));
        assert_eq!(merged, all(&[(7, "theirs", 9), (8, "ours", 9)]));
    }

    #[test]
    fn ends_and_removals_are_kept_and_later_additions_are_not_ended() {
        let base = all(&[(1, "current", 9), (2, "planned", 9)]);
        let cleared = all(&[(1, "current", 5)]);
        let added = all(&[(1, "current", 9), (2, "planned", 9), (3, "new", 9)]);
        let expected = all(&[(1, "current", 5), (3, "new", 9)]);
        assert_eq!(merge(&base, &cleared, added.clone()), expected);
        assert_eq!(merge(&base, &added, cleared), expected);
    }

    #[test]
    fn what_was_merged_before_is_not_added_twice() {
        let ours = all(&[(1, "ours", 9)]);
        assert_eq!(merge(&all(&[]), &ours, ours.clone()), ours);
    }
}
