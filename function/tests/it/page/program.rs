//! The program itself with the page's handler: from an event to its answer.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use super::fixtures::{event, settings, text, up};
use super::ssm::{Mood, Ssm};
use crate::server::{Answer, Server, http};

/// A process that is killed when the test ends.
struct Running(Child);

impl Running {
    /// End it, and return what it wrote.
    fn end(mut self) -> String {
        self.0.kill().unwrap();
        let mut written = String::new();
        std::io::Read::read_to_string(self.0.stdout.as_mut().unwrap(), &mut written).unwrap();
        written
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Start the function of a page with these settings in a folder.
fn program(folder: &std::path::Path, lambda: &Server, ssm: &Ssm) -> Running {
    let settings = serde_json::to_string(&settings(&["plex"])).unwrap();
    std::fs::write(folder.join("plexmon.json"), settings).unwrap();
    let child = Command::new(env!("CARGO_BIN_EXE_bootstrap"))
        .env_clear()
        .envs([
            ("_HANDLER", "page"),
            ("AWS_LAMBDA_FUNCTION_NAME", "plex-remote-health-page"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKID"),
            ("AWS_SECRET_ACCESS_KEY", "hush"),
        ])
        .env("LAMBDA_TASK_ROOT", folder)
        .env("AWS_LAMBDA_RUNTIME_API", lambda.address.to_string())
        .env("AWS_ENDPOINT_URL", format!("http://{}", ssm.address))
        .stdout(Stdio::piped())
        .spawn();
    Running(child.unwrap())
}

fn invocation(event: &Value) -> Answer {
    // A deadline in the year 2100.
    let headers = "lambda-runtime-aws-request-id: 1\r\nlambda-runtime-deadline-ms: 4102444800000\r\n";
    http("200 OK", &format!("{headers}{CLOSE}"), &event.to_string())
}

/// The program must not send its next request on a connection that is about to be closed.
const CLOSE: &str = "connection: close\r\n";

fn accepted() -> Answer {
    http("202 Accepted", CLOSE, "")
}

fn body(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[tokio::test]
async fn the_program_answers_visitors_and_logs_nothing() {
    let (first, second) =
        (invocation(&event("GET", "/status.json", &[])), invocation(&event("GET", "/x", &[])));
    let lambda = Server::start(&[first, accepted(), second, accepted(), Answer::Hang(Vec::new())]).await;
    let ssm = Ssm::start().await;
    let settings = settings(&["plex"]);
    let now = plexmon_function::time::now();
    let mut state = up(&settings);
    (state.ts, state.next) = (now, Some(now + 300));
    ssm.put(&settings.state_parameter, text(&state));
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path(), &lambda, &ssm);
    let requests = lambda.requests_once(4).await;
    assert!(requests[1].starts_with("POST /2018-06-01/runtime/invocation/1/response "), "{}", requests[1]);
    let answer = body(&requests[1]);
    assert_eq!(answer["statusCode"], 200);
    let summary: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!(summary["status"]["indicator"], "none");
    assert_eq!(body(&requests[3])["statusCode"], 404);
    assert_eq!(program.end(), "");
}

#[tokio::test]
async fn the_program_logs_a_failure_as_a_warning() {
    let page = invocation(&event("GET", "/", &[]));
    let lambda = Server::start(&[page, accepted(), Answer::Hang(Vec::new())]).await;
    let ssm = Ssm::start().await;
    ssm.set(Mood::Denied);
    let folder = tempfile::tempdir().unwrap();
    let program = program(folder.path(), &lambda, &ssm);
    let requests = lambda.requests_once(3).await;
    assert_eq!(body(&requests[1])["statusCode"], 503);
    let line: Value = serde_json::from_str(&program.end()).unwrap();
    assert_eq!(line["level"], "WARN");
    let timestamp: jiff::Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
    assert!(timestamp.as_second() > 1_700_000_000);
    let message = line["message"].as_str().unwrap();
    assert!(message.contains("AccessDeniedException") && !message.contains("192.0.2.9"), "{message}");
}
