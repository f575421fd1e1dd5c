//! Completion scripts, checked with the shells themselves.

use std::process::Command;

use crate::support::Deploy;

fn script(shell: &str) -> String {
    let home = tempfile::tempdir().unwrap();
    Deploy::new(home.path()).args(["completions", shell]).run().ended(0).stdout
}

#[test]
fn each_script_contains_the_commands_and_their_options() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = script(shell);
        for word in ["plexmon-deploy", "sandbox", "keep-state", "exit-code"] {
            assert!(script.contains(word), "{word} for {shell}");
        }
    }
}

/// Shells that are not installed are skipped.
#[test]
fn shells_can_parse_their_scripts() {
    for (shell, only_read) in [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        std::fs::write(&path, script(shell)).unwrap();
        let Ok(output) = Command::new(shell).arg(only_read).arg(&path).output() else { continue };
        assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn bash_completes_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script");
    std::fs::write(&path, script("bash")).unwrap();
    let ask = "source \"$1\"; [[ $(complete -p plexmon-deploy) =~ -F\\ ([^ ]+) ]]; \
               COMP_WORDS=(plexmon-deploy sa); COMP_CWORD=1; \
               \"${BASH_REMATCH[1]}\" plexmon-deploy sa plexmon-deploy; echo \"${COMPREPLY[*]}\"";
    let Ok(output) = Command::new("bash").args(["--norc", "-c", ask, "bash"]).arg(&path).output() else {
        return;
    };
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), "sandbox", "{}", String::from_utf8_lossy(&output.stderr));
}
