//! Pipes: closed by the reader, without color unless requested; and --quiet.

use plexmon_deploy::sandbox::PlexStandIn;
use tempfile::TempDir;

use crate::support::{Deploy, runtime};

const ESCAPE: char = '\u{1b}';

fn home(url: &str) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = format!("[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"{url}\"\n");
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    home
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let plex = runtime().block_on(PlexStandIn::start()).unwrap();
    let home = home(plex.url());
    for args in
        [&["completions", "bash"] as &[&str], &["check"], &["check", "--json"], &["--help"], &["--version"]]
    {
        let deploy = Deploy::new(home.path()).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
        let mut running = deploy.args(args).start();
        running.close_stdout();
        let (code, errors) = running.end_with_stderr();
        assert_eq!((code, errors.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn pipes_have_no_color() {
    let home = home("http://127.0.0.1:9");
    for args in [&["--help"] as &[&str], &["upp"], &["check"], &["plan"]] {
        let ran = Deploy::new(home.path()).args(args).run();
        assert!(!ran.whole().contains(ESCAPE), "{}", ran.whole());
    }
}

#[test]
fn color_always_also_colors_pipes() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["--color", "always", "--help"] as &[&str], &["--color=always", "upp"]] {
        let ran = Deploy::new(home.path()).args(args).env("NO_COLOR", "1").run();
        assert!(ran.whole().contains(ESCAPE), "{}", ran.whole());
    }
}

#[test]
fn quiet_omits_notes() {
    let home = tempfile::tempdir().unwrap();
    let init = |args: &[&str]| {
        let init = Deploy::new(home.path()).args(["init", "--url", "https://plex.example.com"]).args(args);
        init.run().ended(0)
    };
    assert!(init(&["--config", "one.toml"]).stderr.starts_with("next: "));
    let quiet = init(&["--config", "two.toml", "-q"]);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("wrote two.toml\n", ""));
}
