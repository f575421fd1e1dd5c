//! Adoption of the function that plexmon replaces: its state is taken over, and other rules that run it are reported.

use insta::assert_snapshot;
use plexmon_deploy::artifact::Zip;
use plexmon_deploy::resource::{Materials, OnFailure};
use plexmon_deploy::resources::Decrypt;
use plexmon_deploy::session::{ApplyOptions, Session, View};
use plexmon_deploy::stack::ReadOptions;
use serde_json::json;

use super::answers::{self, ZIP_SHA256, function_json, json_of};
use super::fake::refused;
use super::rig::Rig;
use crate::plan::deployment::{CONFIG, Deployment, secrets};

const OWN: &str = "/my/plex/state";

/// An account with the function of the shell steps, whose state is in `parameter`.
fn by_hand(parameter: &str) -> Rig {
    let rig = Rig::new();
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let mut function = function_json(&rig.deployment);
    function["Tags"] = json!({});
    function["Configuration"]["Runtime"] = json!("python3.12");
    function["Configuration"]["Environment"] = json!({ "Variables": { "STATUS_PARAM": parameter } });
    rig.fake.always("lambda:GetFunction", json_of(function));
    let own = parameter.to_owned();
    rig.fake.on("ssm:GetParameter", move |request| {
        if request.body["Name"] == json!(own) {
            return json_of(json!({ "Parameter": { "Name": own, "Value": r#"{"status":"down","ts":1}"# } }));
        }
        refused("ParameterNotFound", "")
    });
    rig.fake.always("ssm:ListTagsForResource", refused("InvalidResourceId", ""));
    rig.fake.always("events:DescribeRule", refused("ResourceNotFoundException", "Rule does not exist."));
    rig.fake.always("events:ListTagsForResource", json_of(json!({ "Tags": [] })));
    rig
}

/// The same account after `up --adopt`.
fn taken_over(rig: &Rig, code: &str) {
    answers::deployed(&rig.fake, &rig.deployment, &secrets());
    let mut function = function_json(&rig.deployment);
    function["Tags"]["plexmon:state"] = json!(OWN);
    function["Tags"]["plexmon:inherited-state"] = json!(OWN);
    function["Tags"]["plexmon:code"] = json!(code);
    rig.fake.always("lambda:GetFunction", json_of(function));
    rig.fake.on("ssm:GetParameter", |request| {
        let name = request.body["Name"].as_str().unwrap();
        assert!(name.starts_with(OWN) || name.starts_with("/homelab/plex_remote_status"), "{name}");
        if [OWN, &format!("{OWN}_secrets"), &format!("{OWN}_history")].contains(&name) {
            return json_of(json!({ "Parameter": { "Name": name, "Value": r#"{"status":"down","ts":1}"# } }));
        }
        refused("ParameterNotFound", "")
    });
    let role = &rig.deployment.desired.roles[0];
    let policy =
        role.policy.as_ref().unwrap().to_string().replace("homelab/plex_remote_status", "my/plex/state");
    rig.fake.always(
        "iam:GetRolePolicy",
        super::fake::Answer::Xml(format!(
            "<RoleName>r</RoleName><PolicyName>p</PolicyName><PolicyDocument>{}</PolicyDocument>",
            percent_encoding::utf8_percent_encode(&policy, percent_encoding::NON_ALPHANUMERIC)
        )),
    );
}

const ADOPTING: ReadOptions = ReadOptions { decrypt: Decrypt::IfAllowed, adopting: true, removing: false };
const LATER: ReadOptions = ReadOptions { adopting: false, ..ADOPTING };

async fn look(session: &Session, look: ReadOptions) -> View {
    session.view(look).await.unwrap()
}

async fn adopt(rig: &Rig, session: &Session) -> View {
    let mut view = look(session, ADOPTING).await;
    // Secrets do not matter here.
    view.desired.secrets.clear();
    let plan = view.plan(true).unwrap();
    let materials = Materials {
        zip: Some(Zip { bytes: b"zip".to_vec(), sha256: ZIP_SHA256.to_owned() }),
        secrets: Some(secrets()),
    };
    let how = ApplyOptions { materials: &materials, on_failure: OnFailure::Stop, force: false };
    let applied = session.apply(plan, &view.observed, how).await;
    session.verdict(&applied).unwrap();
    assert!(rig.reported().contains("state parameter `/my/plex/state`: taken over"), "{}", rig.reported());
    view
}

#[tokio::test(start_paused = true)]
async fn the_state_of_the_other_function_is_taken_over_and_kept() {
    let rig = by_hand(OWN);
    let session = rig.session();
    let view = adopt(&rig, &session).await;
    assert_eq!(view.observed.state.as_deref(), Some(r#"{"status":"down","ts":1}"#));
    assert_eq!(view.config.settings().state_parameter, OWN);
    assert!(rig.fake.sent("iam:PutRolePolicy")[0].to_string().contains("my/plex/state"));
    // It is tagged, and neither created nor written; the history is named after it.
    assert_eq!(rig.fake.sent("ssm:AddTagsToResource")[0]["ResourceId"], OWN);
    let written = rig.fake.sent("ssm:PutParameter");
    assert_eq!(written.iter().map(|body| &body["Name"]).collect::<Vec<_>>(), ["/my/plex/state_history"]);
    // Even if it is interrupted, either the tag or the environment names the state.
    let operations = rig.fake.operations();
    let at = |wanted: &str| operations.iter().position(|operation| operation == wanted).unwrap();
    assert!(at("lambda:TagResource") < at("lambda:UpdateFunctionConfiguration"), "{operations:?}");
    let tags = &rig.fake.sent("lambda:TagResource")[0]["Tags"];
    assert_eq!((&tags["plexmon:state"], &tags["plexmon:inherited-state"]), (&json!(OWN), &json!(OWN)));
}

#[tokio::test(start_paused = true)]
async fn later_runs_recognise_it_without_adopt() {
    let rig = by_hand(OWN);
    let session = rig.session();
    let code = look(&session, ADOPTING).await.desired.functions.remove(0).code.unwrap();
    taken_over(&rig, &code);
    let view = look(&session, LATER).await;
    assert_eq!(view.observed.names.state_parameter, OWN);
    let plan = view.plan(false).unwrap();
    assert!(plan.is_empty(), "{plan}");
    // And `down` removes it.
    let observed = session.observe(plexmon_deploy::stack::ReadOptions::default()).await.unwrap();
    let plan = rig.deployment.down(&observed.stack).unwrap().to_string();
    assert!(plan.contains("- delete parameter /my/plex/state\n"), "{plan}");
}

/// The configuration takes precedence.
#[tokio::test(start_paused = true)]
async fn a_configured_parameter_is_used_and_the_other_one_is_reported() {
    let mut rig = by_hand(OWN);
    let config = format!("{CONFIG}\n[state]\nparameter = \"/home/named\"\n");
    rig.deployment = Deployment::of(&config, &plexmon_deploy::config::SecretLookup::All(secrets()));
    let session = rig.session();
    let view = look(&session, ADOPTING).await;
    assert_eq!(view.observed.names.state_parameter, "/home/named");
    assert!(rig.reported().contains("the state in `/my/plex/state` is not taken over"), "{}", rig.reported());
    // The same after it was taken over.
    taken_over(&rig, "built:x:y");
    rig.fake.always("ssm:GetParameter", refused("ParameterNotFound", ""));
    let view = look(&session, LATER).await;
    assert_eq!(view.observed.names.state_parameter, "/home/named");
    assert_eq!(view.desired.functions[0].inherited_state, None);
}

#[tokio::test(start_paused = true)]
async fn the_default_parameter_is_not_reported_as_taken_over() {
    for parameter in ["/homelab/plex_remote_status", ""] {
        let rig = by_hand(parameter);
        let view = look(&rig.session(), ADOPTING).await;
        assert_eq!(view.observed.names, rig.deployment.names);
        assert_eq!(view.desired.functions[0].inherited_state, None);
    }
}

/// The previous function accepts any path; names that SSM or plexmon cannot use are reported.
#[tokio::test(start_paused = true)]
async fn unusual_names_are_taken_over_or_refused_with_the_setting() {
    for parameter in ["plex_state", "/a", "/My-Home/plex.state_1"] {
        let view = look(&by_hand(parameter).session(), ADOPTING).await;
        assert_eq!(view.observed.names.state_parameter, parameter);
    }
    for parameter in ["arn:aws:ssm:eu-central-1:1:parameter/x", "/x/plex_secrets", "/a b"] {
        let rig = by_hand(parameter);
        let error = rig.session().view(ADOPTING).await.err().unwrap();
        assert!(error.hint_text().unwrap().contains("`parameter` in [state]"), "{error}");
    }
    let error = by_hand("/a b").session().view(ADOPTING).await.err().unwrap();
    assert_snapshot!(error, @"
    error: the state of function `plex-remote-health` cannot be taken over
      cause: its variable STATUS_PARAM is `/a b`, which plexmon cannot use as a name

    hint: name another `parameter` in [state]: plexmon then starts with a new state
    ");
}

/// Other rules of the owner are listed, from every page of the response, and not changed.
#[tokio::test(start_paused = true)]
async fn other_rules_that_run_the_function_are_named() {
    let rig = by_hand(OWN);
    rig.fake.on("events:ListRuleNamesByTarget", |request| {
        let arn = "arn:aws:lambda:eu-central-1:123456789012:function:plex-remote-health";
        assert_eq!(request.body["TargetArn"], arn);
        if request.body["NextToken"] == json!("2") {
            return json_of(json!({ "RuleNames": ["plex-nightly", "plex-remote-health-schedule"] }));
        }
        json_of(json!({ "RuleNames": ["plex-check", "plex-remote-health-5min"], "NextToken": "2" }))
    });
    look(&rig.session(), ADOPTING).await;
    let said = rig.reported();
    assert!(
        said.contains("rules `plex-check` and `plex-nightly` have `plex-remote-health` as a target"),
        "{said}"
    );
    assert!(rig.writes().is_empty());

    let rig = by_hand(OWN);
    rig.fake.always("events:ListRuleNamesByTarget", refused("AccessDeniedException", "You may not do that."));
    look(&rig.session(), ADOPTING).await;
    assert!(
        rig.reported().contains("could not check whether other rules run `plex-remote-health`"),
        "{}",
        rig.reported()
    );
}
