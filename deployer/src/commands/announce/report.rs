//! What is announced, as text or JSON.

use plexmon_function::contract::announcement::{Announcement, Announcements};
use plexmon_function::contract::reply::ChannelReply;
use plexmon_function::contract::settings::Clock;
use plexmon_function::local_time;
use serde::Serialize;

/// The current and the planned announcements.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    announcements: Vec<Notice>,
    /// How each delivery went, with `--notify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) channels: Option<Vec<ChannelReply>>,
    #[serde(skip)]
    clock: Clock,
}

/// One announcement. Times are Unix seconds.
#[derive(Debug, Serialize)]
struct Notice {
    status: Status,
    #[serde(flatten)]
    announcement: Announcement,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Current,
    Planned,
}

impl Report {
    pub(super) fn new(all: &Announcements, now: u64, clock: Clock) -> Self {
        let relevant = all.announcements.iter().filter(|one| one.until > now);
        let mut announcements: Vec<Notice> = relevant
            .map(|one| Notice {
                status: if one.from <= now { Status::Current } else { Status::Planned },
                announcement: one.clone(),
            })
            .collect();
        announcements.sort_by_key(|one| (one.status, one.announcement.from, one.announcement.id));
        Self { announcements, channels: None, clock }
    }

    pub(super) fn text(&self) -> String {
        if self.announcements.is_empty() {
            return "nothing is announced".to_owned();
        }
        let lines: Vec<String> = self.announcements.iter().map(|notice| self.line(notice)).collect();
        lines.join("\n")
    }

    fn line(&self, Notice { status, announcement }: &Notice) -> String {
        let until = self.moment(announcement.until);
        let when = match status {
            Status::Current => format!("shown until {until}"),
            Status::Planned => format!("planned from {} until {until}", self.moment(announcement.from)),
        };
        // A later release may store what this one would refuse.
        let clean: String =
            announcement.text.chars().filter(|letter| *letter == '\n' || !letter.is_control()).collect();
        format!("{when}:\n  {}", clean.replace('\n', "\n  "))
    }

    fn moment(&self, at: u64) -> String {
        format!("{} {}", local_time::date(at, &self.clock), local_time::clock(at, &self.clock))
    }
}
