//! AWS as a table: each operation has an answer, and all requests are kept.
//!
//! Unless told otherwise, every write succeeds and nothing is there to be read.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};
use tokio::sync::Barrier;
use tokio::time::Instant;

/// What AWS says to one request.
#[derive(Debug, Clone)]
pub enum Answer {
    Json(Value),
    /// The inside of an XML result.
    Xml(String),
    Refused {
        code: String,
        message: String,
    },
    /// An answer with its status as AWS gave it; without a code, a success. A code of an invocation that came back with
    /// 200 is what the function failed of.
    Recorded {
        status: u16,
        code: Option<String>,
        message: Option<String>,
    },
    /// The connection breaks before an answer comes.
    Lost,
}

pub fn refused(code: &str, message: &str) -> Answer {
    Answer::Refused { code: code.to_owned(), message: message.to_owned() }
}

/// A request as the operation's name and what was sent.
#[derive(Debug, Clone)]
pub struct Request {
    /// As in `iam:CreateRole`.
    pub operation: String,
    pub body: Value,
    /// Where it was sent; empty for IAM.
    pub region: String,
    /// Since the fake was made.
    pub at: Duration,
}

type Handler = Box<dyn FnMut(&Request) -> Answer + Send>;

#[derive(Clone)]
pub struct Fake {
    started: Instant,
    inner: Arc<Mutex<Inner>>,
    /// Holds back all answers until so many requests are there.
    gate: Arc<Mutex<Option<Arc<Barrier>>>>,
    /// How long each answer takes.
    latency: Arc<Mutex<Duration>>,
}

struct Inner {
    handlers: HashMap<String, Handler>,
    requests: Vec<Request>,
}

impl std::fmt::Debug for Fake {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Fake")
    }
}

impl Fake {
    pub fn new() -> Self {
        let inner = Inner { handlers: HashMap::new(), requests: Vec::new() };
        Self {
            started: Instant::now(),
            inner: Arc::new(Mutex::new(inner)),
            gate: Arc::default(),
            latency: Arc::default(),
        }
    }

    /// From now on, `operation` is answered so.
    pub fn on(&self, operation: &str, answer: impl FnMut(&Request) -> Answer + Send + 'static) {
        self.inner.lock().unwrap().handlers.insert(operation.to_owned(), Box::new(answer));
    }

    pub fn always(&self, operation: &str, answer: Answer) {
        self.on(operation, move |_| answer.clone());
    }

    /// `first` until so much time has passed since the fake was made, `then` ever after.
    pub fn until(&self, time: Duration, operation: &str, first: Answer, then: Answer) {
        self.on(operation, move |request| if request.at < time { first.clone() } else { then.clone() });
    }

    /// As before until `is_over` says otherwise, `then` ever after.
    pub fn once(
        &self,
        operation: &str,
        mut is_over: impl FnMut() -> bool + Send + 'static,
        mut then: impl FnMut(&Request) -> Answer + Send + 'static,
    ) {
        let mut before = self.inner.lock().unwrap().handlers.remove(operation);
        let name = operation.to_owned();
        self.on(operation, move |request| match &mut before {
            _ if is_over() => then(request),
            Some(before) => before(request),
            None => super::answers::usual(&name),
        });
    }

    /// One answer after the other; the last one stays.
    pub fn in_turn<const N: usize>(&self, operation: &str, answers: [Answer; N]) {
        let mut turn = 0;
        self.on(operation, move |_| {
            turn += 1;
            answers[turn.min(N) - 1].clone()
        });
    }

    pub fn hold_until(&self, requests: usize) {
        *self.gate.lock().unwrap() = Some(Arc::new(Barrier::new(requests)));
    }

    /// From now on, each answer takes so long.
    pub fn take(&self, latency: Duration) {
        *self.latency.lock().unwrap() = latency;
    }

    /// The operations of each round: with answers that take a second, those that were asked for in the same second.
    pub fn rounds(&self) -> Vec<Vec<String>> {
        let mut rounds: Vec<Vec<String>> = Vec::new();
        for request in &self.inner.lock().unwrap().requests {
            let round = usize::try_from(request.at.as_secs()).unwrap();
            rounds.resize(rounds.len().max(round + 1), Vec::new());
            rounds[round].push(request.operation.clone());
        }
        rounds
    }

    /// The names of all operations that were asked for, in order.
    pub fn operations(&self) -> Vec<String> {
        self.inner.lock().unwrap().requests.iter().map(|request| request.operation.clone()).collect()
    }

    /// What was sent with each request for `operation`.
    pub fn sent(&self, operation: &str) -> Vec<Value> {
        let inner = self.inner.lock().unwrap();
        let of = inner.requests.iter().filter(|request| request.operation == operation);
        of.map(|request| request.body.clone()).collect()
    }

    /// Each request with its region.
    pub fn requests(&self) -> Vec<Request> {
        self.inner.lock().unwrap().requests.clone()
    }

    /// Since the fake was made.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn answer(&self, request: &HttpRequest) -> (String, Answer) {
        let (operation, body) = super::answers::operation_of(request);
        let region = region_of(request);
        let request = Request { operation: operation.clone(), body, region, at: self.elapsed() };
        let mut inner = self.inner.lock().unwrap();
        inner.requests.push(request.clone());
        let answer = match inner.handlers.get_mut(&operation) {
            Some(handler) => handler(&request),
            None => super::answers::usual(&operation),
        };
        (operation, answer)
    }
}

/// As in `https://lambda.eu-central-1.amazonaws.com/`.
fn region_of(request: &HttpRequest) -> String {
    let host = request.uri().split("://").nth(1).unwrap_or_default();
    let region = host.split('.').nth(1).filter(|region| *region != "amazonaws");
    region.unwrap_or_default().to_owned()
}

impl HttpConnector for Fake {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (operation, answer) = self.answer(&request);
        let gate = self.gate.lock().unwrap().clone();
        let latency = *self.latency.lock().unwrap();
        HttpConnectorFuture::new(async move {
            if let Some(gate) = gate {
                gate.wait().await;
            }
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            respond(&operation, answer)
        })
    }
}

fn respond(operation: &str, answer: Answer) -> Result<HttpResponse, ConnectorError> {
    let (service, name) = operation.split_once(':').unwrap();
    let xml = matches!(service, "iam" | "sts");
    let mut builder = http::Response::builder().status(200);
    let body = match answer {
        Answer::Lost => return Err(ConnectorError::io("connection reset by peer".into())),
        Answer::Json(value) => value.to_string(),
        Answer::Xml(inside) => {
            format!("<{name}Response><{name}Result>{inside}</{name}Result></{name}Response>")
        }
        Answer::Refused { code, message } => {
            let status = if code.contains("Throttling") { 429 } else { 400 };
            builder = builder.status(status);
            if service == "lambda" {
                builder = builder.header("x-amzn-errortype", &code);
            }
            refusal(service, &code, Some(&message))
        }
        Answer::Recorded { status, code: None, .. } => {
            let success = respond(operation, super::answers::usual_success(operation))?;
            return Ok(HttpResponse::new(status.try_into().unwrap(), success.into_body()));
        }
        Answer::Recorded { status: 200, code: Some(code), message } if operation == "lambda:Invoke" => {
            builder = builder.header("x-amz-function-error", "Unhandled");
            json!({ "errorType": code, "errorMessage": message }).to_string()
        }
        Answer::Recorded { status: 200, code, message } => {
            let entry = json!({ "TargetId": "t", "ErrorCode": code, "ErrorMessage": message });
            json!({ "FailedEntryCount": 1, "FailedEntries": [entry] }).to_string()
        }
        Answer::Recorded { status, code: Some(code), message } => {
            builder = builder.status(status);
            if service == "lambda" && !code.is_empty() {
                builder = builder.header("x-amzn-errortype", &code);
            }
            refusal(service, &code, message.as_deref())
        }
    };
    let content = if xml { "text/xml" } else { "application/json" };
    let response = builder.header("content-type", content).body(SdkBody::from(body)).unwrap();
    Ok(HttpResponse::try_from(response).unwrap())
}

/// The body of a refusal. Without a code, it comes from something between us and AWS.
fn refusal(service: &str, code: &str, message: Option<&str>) -> String {
    let key = if code == "ResourceNotFoundException" { "Message" } else { "message" };
    match service {
        _ if code.is_empty() => "<html>Bad gateway</html>".to_owned(),
        "iam" | "sts" => {
            let escaped = message.map(|message| message.replace('&', "&amp;").replace('<', "&lt;"));
            let message = escaped.map_or_else(String::new, |text| format!("<Message>{text}</Message>"));
            format!(
                "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>{message}</Error></ErrorResponse>"
            )
        }
        "lambda" => json!({ "Type": "User", key: message }).to_string(),
        _ => match message {
            Some(message) => json!({ "__type": code, "message": message }).to_string(),
            None => json!({ "__type": code }).to_string(),
        },
    }
}
