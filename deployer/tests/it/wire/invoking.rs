//! Invocation of the function: once, without a time limit of the client, and again while AWS is not ready for it.

use std::time::Duration;

use insta::assert_snapshot;
use plexmon_deploy::invocation::{NewResources, first_run};
use serde_json::json;

use super::answers::json_of;
use super::fake::{Answer, refused};
use super::rig::Rig;

const CREATED: NewResources = NewResources { role: true, secrets: false, function: true };
const SEEN: NewResources = NewResources { role: false, secrets: false, function: false };

fn reply() -> Answer {
    json_of(json!({ "previous": "unknown", "current": "up", "http": 200 }))
}

/// Return the result of the run at the end of `up`, and its duration.
async fn run(rig: &Rig, new: NewResources) -> (String, f64) {
    let session = rig.session();
    let result = first_run(&session, &Rig::progress(&session), new).await;
    let text = match result {
        Ok(reply) => reply.current.to_string(),
        Err(error) => error.to_string(),
    };
    (text, rig.fake.elapsed().as_secs_f64())
}

/// A retry by the SDK would start a second run beside the first one.
#[tokio::test(start_paused = true)]
async fn a_run_without_an_answer_is_not_repeated() {
    let rig = Rig::new();
    rig.fake.always("lambda:Invoke", Answer::Lost);
    assert!(run(&rig, SEEN).await.0.contains("lambda:Invoke got no answer"));
    assert_eq!(rig.fake.sent("lambda:Invoke").len(), 1);

    let rig = Rig::new();
    rig.fake.always(
        "lambda:Invoke",
        Answer::Recorded { status: 500, code: Some("ServiceException".into()), message: None },
    );
    assert!(run(&rig, SEEN).await.0.contains("ServiceException"));
    assert_eq!(rig.fake.sent("lambda:Invoke").len(), 1, "after a fault, it may have run");
}

#[tokio::test(start_paused = true)]
async fn the_wait_for_a_run_exceeds_the_timeout_of_the_function() {
    for timeout_s in [30_u32, 300, 900] {
        let mut rig = Rig::new();
        rig.deployment.config.function.timeout_s = timeout_s;
        rig.fake.always("lambda:Invoke", reply());
        rig.fake.take(Duration::from_secs(u64::from(timeout_s) + 20));
        assert_eq!(run(&rig, SEEN).await.0, "up");
        assert_eq!(rig.fake.sent("lambda:Invoke").len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn new_resources_are_waited_for() {
    let assumable = "The role defined for the function cannot be assumed by Lambda.";
    let key = "Lambda was unable to decrypt the environment variables because KMS access was denied.";
    let pending = "The operation cannot be performed at this time. The function is currently in the following state: Pending";
    for (code, message) in [
        ("ResourceNotFoundException", "Function not found: arn:aws:lambda:plex:$LATEST"),
        ("AccessDeniedException", assumable),
        ("KMSAccessDeniedException", key),
        ("ResourceConflictException", pending),
        ("TooManyRequestsException", "Rate Exceeded."),
    ] {
        let rig = Rig::new();
        rig.fake.until(Duration::from_secs(12), "lambda:Invoke", refused(code, message), reply());
        let (result, elapsed) = run(&rig, CREATED).await;
        assert_eq!(result, "up", "{code}");
        assert!((12.0..=15.0).contains(&elapsed), "{code}: {elapsed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_role_that_stays_unusable_ends_with_the_error_of_aws() {
    let rig = Rig::new();
    let message = "The role defined for the function cannot be assumed by Lambda.";
    rig.fake.always("lambda:Invoke", refused("AccessDeniedException", message));
    let (error, elapsed) = run(&rig, CREATED).await;
    assert_snapshot!(error, @"
    error: timed out after 120 s of waiting for the new role to become usable in Lambda
      cause: lambda:Invoke was refused (AccessDeniedException): The role defined for the function cannot be assumed by Lambda.

    hint: run the same command again: it continues where this one stopped
    ");
    assert!((120.0..=121.0).contains(&elapsed), "{elapsed}");
}

#[tokio::test(start_paused = true)]
async fn a_missing_function_is_reported_at_once() {
    let rig = Rig::new();
    rig.fake.always("lambda:Invoke", refused("ResourceNotFoundException", "Function not found: x"));
    assert_snapshot!(run(&rig, SEEN).await.0, @"
    error: function `plex-remote-health` is not deployed in eu-central-1

    hint: deploy it with `plexmon-deploy up`
    ");
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_of_the_caller_is_named() {
    let rig = Rig::new();
    let message = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: lambda:InvokeFunction on \
                   resource: x because no identity-based policy allows the lambda:InvokeFunction action";
    rig.fake.always("lambda:Invoke", refused("AccessDeniedException", message));
    assert!(run(&rig, CREATED).await.0.contains("lambda:InvokeFunction"));
    assert_eq!(rig.fake.elapsed(), Duration::ZERO);
}

/// Whether the function's permissions have taken effect is known by the kind of its problem, never by its text.
#[tokio::test(start_paused = true)]
async fn new_permissions_are_waited_for_by_the_kind_of_the_problem() {
    let with = |problem: &str, kinds: serde_json::Value| {
        json_of(json!({
            "previous": "unknown", "current": "up", "http": 200, "problems": [problem], "problem_kinds": kinds,
        }))
    };
    let until_effective = async |new: NewResources, answer: Answer| {
        let rig = Rig::new();
        rig.fake.until(Duration::from_secs(8), "lambda:Invoke", answer, reply());
        let (status, _) = run(&rig, new).await;
        (status, rig.fake.sent("lambda:Invoke").len())
    };
    let (status, calls) = until_effective(CREATED, with("no", json!(["access_denied"]))).await;
    assert!(status == "up" && calls > 1, "{status} after {calls} calls");
    assert_eq!(until_effective(SEEN, with("no", json!(["access_denied"]))).await, ("up".to_owned(), 1));
    for kinds in [json!([]), json!(["state_not_saved"]), json!(["of_a_later_release"])] {
        let answer = with("AccessDenied", kinds);
        assert_eq!(until_effective(CREATED, answer).await, ("up".to_owned(), 1));
    }
    // A function of an earlier release names no kinds.
    let (status, calls) = until_effective(CREATED, with("AccessDeniedException: no", json!(null))).await;
    assert!(status == "up" && calls > 1, "{status} after {calls} calls");
}
