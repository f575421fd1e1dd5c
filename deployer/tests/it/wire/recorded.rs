//! Recorded responses of AWS, each through the real client of its operation: each is classified by its meaning.

mod senders;

use std::fmt::Write as _;

use plexmon_deploy::aws::{CallError, Existence, Meaning};
use serde::Deserialize;

use self::senders::{Failure, OPERATIONS, send};
use super::fake::Answer;
use super::rig::Rig;

/// One response: the operation, the response, and its meaning.
#[derive(Debug, Clone, Deserialize)]
struct Row {
    /// `service:Operation`; `service:any` and `any` mean all operations that are called here.
    operation: String,
    situation: String,
    status: u16,
    code: Option<String>,
    /// `{name}` is a placeholder for any text.
    message: Option<String>,
    created_in_this_run: bool,
    means: String,
}

impl Row {
    fn existence(&self) -> Existence {
        if self.created_in_this_run { Existence::Recent } else { Existence::Known }
    }
}

/// Not called through a client of the SDK: a public address.
const WITHOUT_CLIENT: [&str; 1] = ["url:GET"];

fn rows() -> Vec<Row> {
    serde_json::from_str(include_str!("recorded_answers.json")).unwrap()
}

fn name(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::NotFound => "gone",
        Meaning::Exists => "exists",
        Meaning::Busy(_) => "busy",
        Meaning::Throttled => "throttled",
        Meaning::Denied => "denied",
        Meaning::Credentials => "credentials",
        Meaning::Invalid => "invalid",
        Meaning::Final => "final",
    }
}

/// The message with `text` for each of its placeholders.
fn filled(message: &str, text: &str) -> String {
    let mut parts = message.split('{');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once('}') {
            Some((name, rest)) if name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') => {
                whole.push_str(text);
                whole.push_str(rest);
            }
            _ => {
                whole.push('{');
                whole.push_str(part);
            }
        }
    }
    whole
}

/// Return the operations of a row.
fn operations(row: &Row) -> Vec<&'static str> {
    let is_meant = |operation: &&&str| match row.operation.strip_suffix("any") {
        Some(start) => operation.starts_with(start),
        None => **operation == row.operation,
    };
    OPERATIONS.iter().filter(is_meant).copied().collect()
}

/// Return our classification of the row's response to one operation.
async fn classified(rig: &Rig, operation: &str, row: &Row, text: &str) -> String {
    let code = row.code.as_deref().map(|code| filled(code, if text.is_empty() { "X" } else { text }));
    let message = row.message.as_deref().map(|message| filled(message, text));
    rig.fake.always(operation, Answer::Recorded { status: row.status, code, message });
    match send(&rig.aws, operation).await {
        Ok(()) => "ok".to_owned(),
        Err(Failure::Refused(error)) => name(error.meaning(row.existence())).to_owned(),
        // Whatever error the function has, a retry does not help.
        Err(Failure::Ran(error)) => {
            let expected = row.message.as_deref().map(|message| filled(message, text));
            assert_eq!(Some(error.message), expected, "{}", row.situation);
            "final".to_owned()
        }
    }
}

/// Return the error of an operation with this response.
async fn refusal(operation: &str, status: u16, code: &str, message: Option<&str>) -> CallError {
    let rig = Rig::new();
    let (code, message) = (Some(code.to_owned()), message.map(str::to_owned));
    rig.fake.always(operation, Answer::Recorded { status, code, message });
    match send(&rig.aws, operation).await {
        Err(Failure::Refused(error)) => error,
        other => panic!("{operation} was not refused: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn each_recorded_response_is_classified_by_its_meaning() {
    let mut wrong = String::new();
    let mut checked = 0;
    let rig = Rig::new();
    for row in rows().iter().filter(|row| !WITHOUT_CLIENT.contains(&row.operation.as_str())) {
        let operations = operations(row);
        assert!(!operations.is_empty(), "nothing sends {}", row.operation);
        for operation in operations {
            for text in ["some text", ""] {
                let made = classified(&rig, operation, row, text).await;
                if made != row.means {
                    let _ = writeln!(wrong, "{operation} {}: {made}, not {}", row.situation, row.means);
                }
                checked += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(checked > 450, "only {checked} answers");
}

/// The table may list the same response twice only if its meaning depends on what this run has created.
#[test]
fn equal_responses_differ_in_meaning_only_for_new_resources() {
    let rows = rows();
    for row in &rows {
        let same = |other: &&Row| {
            (&other.operation, &other.code, &other.message, other.created_in_this_run)
                == (&row.operation, &row.code, &row.message, row.created_in_this_run)
        };
        for other in rows.iter().filter(same).filter(|other| other.status == row.status) {
            assert_eq!(other.means, row.means, "{} {}", row.operation, row.situation);
        }
    }
    let without: Vec<&str> = rows
        .iter()
        .map(|row| row.operation.as_str())
        .filter(|operation| WITHOUT_CLIENT.contains(operation))
        .collect();
    assert_eq!(without.len(), 4, "{without:?}");
}

/// Codes may have a namespace, or the address of their documentation.
#[tokio::test(start_paused = true)]
async fn a_code_is_recognised_in_every_format() {
    for (operation, code, means) in [
        ("lambda:UpdateFunctionCode", "ResourceConflictException:http://internal.amazon.com/coral/", "busy"),
        ("ssm:GetParameter", "com.amazonaws.ssm#ParameterNotFound", "gone"),
        ("events:PutTargets", "com.amazon.coral#ConcurrentModificationException", "busy"),
    ] {
        let error = refusal(operation, 400, code, None).await;
        assert_eq!(name(error.meaning(Existence::Known)), means, "{code}");
    }
}

/// With an unknown message, the code decides.
#[tokio::test(start_paused = true)]
async fn a_known_code_with_an_unknown_message_is_classified() {
    for (operation, code, message, means) in [
        ("lambda:DeleteFunction", "ResourceConflictException", "The function is being changed.", "busy"),
        ("lambda:CreateFunction", "ResourceConflictException", "The function is being deleted.", "busy"),
        ("lambda:AddPermission", "PreconditionFailedException", "Try again.", "busy"),
        ("lambda:Invoke", "ResourceNotReadyException", "The function is inactive.", "busy"),
        ("iam:CreateRole", "EntityTemporarilyUnmodifiable", "It was deleted and created again.", "busy"),
        ("lambda:Invoke", "EC2ThrottledException", "", "throttled"),
        ("iam:PutRolePolicy", "ServiceUnavailable", "", "throttled"),
        ("lambda:Invoke", "KMSDisabledException", "", "final"),
        ("logs:CreateLogGroup", "SomethingNewException", "", "final"),
    ] {
        let error = refusal(operation, 409, code, Some(message)).await;
        assert_eq!(name(error.meaning(Existence::Known)), means, "{operation} {error}");
    }
}

/// An error page of something between us and AWS has no code.
#[tokio::test(start_paused = true)]
async fn a_fault_without_a_code_is_waited_for() {
    for (status, means) in [(502, "throttled"), (503, "throttled"), (400, "final")] {
        let error = refusal("ssm:GetParameter", status, "", None).await;
        assert_eq!(name(error.meaning(Existence::Known)), means, "{status}");
    }
}

/// Lambda repeats all values of the environment in it.
#[tokio::test(start_paused = true)]
async fn values_of_the_environment_are_never_shown() {
    let rig = Rig::new();
    let row = rows().into_iter().find(|row| row.situation == "environment too large").unwrap();
    let message = filled(row.message.as_deref().unwrap(), r#"{"TOKEN":"the-value"}"#);
    assert!(message.contains("the-value"));
    let answer = Answer::Recorded { status: row.status, code: row.code, message: Some(message) };
    rig.fake.always("lambda:CreateFunction", answer);
    let error = rig.up().await;
    assert!(error.contains("exceeded the 4KB limit"), "{error}");
    assert!(!format!("{error}{}", rig.reported()).contains("the-value"), "{error}");
}
