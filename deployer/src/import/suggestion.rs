//! Settings by which some apps say more about themselves, suggested as comments below their targets.

use crate::config::preset::Preset;

/// Apps that report the free space of their disks, which they usually share.
const DISK: &[&str] = &["sonarr", "radarr", "lidarr", "readarr", "whisparr"];
const BACKUP: &[&str] = &["kopia"];
const INSIDE: &[&str] = &["uptime-kuma"];
const LIBRARIES: &[&str] = &["plex"];

/// The column at which the comments about settings begin.
const COMMENT_COLUMN: usize = 40;

/// Suggests each kind of setting once, for the first app that has it.
#[derive(Default)]
pub struct Suggestions {
    made: Vec<&'static [&'static str]>,
}

impl Suggestions {
    /// Return commented lines for this app, if it is the first of its group.
    pub fn of(&mut self, preset: &Preset) -> String {
        let groups = [DISK, BACKUP, INSIDE, LIBRARIES];
        let Some(group) = groups.into_iter().find(|group| group.contains(&preset.kind)) else {
            return String::new();
        };
        if self.made.contains(&group) {
            return String::new();
        }
        self.made.push(group);
        let secret = |key: &str, suffix: &str| {
            format!("{key} = {{ env = \"{}_{suffix}\" }}", preset.kind.to_uppercase())
        };
        let lines = match group {
            DISK => vec![
                ("disk_free_min = \"50 GB\"".to_owned(), "warn when less is free on its disk"),
                (secret("api_key", "API_KEY"), "in Settings > General"),
            ],
            BACKUP => vec![
                ("backup_max_age = \"26h\"".to_owned(), "warn when the last backup is older"),
                ("user = \"server-control\"".to_owned(), "the user of its control API"),
                (secret("password", "PASSWORD"), ""),
            ],
            INSIDE => {
                vec![("inner = \"home\"".to_owned(), "warn when a monitor on its page /status/home is down")]
            }
            _ => vec![(secret("token", "TOKEN"), "down if its libraries do not answer, too")],
        };
        lines.iter().map(|(setting, meaning)| commented(setting, meaning)).collect()
    }
}

/// Return a setting as a comment, with its meaning.
fn commented(setting: &str, meaning: &str) -> String {
    let setting = format!("# {setting}");
    let line = if meaning.is_empty() {
        setting
    } else {
        format!("{setting:width$} # {meaning}", width = COMMENT_COLUMN - 2)
    };
    format!("{line}\n")
}
