//! A stand-in for SSM that has parameters, counts its calls and fails on demand.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use plexmon_function::http::Http;
use plexmon_function::probe::Tls;
use plexmon_function::store::SsmReader;
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;

use crate::server::read_request;

/// How it answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Well,
    /// `GetParameters` is denied.
    BatchDenied,
    Denied,
    Throttled,
    /// It accepts requests and does not answer.
    Silent,
    Garbage,
}

#[derive(Default)]
struct Inner {
    values: BTreeMap<String, String>,
    mood: Mood,
    /// The parameters that are denied.
    denied: String,
    /// Operation and names of each call.
    calls: Vec<(String, Vec<String>)>,
    heads: Vec<String>,
    /// Requests with this in their names wait for each other.
    together: Option<(String, Arc<Barrier>)>,
}

/// A stand-in for SSM. Its task ends with the test's runtime.
pub struct Ssm {
    pub address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

impl Ssm {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Mutex::new(Inner::default()));
        let shared = Arc::clone(&inner);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, Arc::clone(&shared)));
            }
        });
        Self { address, inner }
    }

    /// A client of it, in a function of this region.
    pub fn reader(&self, home_region: Option<&str>) -> SsmReader {
        let endpoint = format!("http://{}", self.address);
        let env = move |name: &str| match name {
            "AWS_ACCESS_KEY_ID" => Some("AKID".to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some("hush".to_owned()),
            "AWS_REGION" => Some("eu-central-1".to_owned()),
            "AWS_ENDPOINT_URL" => Some(endpoint.clone()),
            _ => None,
        };
        SsmReader::from_env(&Http::new(&Tls::new().unwrap()), home_region, env).unwrap()
    }

    pub fn put(&self, name: &str, value: impl Into<String>) {
        self.inner.lock().unwrap().values.insert(name.to_owned(), value.into());
    }

    pub fn set(&self, mood: Mood) {
        self.inner.lock().unwrap().mood = mood;
    }

    /// Deny all parameters whose names contain this.
    pub fn deny(&self, part: &str) {
        self.inner.lock().unwrap().denied = part.to_owned();
    }

    /// Answer requests whose names contain this only when that many of them have come.
    pub fn answer_together(&self, part: &str, count: usize) {
        self.inner.lock().unwrap().together = Some((part.to_owned(), Arc::new(Barrier::new(count))));
    }

    /// The calls since the last time, as their operations and the ends of their names.
    pub fn calls(&self) -> Vec<String> {
        let calls = std::mem::take(&mut self.inner.lock().unwrap().calls);
        let end = |name: &String| name.rsplit('_').next().unwrap_or_default().to_owned();
        let call = |(operation, names): &(String, Vec<String>)| {
            format!("{operation} {}", names.iter().map(end).collect::<Vec<_>>().join(" "))
        };
        calls.iter().map(call).collect()
    }

    /// The head of the last request.
    pub fn last_head(&self) -> String {
        self.inner.lock().unwrap().heads.last().cloned().unwrap_or_default()
    }
}

async fn converse(mut stream: TcpStream, shared: Arc<Mutex<Inner>>) {
    let request = read_request(&mut stream).await;
    let (answer, is_silent, together) = {
        let mut inner = shared.lock().unwrap();
        let together = inner.together.as_ref().filter(|(part, _)| request.contains(part));
        let together = together.map(|(_, barrier)| Arc::clone(barrier));
        (inner.answer(&request), inner.mood == Mood::Silent, together)
    };
    if let Some(barrier) = together {
        barrier.wait().await;
    }
    if is_silent {
        std::future::pending::<()>().await;
    }
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn http(status: &str, body: &Value) -> String {
    let body = body.to_string();
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn failure(code: &str) -> String {
    http("400 Bad Request", &json!({ "__type": code, "message": "no" }))
}

impl Inner {
    fn answer(&mut self, request: &str) -> String {
        let Some((head, body)) = request.split_once("\r\n\r\n") else { return String::new() };
        let target = head.lines().find_map(|line| line.strip_prefix("x-amz-target: AmazonSSM."));
        let operation = target.unwrap().to_owned();
        let body: Value = serde_json::from_str(body).unwrap();
        let is_batch = operation == "GetParameters";
        let names: Vec<String> = match body["Names"].as_array() {
            Some(names) => names.iter().map(|name| name.as_str().unwrap().to_owned()).collect(),
            None => vec![body["Name"].as_str().unwrap().to_owned()],
        };
        assert!(names.len() <= 10, "SSM accepts ten names in a call");
        self.calls.push((operation, names.clone()));
        self.heads.push(head.to_owned());
        let is_denied = !self.denied.is_empty() && names.iter().any(|name| name.contains(&self.denied));
        match self.mood {
            Mood::Denied => return failure("AccessDeniedException"),
            Mood::BatchDenied if is_batch => return failure("AccessDeniedException"),
            _ if is_denied => return failure("AccessDeniedException"),
            Mood::Throttled => return failure("ThrottlingException"),
            Mood::Garbage => return "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n<html/>".to_owned(),
            Mood::Well | Mood::Silent | Mood::BatchDenied => {}
        }
        let found = |name: &String| {
            let value = self.values.get(name)?;
            Some(json!({ "Name": name, "Type": "String", "Value": value, "Version": 1 }))
        };
        if is_batch {
            // In another order than they were asked for.
            let parameters: Vec<Value> = names.iter().rev().filter_map(found).collect();
            let invalid: Vec<&String> = names.iter().filter(|name| found(name).is_none()).collect();
            return http("200 OK", &json!({ "Parameters": parameters, "InvalidParameters": invalid }));
        }
        match found(&names[0]) {
            Some(parameter) => http("200 OK", &json!({ "Parameter": parameter })),
            None => failure("ParameterNotFound"),
        }
    }
}
