//! Code from `--bootstrap`: without that file, it cannot be compared.

use insta::assert_snapshot;
use plexmon_deploy::artifact::{CodeSource, Identity, Origin, identity};
use plexmon_deploy::config::Config;
use plexmon_deploy::resources::Health;
use plexmon_deploy::stack::Stack;

use super::deployment::{Deployment, Only as _};

const GIVEN: &str = "given:aaaaaaaaaaaaaaaa:5555555555555555";
const BUILT: &str = "built:bbbbbbbbbbbbbbbb:5555555555555555";
const BUILT_WITH_OTHER_SETTINGS: &str = "built:bbbbbbbbbbbbbbbb:6666666666666666";

/// Return the plan for the identity `wanted` if AWS has `there`.
fn plan(wanted: &str, there: &str, change: impl FnOnce(&mut Stack)) -> String {
    let mut deployment = Deployment::usual();
    deployment.desired.the_function().code = Some(wanted.to_owned());
    let observed = deployment.drifted(|stack| {
        stack.the_function().code = Some(there.to_owned());
        change(stack);
    });
    let plan = deployment.up(&observed).unwrap();
    let changes_code = plan.steps.iter().any(|step| step.changes.iter().any(|change| change.field == "code"));
    assert_eq!(plan.needs_code(), changes_code || observed.functions.is_empty(), "{plan}");
    plan.to_string()
}

#[test]
fn only_the_settings_are_compared_without_the_file() {
    assert_snapshot!(plan(BUILT, GIVEN, |_| {}), @"
      . keep   function  plex-remote-health (its code was built elsewhere and is not compared; pass it with `--bootstrap PATH`)
    0 to create, 0 to update, 0 to delete
    ");
    assert_snapshot!(plan(BUILT, GIVEN, |stack| stack.the_function().memory_mb = 512), @"
      ~ update function  plex-remote-health
          memory_mb: 512 -> 128
      . keep   function  plex-remote-health (its code was built elsewhere and is not compared; pass it with `--bootstrap PATH`)
    0 to create, 1 to update, 0 to delete
    ");
}

/// The settings are part of the uploaded zip, so they require code.
#[test]
fn changed_settings_come_with_code_that_is_built() {
    assert_snapshot!(plan(BUILT_WITH_OTHER_SETTINGS, GIVEN, |_| {}), @"
      ~ update function  plex-remote-health
          code: given:aaaaaaaaaaaaaaaa:5555555555555555 -> built:bbbbbbbbbbbbbbbb:6666666666666666
    0 to create, 1 to update, 0 to delete
    ");
    let failed = |stack: &mut Stack| {
        stack.the_function().health = Health::UpdateFailed("why".to_owned());
    };
    assert!(plan(BUILT, GIVEN, failed).contains("code: given:"));
    assert!(plan(BUILT, GIVEN, |stack| stack.functions.clear()).contains("+ create function"));
}

#[test]
fn with_the_file_the_code_is_compared() {
    let other = "given:cccccccccccccccc:5555555555555555";
    assert!(plan(other, GIVEN, |_| {}).contains("code: given:aaaa"));
    assert!(plan(GIVEN, GIVEN, |_| {}).starts_with("0 to create, 0 to update"));
    assert!(plan(GIVEN, BUILT, |_| {}).contains("code: built:"));
    assert!(plan(BUILT, "built:dddddddddddddddd:5555555555555555", |_| {}).contains("code: built:dddd"));
}

/// Code that was uploaded by others, or recorded by an earlier release, is not treated as given.
#[test]
fn other_code_is_always_a_difference() {
    for there in
        ["changed outside plexmon", "0123456789abcdef0123456789abcdef", "given", "given:a", "new:a:b"]
    {
        assert!(plan(BUILT, there, |_| {}).contains(&format!("code: {there} -> built:")), "{there}");
    }
}

#[test]
fn the_identity_says_where_the_code_comes_from() {
    let deployment = Deployment::usual();
    let file = tempfile::NamedTempFile::new().unwrap();
    let of = |origin: &Origin, state_parameter: &str| {
        let config = Config { state_parameter: state_parameter.to_owned(), ..deployment.config.clone() };
        identity(origin, &config.settings(), config.function.architecture).unwrap()
    };
    let (built, given) = (of(&Origin::Sources, "/s"), of(&Origin::File(file.path().to_owned()), "/s"));
    assert_eq!((built.source, given.source), (CodeSource::Built, CodeSource::Given));
    assert_eq!(built.settings, given.settings);
    assert_ne!(built.code, given.code);
    assert_ne!(built.settings, of(&Origin::Sources, "/other").settings);
    assert_eq!(Identity::parse(&given.to_string()), Some(given));
}
