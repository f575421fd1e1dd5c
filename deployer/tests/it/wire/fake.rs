//! A fake AWS: a table with a response for each operation, and a record of all requests.
//!
//! By default, every write succeeds and every read finds nothing.

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

/// The response to one request.
#[derive(Debug, Clone)]
pub enum Answer {
    Json(Value),
    /// The content of an XML result.
    Xml(String),
    Refused {
        code: String,
        message: String,
    },
    /// A response with its status as recorded; without a code, a success. The code of an invocation with status 200
    /// is the error of the function.
    Recorded {
        status: u16,
        code: Option<String>,
        message: Option<String>,
    },
    /// The connection breaks before the response.
    Lost,
    /// There is no response.
    Never,
    /// A success with this body.
    Garbage(&'static str),
}

pub fn refused(code: &str, message: &str) -> Answer {
    Answer::Refused { code: code.to_owned(), message: message.to_owned() }
}

/// A request: the name of the operation, and the content.
#[derive(Debug, Clone)]
pub struct Request {
    /// Such as `iam:CreateRole`.
    pub operation: String,
    pub body: Value,
    /// The region that it was sent to; empty for IAM.
    pub region: String,
    /// The time since the fake was created.
    pub at: Duration,
}

type Handler = Box<dyn FnMut(&Request) -> Answer + Send>;

#[derive(Clone)]
pub struct Fake {
    started: Instant,
    inner: Arc<Mutex<Inner>>,
    /// Delay all responses until this number of requests has arrived.
    gate: Arc<Mutex<Option<Arc<Barrier>>>>,
    /// The latency of each response.
    latency: Arc<Mutex<Duration>>,
}

struct Inner {
    /// The response to every request that is sent to one of these regions.
    regions: HashMap<String, Answer>,
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
        let inner = Inner { regions: HashMap::new(), handlers: HashMap::new(), requests: Vec::new() };
        Self {
            started: Instant::now(),
            inner: Arc::new(Mutex::new(inner)),
            gate: Arc::default(),
            latency: Arc::default(),
        }
    }

    /// From now on, respond to `operation` with `answer`.
    pub fn on(&self, operation: &str, answer: impl FnMut(&Request) -> Answer + Send + 'static) {
        self.inner.lock().unwrap().handlers.insert(operation.to_owned(), Box::new(answer));
    }

    pub fn always(&self, operation: &str, answer: Answer) {
        self.on(operation, move |_| answer.clone());
    }

    /// Respond with `first` until `time` has passed since the fake was created, and with `then` afterwards.
    pub fn until(&self, time: Duration, operation: &str, first: Answer, then: Answer) {
        self.on(operation, move |request| if request.at < time { first.clone() } else { then.clone() });
    }

    /// Respond as before until `is_over` returns true, and with `then` afterwards.
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

    /// From now on, respond with this to every request that is sent to a region.
    pub fn everything_in(&self, region: &str, answer: Answer) {
        self.inner.lock().unwrap().regions.insert(region.to_owned(), answer);
    }

    /// Return one response after the other, then repeat the last one.
    pub fn in_turn<const N: usize>(&self, operation: &str, answers: [Answer; N]) {
        let mut turn = 0;
        self.on(operation, move |_| {
            turn += 1;
            answers[turn.min(N) - 1].clone()
        });
    }

    pub fn delay_until(&self, requests: usize) {
        *self.gate.lock().unwrap() = Some(Arc::new(Barrier::new(requests)));
    }

    /// From now on, each response has this latency.
    pub fn take(&self, latency: Duration) {
        *self.latency.lock().unwrap() = latency;
    }

    /// Return the operations of each round. With a latency of one second, a round is one second.
    pub fn rounds(&self) -> Vec<Vec<String>> {
        let mut rounds: Vec<Vec<String>> = Vec::new();
        for request in &self.inner.lock().unwrap().requests {
            let round = usize::try_from(request.at.as_secs()).unwrap();
            rounds.resize(rounds.len().max(round + 1), Vec::new());
            rounds[round].push(request.operation.clone());
        }
        rounds
    }

    /// Return the names of all operations that were called, in order.
    pub fn operations(&self) -> Vec<String> {
        self.inner.lock().unwrap().requests.iter().map(|request| request.operation.clone()).collect()
    }

    /// Return the content of each request for `operation`.
    pub fn sent(&self, operation: &str) -> Vec<Value> {
        let inner = self.inner.lock().unwrap();
        let of = inner.requests.iter().filter(|request| request.operation == operation);
        of.map(|request| request.body.clone()).collect()
    }

    /// Return all requests.
    pub fn requests(&self) -> Vec<Request> {
        self.inner.lock().unwrap().requests.clone()
    }

    /// The time since the fake was created.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn answer(&self, request: &HttpRequest) -> (String, Answer) {
        let (operation, body) = super::answers::operation_of(request);
        let region = region_of(request);
        let request = Request { operation: operation.clone(), body, region, at: self.elapsed() };
        let mut inner = self.inner.lock().unwrap();
        inner.requests.push(request.clone());
        if let Some(answer) = inner.regions.get(&request.region) {
            return (operation, answer.clone());
        }
        let answer = match inner.handlers.get_mut(&operation) {
            Some(handler) => handler(&request),
            None => super::answers::usual(&operation),
        };
        (operation, answer)
    }
}

/// Return the region in an address such as `https://lambda.eu-central-1.amazonaws.com/`.
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
            if matches!(answer, Answer::Never) {
                return std::future::pending().await;
            }
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
        Answer::Lost | Answer::Never => {
            return Err(ConnectorError::io("connection reset by peer".into()));
        }
        Answer::Garbage(body) => body.to_owned(),
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

/// The body of an error. Without a code, it comes from something between us and AWS.
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
