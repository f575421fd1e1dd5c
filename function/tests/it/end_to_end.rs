//! The program itself, with stand-ins for Lambda, SSM and the target: from an event to its answer.

use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use crate::server::{Answer, Server, http};

/// A process that is killed when the test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program(lambda: &Server, ssm: &Server, target: &Server) -> Running {
    let child = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
        .env_clear()
        .envs([
            ("LAMBDA_TASK_ROOT", env!("CARGO_TARGET_TMPDIR")),
            ("AWS_LAMBDA_FUNCTION_NAME", "plex-remote-health"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "hush"),
            ("PUSHOVER_TOKEN", "tok"),
            ("PUSHOVER_USER", "usr"),
        ])
        .env("AWS_LAMBDA_RUNTIME_API", lambda.address.to_string())
        .env("AWS_ENDPOINT_URL", format!("http://{}", ssm.address))
        .env("CHECK_URL", target.url())
        .stdout(Stdio::piped())
        .spawn();
    Running(child.unwrap())
}

/// The program must not send its next request on a connection that is about to be closed.
const CLOSE: &str = "connection: close\r\n";

fn event() -> Answer {
    // A deadline in the year 2100.
    let headers = "lambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: 4102444800000\r\n";
    http("200 OK", &format!("{headers}{CLOSE}"), "{}")
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn the_program_without_settings_replaces_the_python_function() {
    let lambda = Server::start(&[event(), http("202 Accepted", CLOSE, ""), Answer::Hang(Vec::new())]).await;
    let kept = json!({ "Parameter": { "Value": r#"{"status": "up", "ts": 1700000000}"# } }).to_string();
    let ssm = Server::start(&[http("200 OK", "", &kept), http("200 OK", "", r#"{"Version":2}"#)]).await;
    let target = Server::start(&[http("200 OK", "", "<MediaContainer machineIdentifier=\"a\"/>")]).await;
    let _program = program(&lambda, &ssm, &target);

    let answered = &lambda.requests_once(2).await[1];
    assert!(answered.starts_with("POST /2018-06-01/runtime/invocation/1/response "), "{answered}");
    let reply = body(answered);
    assert_eq!(
        (&reply["previous"], &reply["current"], &reply["http"]),
        (&json!("up"), &json!("up"), &json!(200))
    );
    assert_eq!(reply["problems"], json!([]));
    let written = body(&ssm.requests()[1]);
    let state: Value = serde_json::from_str(written["Value"].as_str().unwrap()).unwrap();
    assert_eq!((&state["status"], &state["targets"][0]["since"]), (&json!("up"), &json!(1_700_000_000)));
    assert_eq!(target.requests().len(), 1);
}

#[tokio::test]
async fn the_monitors_own_failure_is_a_failed_invocation() {
    let lambda = Server::start(&[event(), http("202 Accepted", CLOSE, ""), Answer::Hang(Vec::new())]).await;
    let denied = r#"{"__type":"AccessDeniedException","message":"no"}"#;
    let ssm = Server::start(&[http("400 Bad Request", "", denied)]).await;
    let target = Server::start(&[http("200 OK", "", "machineIdentifier=")]).await;
    let _program = program(&lambda, &ssm, &target);

    let answered = &lambda.requests_once(2).await[1];
    assert!(answered.starts_with("POST /2018-06-01/runtime/invocation/1/error "), "{answered}");
    let why = body(answered)["errorMessage"].as_str().unwrap().to_owned();
    assert!(
        why.contains("ssm:GetParameter of /homelab/plex_remote_status failed (AccessDeniedException: no)"),
        "{why}"
    );
}
