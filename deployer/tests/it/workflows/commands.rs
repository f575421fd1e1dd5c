//! Calls of our programs in scripts parse as the programs parse them.

use clap::CommandFactory as _;
use clap::error::ErrorKind;

use super::sources::{Workflow, all};
use super::steps::{Step, jobs};

/// How a script calls a program, and how the program is called by its own name.
const CALLS: [(&[&str], &str); 4] = [
    (&["cargo", "run", "--locked", "--package", "plexmon-release", "--"], "plexmon-release"),
    (&["cargo", "archive"], "plexmon-release archive --partial"),
    (&["cargo", "deploy"], "plexmon-deploy"),
    (&["plexmon-deploy"], "plexmon-deploy"),
];

#[test]
fn calls_of_our_programs_parse() {
    for workflow in all() {
        for (call, refusal) in calls(&workflow) {
            assert_eq!(refusal, None, "{}: {call}", workflow.name);
        }
    }
}

#[test]
fn the_release_calls_our_programs() {
    let workflows = all();
    let release = workflows.iter().find(|workflow| workflow.name.ends_with("release.yml")).unwrap();
    let calls: Vec<String> = calls(release).into_iter().map(|(call, _)| call).collect();
    for start in [
        "plexmon-release notes ",
        "plexmon-release archive --target x86_64-unknown-linux-gnu --glibc 2.28 ",
        "plexmon-release archive --target x86_64-pc-windows-msvc --out ",
        "plexmon-deploy --version",
    ] {
        assert!(calls.iter().any(|call| call.starts_with(start)), "{start}: {calls:#?}");
    }
}

#[test]
fn a_wrong_call_is_reported() {
    for (script, wrong) in [
        ("plexmon-deploy status --exit-code || true", 0),
        ("a=\"$(folder/plexmon-deploy --version)\"\necho \"$a\"", 0),
        ("cargo archive --out \"a folder\"", 0),
        ("cargo archive \\\n  --outt a", 1),
        ("plexmon-deploy upp > a; cargo deploy downn", 2),
        ("if plexmon-deploy pla; then echo; fi", 1),
        ("# plexmon-deploy upp\necho 'plexmon-deploy upp'", 0),
        ("plexmon-deploy $OPTIONS", 1),
    ] {
        let mut step = Step { script: script.to_owned(), ..Step::default() };
        step.env.insert("OPTIONS".to_owned(), "plan --jsonn".to_owned());
        let found = of_step(&step).into_iter().filter(|(_, refusal)| refusal.is_some()).count();
        assert_eq!(found, wrong, "{script}");
    }
}

/// The calls of our programs, each with the error if it is refused.
fn calls(workflow: &Workflow) -> Vec<(String, Option<String>)> {
    jobs(workflow).iter().flat_map(|job| job.steps.iter().flat_map(of_step)).collect()
}

fn of_step(step: &Step) -> Vec<(String, Option<String>)> {
    let mut script = step.script.replace("\\\n", " ");
    for (name, value) in &step.env {
        script = script.replace(&format!("${name}"), value);
    }
    commands(&script).iter().filter_map(|words| call(words)).collect()
}

fn call(words: &[String]) -> Option<(String, Option<String>)> {
    let at = words
        .iter()
        .position(|word| !matches!(word.as_str(), "if" | "!" | "then" | "do" | "else" | "while"))?;
    let mut words: Vec<&str> = words[at..].iter().map(String::as_str).collect();
    // A path to the program.
    words[0] = words[0].rsplit('/').next()?;
    let (start, own) = CALLS.into_iter().find(|(start, _)| words.starts_with(start))?;
    let own: Vec<&str> = own.split(' ').chain(words[start.len()..].iter().copied()).collect();
    let command = match own[0] {
        "plexmon-release" => plexmon_release::cli::Cli::command(),
        _ => plexmon_deploy::cli::Cli::command(),
    };
    let error = command.try_get_matches_from(&own).err();
    let error =
        error.filter(|error| !matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion));
    Some((own.join(" "), error.map(|error| error.to_string())))
}

/// Split a script into commands and their words, without redirections. Commands in `$(...)` are on their own.
fn commands(script: &str) -> Vec<Vec<String>> {
    let mut commands = vec![vec![]];
    for line in script.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let (mut word, mut quote, mut is_target) = (String::new(), None, false);
        let mut end = |word: &mut String, commands: &mut Vec<Vec<String>>| {
            let word = std::mem::take(word);
            let is_file = std::mem::take(&mut is_target) && !word.is_empty();
            match word.as_str() {
                "" => {}
                ">" | ">>" | "<" | "2>" => is_target = true,
                _ if is_file => {}
                _ => commands.last_mut().unwrap().push(word),
            }
        };
        let line = line.replace("$(", "\u{1}");
        for character in line.chars() {
            match (character, quote) {
                ('\u{1}' | ')', None | Some('"')) | (';' | '|' | '&', None) => {
                    end(&mut word, &mut commands);
                    commands.push(vec![]);
                    quote = None;
                }
                ('"' | '\'', None) => quote = Some(character),
                (character, Some(open)) if character == open => quote = None,
                (' ', None) => end(&mut word, &mut commands),
                (character, _) => word.push(character),
            }
        }
        end(&mut word, &mut commands);
        commands.push(vec![]);
    }
    commands.retain(|command| !command.is_empty());
    commands
}
