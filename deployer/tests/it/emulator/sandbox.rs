//! The sandbox as a new user runs it: the story in order, and nothing left behind.

mod code;

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::support::{Deploy, bootstrap, cache, cargo_environment, emulator, snapshot, until};

/// A user with a new home and cache. The emulator is already installed.
struct Newcomer {
    home: TempDir,
    cache: TempDir,
}

impl Newcomer {
    fn new() -> Self {
        emulator(); // Installed, from now on.
        let newcomer = Self { home: tempfile::tempdir().unwrap(), cache: tempfile::tempdir().unwrap() };
        std::fs::create_dir(newcomer.plexmon()).unwrap();
        for entry in std::fs::read_dir(cache().join("plexmon")).unwrap() {
            let entry = entry.unwrap();
            if entry.file_name().to_string_lossy().starts_with("emulator-") {
                std::os::unix::fs::symlink(entry.path(), newcomer.plexmon().join(entry.file_name())).unwrap();
            }
        }
        newcomer
    }

    fn plexmon(&self) -> PathBuf {
        self.cache.path().join("plexmon")
    }

    fn sandbox(&self, args: &[&str]) -> Deploy {
        let deploy = Deploy::new(self.home.path()).args(["sandbox"]).args(args);
        deploy.env("XDG_CACHE_HOME", self.cache.path()).env("TMPDIR", self.home.path())
    }

    /// With the function that is built once for all tests.
    fn built(&self, args: &[&str]) -> Deploy {
        self.sandbox(args).args([Path::new("--bootstrap"), bootstrap()])
    }

    /// Neither processes nor files are left, except for the installation.
    #[track_caller]
    fn nothing_is_left(&self) {
        until("all its processes have ended", || processes(self.cache.path()) == 0);
        until("the emulator's files are deleted", || {
            files(&self.plexmon()).iter().all(|name| is_installation(name))
        });
        assert_eq!(files(self.home.path()), [""; 0]);
        assert_eq!(files(self.cache.path()), ["plexmon"]);
    }
}

fn is_installation(name: &str) -> bool {
    name == "install.lock" || (name.starts_with("emulator-") && name.len() == "emulator-".len() + 12)
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Count the processes whose command line or environment mentions `folder`.
fn processes(folder: &Path) -> usize {
    let folder = folder.to_str().unwrap().as_bytes();
    let mentions = |path: PathBuf| {
        let text = std::fs::read(path).unwrap_or_default();
        text.windows(folder.len()).any(|window| window == folder)
    };
    let all = std::fs::read_dir("/proc").unwrap().filter_map(|entry| Some(entry.ok()?.path()));
    all.filter(|process| mentions(process.join("cmdline")) || mentions(process.join("environ"))).count()
}

#[test]
#[expect(clippy::too_many_lines, reason = "the story is one snapshot")]
fn the_story_runs_in_order_and_leaves_nothing_behind() {
    let newcomer = Newcomer::new();
    let mut sandbox = newcomer.sandbox(&["--release"]);
    for (name, value) in cargo_environment() {
        sandbox = sandbox.env(name, value);
    }
    let story = sandbox.run().ended(0);
    assert!(!story.stderr.contains("warning:"), "{}", story.stderr);
    snapshot!(without_past(&story.stdout), @"

    1. Deploy. This is `plexmon-deploy up`, as it would run against AWS:
      + create role         plex-remote-health-role
      + create role         plex-remote-health-page-role
      + create log group    /aws/lambda/plex-remote-health
      + create parameter    /homelab/plex_remote_status
      + create secret       /homelab/plex_remote_status_secrets
      + create parameter    /homelab/plex_remote_status_history
      + create parameter    /homelab/plex_remote_status_announcements
      + create log group    /aws/lambda/plex-remote-health-page
      + create function     plex-remote-health
      + create function     plex-remote-health-page
      + create schedule     plex-remote-health-schedule
      + create function URL plex-remote-health-page
    12 to create, 0 to update, 0 to delete
    [COST]
    the status page is new: anyone who finds its address can see 1 app
      plex
    seen from AWS:
      plex is up (HTTP 200, [TIME])
      pushover delivered: plex is up
    status page:
    http://127.0.0.1:[PORT]/_aws/lambda-url/[ID]/
      phone: Monitoring started: Plex is up: You will be notified when it goes down and when it recovers.

    2. Deploy again. Nothing has changed, so nothing is written:
    nothing to do: AWS matches the configuration
    [COST]

    3. `plexmon-deploy status`:
    plex-remote-health in account 000000000000, region us-east-1
      deployed    yes, as configured
      code        built from the sources of this program
        zip       [SHA256]
      schedule    rate(5 minutes)
      last check  [TIME] ago
      page        http://127.0.0.1:[PORT]/_aws/lambda-url/[ID]/
      plex        up since [DATE]
        [PAST]
        [PAST]

    4. Plex fails: the reverse proxy now returns 502. The next check detects it:
    seen from AWS:
      plex is down: Plex is stopped; the proxy returns 502
        the proxy works, but the app behind it does not respond correctly: check that it is running
      pushover delivered: plex is DOWN
      phone: Plex is DOWN (urgent): Plex is stopped; the proxy returns 502. Down since [DATE].

    5. Plex is still down at the next check. There is no second notification:
    seen from AWS:
      plex is down: Plex is stopped; the proxy returns 502
        the proxy works, but the app behind it does not respond correctly: check that it is running
      (nothing arrives on the phone)

    6. Plex is repaired:
    seen from AWS:
      plex is up (HTTP 200, [TIME])
      pushover delivered: plex RECOVERED
      phone: Plex RECOVERED after [TIME]: Down [TIME] ([DATES]).

    7. The status page, which reads the results at most every ten seconds:
      page: plex is working
      page: plex: up, [PERCENT] % of 90 days

    8. Remove. This is `plexmon-deploy down`:
      - delete function URL plex-remote-health-page
      - delete schedule     plex-remote-health-schedule
      - delete function     plex-remote-health
      - delete role         plex-remote-health-role
      - delete function     plex-remote-health-page
      - delete log group    /aws/lambda/plex-remote-health
      - delete log group    /aws/lambda/plex-remote-health-page
      - delete secret       /homelab/plex_remote_status_secrets
      - delete parameter    /homelab/plex_remote_status_history
      - delete parameter    /homelab/plex_remote_status_announcements
      - delete role         plex-remote-health-page-role
      - delete parameter    /homelab/plex_remote_status
    0 to create, 0 to update, 12 to delete
    12 resources deleted; checked again: nothing of plex-remote-health is left

    Done in [TIME]: deployed, monitored, notified, removed. The emulator has been stopped; nothing is left running.
    ");
    newcomer.nothing_is_left();
}

/// The made-up history ends now, so its numbers depend on the day.
fn without_past(stdout: &str) -> String {
    let line = |line: &str| {
        let is_sparkline = line.starts_with("    ") && line.ends_with(" ms");
        let is_past = line.starts_with("    24 h ") || is_sparkline;
        match line.split_once(" % of 90 days") {
            Some((before, _)) => {
                let start = before.rfind(' ').unwrap_or_default();
                format!("{} [PERCENT] % of 90 days\n", &before[..start])
            }
            None if is_past => "    [PAST]\n".to_owned(),
            None => format!("{line}\n"),
        }
    };
    stdout.lines().map(line).collect()
}

#[test]
fn with_json_stdout_has_only_the_document() {
    let newcomer = Newcomer::new();
    let document = newcomer.built(&["--json"]).run().ended(0).json();
    let acts: Vec<&str> =
        document["acts"].as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect();
    assert_eq!(acts, ["deployed", "broken", "mended"]);
    for act in document["acts"].as_array().unwrap() {
        assert_eq!(act["told"].as_array().unwrap().len(), 1, "{document}");
    }
    assert!(document["seconds"].is_number());
    newcomer.nothing_is_left();
}

#[test]
fn ctrl_c_leaves_nothing_behind() {
    for act in ["1. Deploy", "4. Plex fails"] {
        let newcomer = Newcomer::new();
        let mut story = newcomer.built(&[]).start();
        story.read_until(act);
        assert!(processes(newcomer.cache.path()) >= 2, "the sandbox and its emulator");
        story.interrupt();
        let story = story.end().ended(130);
        assert!(story.stderr.contains("error: interrupted"), "{}", story.whole());
        newcomer.nothing_is_left();
    }
}

#[test]
fn with_keep_it_runs_until_ctrl_c() {
    let newcomer = Newcomer::new();
    let mut story = newcomer.built(&["--keep"]).start();
    story.read_until("Kept running");
    story.interrupt();
    story.end().ended(0);
    newcomer.nothing_is_left();
}

#[test]
fn killing_it_also_ends_the_emulator() {
    let newcomer = Newcomer::new();
    let mut story = newcomer.built(&[]).start();
    story.read_until("2. Deploy again");
    story.kill();
    until("all its processes have ended", || processes(newcomer.cache.path()) == 0);
    assert_eq!(files(newcomer.home.path()), [""; 0]);
}
