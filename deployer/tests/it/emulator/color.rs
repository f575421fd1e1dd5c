//! Colour: on a terminal unless it is not wanted, in a pipe only where it is asked for.

use std::path::Path;

use crate::support::{Ran, World, bootstrap};

const ESCAPE: char = '\u{1b}';

/// On a terminal, with `NO_COLOR` set to this.
fn on_a_terminal(world: &World, no_color: &str, args: &[&str]) -> Ran {
    world.on_a_terminal(100, "", "", args).env("NO_COLOR", no_color).run()
}

/// Whether a terminal was given any colours.
fn has_colors(ran: &Ran) -> bool {
    ran.stderr.starts_with("colours: ")
}

#[test]
fn a_terminal_has_colours_unless_they_are_not_wanted() {
    let world = World::deployed();
    let down = on_a_terminal(&world, "1", &["down", "--yes", "--no-wait"]).ended(0);
    assert!(down.stdout.contains('✓') && !has_colors(&down), "{}", down.whole());

    let up = |no_color, args: &[&str]| {
        let up = world.on_a_terminal(100, "", "", &["up", "--yes"]).args(args).env("NO_COLOR", no_color);
        let up = up.args([Path::new("--bootstrap"), bootstrap()]).run().ended(0);
        assert!(up.stdout.contains('✓'), "{}", up.whole());
        world.down().ended(0);
        has_colors(&up)
    };
    // By its own definition, a `NO_COLOR` that is empty does not count.
    assert!(up("", &[]));
    assert!(!up("", &["--color", "never"]));
    assert!(up("1", &["--color", "always"]), "what is said here and now counts for more");
}

#[test]
fn so_have_help_and_wrong_usage() {
    let world = World::new();
    for usage in ["--help", "upp"] {
        assert!(has_colors(&on_a_terminal(&world, "", &[usage])), "{usage}");
        assert!(!has_colors(&on_a_terminal(&world, "1", &[usage])), "{usage}");
        assert!(!has_colors(&on_a_terminal(&world, "", &["--color", "never", usage])), "{usage}");
        assert!(!has_colors(&on_a_terminal(&world, "", &["--color=never", usage])), "{usage}");
    }
}

#[test]
fn a_pipe_has_them_only_if_they_are_asked_for() {
    let world = World::new();
    let up = world.with_code(&["up", "--yes"]).run().ended(0);
    assert!(up.stderr.contains("  done     ") && !up.whole().contains(ESCAPE), "{}", up.whole());
    let down = world.deploy(&["down", "--yes", "--no-wait", "--color", "always"]).run().ended(0);
    assert!(down.stderr.contains("  \u{1b}[32mdone\u{1b}[0m     delete role"), "{}", down.whole());
    let document = world.with_code(&["plan", "--json", "--color", "always"]).run().ended(0);
    assert!(!document.stdout.contains(ESCAPE), "a document is for programs");
}
