//! Secrets that are not available, and parameters under a previous name.

use insta::assert_snapshot;
use plexmon_deploy::config::SecretLookup;
use plexmon_deploy::resources::Parameter;

use super::deployment::{CONFIG, Deployment, Only as _, REGION, missing_secrets, text};

#[test]
fn without_the_variables_an_existing_secret_is_left_as_it_is() {
    let deployment = Deployment::of(CONFIG, &missing_secrets());
    assert_snapshot!(text(deployment.up(&deployment.drifted(|_| {}))), @"0 to create, 0 to update, 0 to delete");
}

#[test]
fn without_the_variables_an_existing_secret_can_still_be_claimed() {
    let deployment = Deployment::of(CONFIG, &missing_secrets());
    let untagged = deployment.drifted(|stack| stack.the_secret().owner = None);
    assert_snapshot!(text(deployment.adopt(&untagged)), @"
      ~ update secret    /homelab/plex_remote_status_secrets
          owner: (none) -> plex-remote-health
    0 to create, 1 to update, 0 to delete
    ");
}

#[test]
fn without_the_variables_a_secret_cannot_be_created() {
    let deployment = Deployment::of(CONFIG, &missing_secrets());
    assert_snapshot!(text(deployment.up(&deployment.drifted(|stack| stack.secrets.clear()))), @"
    error: `PUSHOVER_TOKEN` and `PUSHOVER_USER` are not set
      cause: the secret `/homelab/plex_remote_status_secrets` does not exist in AWS yet, so it has to be created now

    hint: set it in the environment and run again: export PUSHOVER_TOKEN=... PUSHOVER_USER=...
    ");
}

#[test]
fn a_single_missing_variable_is_named_alone() {
    let deployment = Deployment::of(CONFIG, &SecretLookup::Missing(vec!["PUSHOVER_USER".to_owned()]));
    assert_snapshot!(text(deployment.up(&deployment.drifted(|stack| stack.secrets.clear()))), @"
    error: `PUSHOVER_USER` is not set
      cause: the secret `/homelab/plex_remote_status_secrets` does not exist in AWS yet, so it has to be created now

    hint: set it in the environment and run again: export PUSHOVER_USER=...
    ");
}

#[test]
fn a_secret_that_is_no_longer_configured_is_deleted() {
    let deployment = Deployment::usual();
    let plain = "[[target]]\nname = \"plex\"\nurl = \"https://plex.example.com\"\n";
    let without = Deployment::of(plain, &SecretLookup::NoneConfigured);
    let observed = without.drifted(|stack| stack.secrets = deployment.desired.secrets.clone());
    assert_snapshot!(text(without.up(&observed)), @"
      - delete secret    /homelab/plex_remote_status_secrets
    0 to create, 0 to update, 1 to delete
    ");
}

#[test]
fn after_a_rename_the_previous_parameters_are_deleted_last() {
    let renamed = format!("{CONFIG}\n[state]\nparameter = \"/home/plex\"\n");
    let deployment = Deployment::of(&renamed, &SecretLookup::All(super::deployment::secrets()));
    let old = Deployment::usual();
    let owner = Some(deployment.names.deployment.clone());
    let parameter = |name: String| Parameter { name, region: REGION.to_owned(), owner: owner.clone() };
    let observed = deployment.drifted(|stack| {
        *stack = old.desired.clone();
        stack.parameters.clear();
        stack.secrets.clear();
        stack.parameters =
            vec![parameter(old.names.state_parameter.clone()), parameter(old.names.secrets_parameter())];
    });
    assert_snapshot!(text(deployment.up(&observed)), @r#"
      ~ update role      plex-remote-health-role
          policy: ...89012:parameter/homelab/plex_remote_status"},{"Sid":"HistoryEuCentral1","Effect":"Allow","Action":["... -> ...89012:parameter/home/plex"},{"Sid":"HistoryEuCentral1","Effect":"Allow","Action":["ssm:GetParameter"...
      + create parameter /home/plex
      + create secret    /home/plex_secrets
      + create parameter /home/plex_history
      - delete parameter /homelab/plex_remote_status_secrets
      - delete parameter /homelab/plex_remote_status
      ~ update function  plex-remote-health
          state_parameter: /homelab/plex_remote_status -> /home/plex
    3 to create, 2 to update, 2 to delete
    "#);
}

#[test]
fn a_previous_parameter_of_another_owner_is_kept() {
    let deployment = Deployment::usual();
    let observed = deployment.drifted(|stack| {
        let theirs =
            Parameter { name: "/homelab/theirs".to_owned(), owner: None, ..stack.the_state().clone() };
        stack.parameters.push(theirs);
    });
    let plan = deployment.up(&observed).unwrap();
    assert!(plan.is_empty());
    assert_snapshot!(plan, @"
      . keep   parameter /homelab/theirs (it has no tag `plexmon:deployment`)
    0 to create, 0 to update, 0 to delete
    ");
}
