//! Color of progress and help: by default on terminals, on request in pipes.

use std::path::Path;

use crate::support::{Fixture, Ran, bootstrap};

const ESCAPE: char = '\u{1b}';

/// Run on a terminal with this value of `NO_COLOR`.
fn on_a_terminal(fixture: &Fixture, no_color: &str, args: &[&str]) -> Ran {
    fixture.on_a_terminal(100, "", "", args).env("NO_COLOR", no_color).run()
}

/// Return whether the terminal received any colors.
fn has_colors(ran: &Ran) -> bool {
    ran.stderr.starts_with("colors: ")
}

#[test]
fn progress_on_a_terminal_has_color_unless_switched_off() {
    let fixture = Fixture::deployed();
    let down = on_a_terminal(&fixture, "1", &["down", "--yes", "--no-wait"]).ended(0);
    assert!(down.stdout.contains('✓') && !has_colors(&down), "{}", down.whole());

    let up = |no_color, args: &[&str]| {
        let up = fixture.on_a_terminal(100, "", "", &["up", "--yes"]).args(args).env("NO_COLOR", no_color);
        let up = up.args([Path::new("--bootstrap"), bootstrap()]).run().ended(0);
        assert!(up.stdout.contains('✓'), "{}", up.whole());
        fixture.down().ended(0);
        has_colors(&up)
    };
    // By its definition, an empty `NO_COLOR` has no effect.
    assert!(up("", &[]));
    assert!(!up("", &["--color", "never"]));
    assert!(up("1", &["--color", "always"]), "the option takes precedence");
}

#[test]
fn help_and_usage_errors_on_a_terminal_have_color_unless_switched_off() {
    let fixture = Fixture::new();
    for usage in ["--help", "upp"] {
        assert!(has_colors(&on_a_terminal(&fixture, "", &[usage])), "{usage}");
        assert!(!has_colors(&on_a_terminal(&fixture, "1", &[usage])), "{usage}");
        assert!(!has_colors(&on_a_terminal(&fixture, "", &["--color", "never", usage])), "{usage}");
        assert!(!has_colors(&on_a_terminal(&fixture, "", &["--color=never", usage])), "{usage}");
    }
}

#[test]
fn a_pipe_has_color_only_on_request() {
    let fixture = Fixture::new();
    let up = fixture.with_code(&["up", "--yes"]).run().ended(0);
    assert!(up.stderr.contains("  done     ") && !up.whole().contains(ESCAPE), "{}", up.whole());
    let down = fixture.deploy(&["down", "--yes", "--no-wait", "--color", "always"]).run().ended(0);
    assert!(down.stderr.contains("  \u{1b}[32mdone\u{1b}[0m     delete role"), "{}", down.whole());
    let document = fixture.with_code(&["plan", "--json", "--color", "always"]).run().ended(0);
    assert!(!document.stdout.contains(ESCAPE), "a document is for programs");
}
