//! The store in SSM: the real SDK over our HTTP client, against a stand-in for SSM.

use plexmon_function::contract::problem::ProblemKind;
use plexmon_function::http::Http;
use plexmon_function::probe::Tls;
use plexmon_function::store::{SsmStore, Store, Stored};
use serde_json::Value;

use crate::server::{Answer, Server, http};

const STATE: &str = "/homelab/plex_remote_status";

fn store(server: &Server) -> SsmStore {
    let endpoint = format!("http://{}", server.address);
    let env = move |name: &str| match name {
        "AWS_ACCESS_KEY_ID" => Some("AKID".to_owned()),
        "AWS_SECRET_ACCESS_KEY" => Some("hush".to_owned()),
        "AWS_SESSION_TOKEN" => Some("session".to_owned()),
        "AWS_REGION" => Some("eu-central-1".to_owned()),
        "AWS_ENDPOINT_URL" => Some("http://192.0.2.1/never".to_owned()),
        "AWS_ENDPOINT_URL_SSM" => Some(endpoint.clone()),
        _ => None,
    };
    SsmStore::from_env(&Http::new(&Tls::new().unwrap()), STATE, Some("/secrets"), env).unwrap()
}

fn json(status: &str, body: &str) -> Answer {
    http(status, "content-type: application/x-amz-json-1.1\r\n", body)
}

/// Return the operation and body of the only request.
async fn only(server: &Server) -> (String, Value) {
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.contains("/eu-central-1/ssm/aws4_request"), "{head}");
    assert!(head.contains("x-amz-security-token: session"), "{head}");
    let operation = head.lines().find_map(|line| line.strip_prefix("x-amz-target: AmazonSSM.")).unwrap();
    (operation.to_owned(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn the_state_is_loaded() {
    let server =
        Server::start(&[json("200 OK", r#"{"Parameter":{"Name":"x","Value":"{\"a\":1}","Version":7}}"#)])
            .await;
    let stored = Stored { text: r#"{"a":1}"#.to_owned(), version: Some(7) };
    assert_eq!(store(&server).load_state(0).await, Ok(Some(stored)));
    assert_eq!(only(&server).await, ("GetParameter".to_owned(), serde_json::json!({ "Name": STATE })));
}

#[tokio::test]
async fn a_missing_state_is_not_an_error() {
    let missing = json("400 Bad Request", r#"{"__type":"ParameterNotFound"}"#);
    let server = Server::start(&[missing]).await;
    assert_eq!(store(&server).load_state(0).await, Ok(None));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_earlier_version_is_loaded_by_number() {
    let server = Server::start(&[json("200 OK", r#"{"Parameter":{"Value":"old","Version":6}}"#)]).await;
    let stored = Stored { text: "old".to_owned(), version: Some(6) };
    assert_eq!(store(&server).load_version(1, 6).await, Ok(Some(stored)));
    let name = format!("{STATE}_part2:6");
    assert_eq!(only(&server).await, ("GetParameter".to_owned(), serde_json::json!({ "Name": name })));
    let missing = json("400 Bad Request", r#"{"__type":"ParameterVersionNotFound"}"#);
    let server = Server::start(&[missing]).await;
    assert_eq!(store(&server).load_version(0, 6).await, Ok(None));
}

#[tokio::test]
async fn the_state_is_saved_as_a_standard_string_parameter() {
    let server = Server::start(&[json("200 OK", r#"{"Tier":"Standard","Version":2}"#)]).await;
    assert_eq!(store(&server).save_state(0, "text").await, Ok(Some(2)));
    let expected = serde_json::json!(
        { "Name": STATE, "Value": "text", "Type": "String", "Overwrite": true, "Tier": "Standard" }
    );
    assert_eq!(only(&server).await, ("PutParameter".to_owned(), expected));
}

#[tokio::test]
async fn secrets_are_decrypted_and_never_quoted() {
    let value =
        |text: &str| json("200 OK", &serde_json::json!({ "Parameter": { "Value": text } }).to_string());
    let server = Server::start(&[value(r#"{"pushover":{"token":"t","user":"u"}}"#)]).await;
    let secrets = store(&server).load_secrets().await.unwrap();
    assert_eq!(secrets.channel("pushover")["token"].expose(), "t");
    let expected = serde_json::json!({ "Name": "/secrets", "WithDecryption": true });
    assert_eq!(only(&server).await, ("GetParameter".to_owned(), expected));
    let server = Server::start(&[value(r#"{"pushover":"hush"}"#)]).await;
    let why = store(&server).load_secrets().await.unwrap_err();
    assert_eq!(why.to_string(), "/secrets does not contain valid secrets (line 1, column 19)");
}

#[tokio::test]
async fn failures_are_explained() {
    let denied =
        json("400 Bad", r#"{"__type":"AccessDeniedException","message":"User: x is not authorized"}"#);
    let broken = json("500 Oh", r#"{"__type":"InternalServerError","message":"oh"}"#);
    for (answer, why, attempts) in [
        (denied, "AccessDeniedException: User: x is not authorized", 1),
        (broken, "InternalServerError: oh", 2),
        (Answer::Reset, "no connection, or an invalid response", 2),
        (Answer::Bytes(b"nonsense\r\n\r\n".to_vec()), "no connection, or an invalid response", 2),
    ] {
        let server = Server::start(&[answer]).await;
        let error = store(&server).save_state(0, "text").await.unwrap_err();
        assert_eq!(error.to_string(), format!("ssm:PutParameter of {STATE} failed ({why})"));
        let kind = error.problem(ProblemKind::StateNotSaved, "the state was not saved").kind;
        let is_denied = why.starts_with("AccessDenied");
        assert_eq!(kind, if is_denied { ProblemKind::AccessDenied } else { ProblemKind::StateNotSaved });
        assert_eq!(server.requests().len(), attempts, "{why}");
    }
}

#[tokio::test]
async fn a_single_failure_is_retried() {
    let good = json("200 OK", r#"{"Parameter":{"Value":"kept"}}"#);
    let server = Server::start(&[Answer::Reset, good]).await;
    assert_eq!(
        store(&server).load_state(0).await,
        Ok(Some(Stored { text: "kept".to_owned(), version: None }))
    );
}

#[tokio::test]
async fn missing_environment_variables_are_named() {
    let http = Http::new(&Tls::new().unwrap());
    let none = SsmStore::from_env(&http, STATE, None, |_| None).unwrap_err();
    assert_eq!(none.to_string(), "the environment variable AWS_ACCESS_KEY_ID is not set");
    let no_region = |name: &str| (!name.contains("REGION")).then(|| "x".to_owned());
    let none = SsmStore::from_env(&http, STATE, None, no_region).unwrap_err();
    assert_eq!(none.to_string(), "the environment variable AWS_DEFAULT_REGION is not set");
}
