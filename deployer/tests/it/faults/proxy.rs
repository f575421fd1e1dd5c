//! A proxy between the deployer and the emulator that forwards all calls and injects a fault at one of them.

use std::fmt;
use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::{Arc, Mutex};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use plexmon_testing::aws_operation::aws_operation;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use crate::support::{emulator, runtime};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    None,
    /// From this call on, this operation is throttled.
    Throttled,
    /// From this call on, this operation fails inside AWS.
    Internal,
    /// From this call on, this operation is not allowed.
    Denied,
    /// Once: another client is changing the same resource.
    Conflict,
    /// The connection breaks before AWS receives the call.
    CutBefore,
    /// AWS executes the call, and the answer is lost.
    CutAfter,
    /// The deployer is killed before the call is sent.
    KilledBefore,
    /// The deployer is killed before the answer arrives.
    KilledAfter,
    /// Ctrl-C during the call.
    Interrupted,
}

impl Fault {
    pub const ALL: [Self; 9] = [
        Self::Throttled,
        Self::Internal,
        Self::Denied,
        Self::Conflict,
        Self::CutBefore,
        Self::CutAfter,
        Self::KilledBefore,
        Self::KilledAfter,
        Self::Interrupted,
    ];

    fn lasts(self) -> bool {
        matches!(self, Self::Throttled | Self::Internal | Self::Denied)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::None => "none",
            Self::Throttled => "throttled, for good",
            Self::Internal => "HTTP 500, for good",
            Self::Denied => "access denied",
            Self::Conflict => "conflict, once",
            Self::CutBefore => "connection cut before the call",
            Self::CutAfter => "call carried out, answer lost",
            Self::KilledBefore => "killed before the call",
            Self::KilledAfter => "killed before the answer",
            Self::Interrupted => "Ctrl-C during the call",
        })
    }
}

pub struct FaultProxy {
    url: String,
    shared: Arc<Shared>,
    process: watch::Sender<Option<u32>>,
    accepting: JoinHandle<()>,
}

struct Shared {
    fault: Fault,
    at: usize,
    /// The number of calls, and the operation that had the fault.
    seen: Mutex<(usize, Option<String>)>,
    process: watch::Receiver<Option<u32>>,
}

impl FaultProxy {
    /// Inject `fault` at call number `at`, counted from one.
    pub fn start(fault: Fault, at: usize) -> Self {
        let listener = runtime().block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (process, receiver) = watch::channel(None);
        let shared = Arc::new(Shared { fault, at, seen: Mutex::default(), process: receiver });
        let accepting = runtime().spawn(accept(listener, shared.clone()));
        Self { url, shared, process, accepting }
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn calls(&self) -> usize {
        self.shared.seen.lock().unwrap().0
    }

    /// Set the process to kill or to interrupt.
    pub fn aim_at(&self, process: u32) {
        self.process.send_replace(Some(process));
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let shared = shared.clone();
        connections.spawn(async move {
            let service = service_fn(|request| shared.serve(request));
            // An error of the service is a broken connection: the caller gets no answer at all.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(client), service)
                .await;
        });
    }
}

/// The caller sees the connection break.
#[derive(Debug)]
struct Cut;

impl fmt::Display for Cut {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("cut")
    }
}

impl std::error::Error for Cut {}

type Answer = Result<Response<Full<Bytes>>, Cut>;

impl Shared {
    async fn serve(&self, request: Request<Incoming>) -> Answer {
        let (head, body) = request.into_parts();
        let Ok(body) = body.collect().await else { return Err(Cut) };
        let request = Request::from_parts(head, body.to_bytes());
        let operation = aws_operation(&request);
        if !self.strikes(&operation) {
            return forward(request).await;
        }
        match self.fault {
            Fault::None => forward(request).await,
            Fault::Throttled => {
                Ok(refusal(&operation, StatusCode::BAD_REQUEST, "ThrottlingException", "Rate exceeded"))
            }
            Fault::Internal => {
                Ok(refusal(&operation, StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", "try again"))
            }
            Fault::Denied => {
                let text = format!("User is not authorized to perform: {operation}");
                Ok(refusal(&operation, StatusCode::FORBIDDEN, "AccessDeniedException", &text))
            }
            Fault::Conflict => {
                let (code, text) = match operation.split(':').next() {
                    Some("lambda") => ("ResourceConflictException", "An update is in progress for resource"),
                    Some("logs") => ("OperationAbortedException", "A conflicting operation is in progress"),
                    Some("ssm") => ("TooManyUpdates", "There are concurrent updates"),
                    Some("events") => ("ConcurrentModificationException", "There is concurrent modification"),
                    _ => ("ConcurrentModification", "The request was rejected because of concurrent changes"),
                };
                Ok(refusal(&operation, StatusCode::CONFLICT, code, text))
            }
            Fault::CutBefore => Err(Cut),
            Fault::CutAfter => forward(request).await.and(Err(Cut)),
            Fault::KilledBefore => {
                self.signal("-KILL").await;
                Err(Cut)
            }
            Fault::KilledAfter => {
                let carried_out = forward(request).await;
                self.signal("-KILL").await;
                carried_out.and(Err(Cut))
            }
            Fault::Interrupted => {
                self.signal("-INT").await;
                forward(request).await
            }
        }
    }

    fn strikes(&self, operation: &str) -> bool {
        let mut seen = self.seen.lock().unwrap();
        seen.0 += 1;
        if seen.0 == self.at {
            seen.1 = Some(operation.to_owned());
            return true;
        }
        self.fault.lasts() && seen.1.as_deref() == Some(operation)
    }

    async fn signal(&self, signal: &str) {
        let mut process = self.process.clone();
        let Ok(id) = process.wait_for(Option::is_some).await.map(|id| *id) else { return };
        let id = id.unwrap().to_string();
        Command::new("kill").args([signal, &id]).status().unwrap();
    }
}

/// An error in the protocol of the service.
fn refusal(operation: &str, status: StatusCode, code: &str, message: &str) -> Response<Full<Bytes>> {
    let response = Response::builder().status(status);
    let (response, body) = match operation.split(':').next() {
        Some("iam" | "sts") => {
            // Codes of IAM have no suffix.
            let code = code.trim_end_matches("Exception");
            let error =
                format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
            let body = format!("<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>");
            (response.header("content-type", "text/xml"), body)
        }
        Some("lambda") => (
            response.header("content-type", "application/json").header("x-amzn-errortype", code),
            format!("{{\"Message\":\"{message}\"}}"),
        ),
        _ => (
            response.header("content-type", "application/x-amz-json-1.1"),
            format!("{{\"__type\":\"{code}\",\"message\":\"{message}\"}}"),
        ),
    };
    response.body(Full::from(body)).unwrap()
}

async fn forward(request: Request<Bytes>) -> Answer {
    async fn pass(
        request: Request<Bytes>,
    ) -> Result<Response<Full<Bytes>>, Box<dyn std::error::Error + Send + Sync>> {
        let address = emulator().endpoint().trim_start_matches("http://");
        let stream = TcpStream::connect(address).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        let driving = tokio::spawn(connection);
        let answer = sender.send_request(request.map(Full::new)).await?;
        let (head, body) = answer.into_parts();
        let body = body.collect().await?.to_bytes();
        driving.abort();
        Ok(Response::from_parts(head, Full::new(body)))
    }
    pass(request).await.map_err(|_| Cut)
}
