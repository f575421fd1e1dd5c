//! Color and width of what `check` and `plan` print, in pipes and on terminals.

use plexmon_deploy::sandbox::PlexStandIn;
use plexmon_deploy::stack::Stack;
use plexmon_deploy::text::{Details, Paint};
use tempfile::TempDir;

use crate::plan::deployment::{Deployment, Only as _};
use crate::support::{AwsStandIn, Deploy, runtime, snapshot};

const ESCAPE: char = '\u{1b}';

/// One target that is up and one that is down.
struct Home {
    folder: TempDir,
    _targets: [PlexStandIn; 2],
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let targets = [(); 2].map(|()| runtime().block_on(PlexStandIn::start()).unwrap());
        targets[1].break_it();
        let table = |(name, plex): (&str, &PlexStandIn)| {
            format!("[[target]]\nname = \"{name}\"\nkind = \"plex\"\nurl = \"{}\"\n", plex.url())
        };
        let text: String = ["plex", "other"].into_iter().zip(&targets).map(table).collect();
        std::fs::write(folder.path().join("config.toml"), text).unwrap();
        Self { folder, _targets: targets }
    }

    fn piped(&self) -> Deploy {
        self.with_aws(Deploy::new(self.folder.path()))
    }

    fn on_a_terminal(&self, columns: u16) -> Deploy {
        self.with_aws(Deploy::on_a_terminal(self.folder.path(), columns, "", ""))
    }

    /// Beside an emulator on this machine, `check` warns of nothing.
    fn with_aws(&self, deploy: Deploy) -> Deploy {
        deploy.env("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    }
}

fn visible(text: &str) -> String {
    text.replace(ESCAPE, "ESC")
}

#[test]
fn check_has_colored_states_and_bars() {
    let home = Home::new();
    snapshot!(visible(&home.piped().args(["check", "--color", "always"]).run().whole()), @"
    exit 1
    --- stdout
    plex: ESC[32mupESC[0m ([TIME])
      DNS   ESC[32mokESC[0m [TIME]  ESC[32m[BAR]ESC[0m  127.0.0.1
      TCP   ESC[32mokESC[0m [TIME]  ESC[32m[BAR]ESC[0m  127.0.0.1:[PORT]
      HTTP  ESC[32mokESC[0m [TIME]  ESC[32m[BAR]ESC[0m  HTTP 200
      body  ESC[32mokESC[0m [TIME]  ESC[32m[BAR]ESC[0m  contains `machineIdentifier=`
    other: ESC[31mdownESC[0m ([TIME])
      DNS   ESC[32mokESC[0m [TIME]  ESC[32m[BAR]ESC[0m  127.0.0.1
      TCP   ESC[32mokESC[0m [TIME]  ESC[32m[BAR]ESC[0m  127.0.0.1:[PORT]
      HTTP  ESC[31mFAILEDESC[0m [TIME]  ESC[31m[BAR]ESC[0m
            Plex is stopped; the proxy returns 502
      app: the proxy works, but the app behind it does not respond correctly: check
        that it is running
    --- stderr
    ESC[31merror:ESC[0m 1 of 2 down, seen from here

    ESC[36mhint:ESC[0m repair the target or correct the configuration; after `up`, the monitor would report the same
    ");
}

#[test]
fn a_plan_has_a_color_for_each_action() {
    let deployment = Deployment::usual();
    let drifted = deployment.drifted(|stack| {
        stack.log_groups.clear();
        stack.the_schedule().rule.as_mut().unwrap().enabled = false;
    });
    let plans =
        [deployment.up(&drifted), deployment.down(&deployment.drifted(|stack| stack.schedules.clear()))];
    let text = plans.map(|plan| plan.unwrap().text(Paint::Colored, Details::Hidden)).join("\n\n");
    snapshot!(visible(&text), @"
      ESC[32m+ createESC[0m log group /aws/lambda/plex-remote-health
      ESC[33m~ updateESC[0m schedule  plex-remote-health-schedule
          enabled: ESC[31mfalseESC[0m -> ESC[32mtrueESC[0m
    1 to create, 1 to update, 0 to delete

      ESC[31m- deleteESC[0m function  plex-remote-health
      ESC[31m- deleteESC[0m role      plex-remote-health-role
      ESC[31m- deleteESC[0m log group /aws/lambda/plex-remote-health
      ESC[31m- deleteESC[0m parameter /homelab/plex_remote_status
      ESC[31m- deleteESC[0m secret    /homelab/plex_remote_status_secrets
      ESC[31m- deleteESC[0m parameter /homelab/plex_remote_status_history
    0 to create, 0 to update, 6 to delete
    ");
}

#[test]
fn plan_prints_its_colors_into_a_pipe_only_on_request() {
    let (home, aws) = (Home::new(), AwsStandIn::start());
    let plan = |args: &[&str]| {
        let keys = home.piped().env("AWS_ACCESS_KEY_ID", "AKIATEST").env("AWS_SECRET_ACCESS_KEY", "secret");
        let plan = keys.env("AWS_ENDPOINT_URL", aws.url()).args(["plan", "--region", "eu-central-1"]);
        plan.args(args).run().ended(0).stdout
    };
    let colored = plan(&["--color", "always"]);
    snapshot!(visible(&colored), @"
      ESC[32m+ createESC[0m role      plex-remote-health-role
      ESC[32m+ createESC[0m log group /aws/lambda/plex-remote-health
      ESC[32m+ createESC[0m parameter /homelab/plex_remote_status
      ESC[32m+ createESC[0m parameter /homelab/plex_remote_status_history
      ESC[32m+ createESC[0m parameter /homelab/plex_remote_status_history2
      ESC[32m+ createESC[0m function  plex-remote-health
      ESC[32m+ createESC[0m schedule  plex-remote-health-schedule
    7 to create, 0 to update, 0 to delete
    [COST]
    ");
    assert_eq!(console::strip_ansi_codes(&colored), plan(&[]), "nothing but color differs");
    assert!(!plan(&["--json", "--color", "always"]).contains(ESCAPE), "a document is for programs");
    assert!(!Deployment::usual().up(&Stack::nothing()).unwrap().to_string().contains(ESCAPE));
}

#[cfg(unix)]
#[test]
fn a_terminal_has_color_unless_the_user_or_the_terminal_says_otherwise() {
    let home = Home::new();
    let is_colored = |environment: &[(&str, &str)], args: &[&str]| {
        let mut check = home.on_a_terminal(100).args(["check"]).args(args);
        for (name, value) in environment {
            check = check.env(name, value);
        }
        check.run().ended(1).stderr.starts_with("colors: ")
    };
    assert!(is_colored(&[], &[]));
    assert!(is_colored(&[("NO_COLOR", "")], &[]), "an empty NO_COLOR has no effect");
    assert!(!is_colored(&[("NO_COLOR", "1")], &[]));
    assert!(!is_colored(&[("TERM", "dumb")], &[]));
    assert!(!is_colored(&[], &["--color", "never"]));
    assert!(is_colored(&[("NO_COLOR", "1"), ("TERM", "dumb")], &["--color", "always"]));
}

#[cfg(unix)]
#[test]
fn a_terminal_of_60_columns_gets_narrow_bars_and_lines_that_end_with_whole_words() {
    let home = Home::new();
    let check = home.on_a_terminal(60).args(["check"]).run().ended(1);
    snapshot!(check.stdout, @"
    plex: up ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  ok [TIME]  [BAR]  HTTP 200
      body  ok [TIME]  [BAR]
            contains `machineIdentifier=`
    other: down ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  FAILED [TIME]  [BAR]
            Plex is stopped; the proxy returns 502
      app: the proxy works, but the app behind it does not
        respond correctly: check that it is running
    error: 1 of 2 down, seen from here

    hint: repair the target or correct the configuration; after
      `up`, the monitor would report the same
    ");
    let wide = home.on_a_terminal(100).args(["check"]).run().ended(1);
    snapshot!(wide.stdout, @"
    plex: up ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  ok [TIME]  [BAR]  HTTP 200
      body  ok [TIME]  [BAR]  contains `machineIdentifier=`
    other: down ([TIME])
      DNS   ok [TIME]  [BAR]  127.0.0.1
      TCP   ok [TIME]  [BAR]  127.0.0.1:[PORT]
      HTTP  FAILED [TIME]  [BAR]  Plex is stopped; the proxy returns 502
      app: the proxy works, but the app behind it does not respond correctly: check that it is running
    error: 1 of 2 down, seen from here

    hint: repair the target or correct the configuration; after `up`, the monitor would report the same
    ");
}
