//! A stand-in for AWS on 127.0.0.1 with an empty account. It is also a proxy to AWS, and one that inspects TLS with its
//! own certificate authority.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use plexmon_testing::certificates::{Authority, server_config};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::runtime;

/// A request as received.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// `POST http://aws.example/` or `CONNECT sts.eu-central-1.amazonaws.com:443`.
    pub line: String,
    pub host: String,
    /// The service, the region and the access key of the signature; empty without one.
    pub service: String,
    pub region: String,
    pub key: String,
    /// The operation of services that name it in a header.
    pub target: Option<String>,
    pub proxy_authorization: Option<String>,
    pub body: String,
}

impl Request {
    /// Whether it is a call of this action, whose name is in the body.
    pub fn is(&self, action: &str) -> bool {
        self.body.contains(&format!("Action={action}&")) || self.line.contains(action)
    }
}

/// The status of a request that never gets a response.
pub const NO_RESPONSE: u16 = 0;

/// HTTP status and body; `None` for the default response.
type Script = dyn Fn(&Request) -> Option<(u16, String)> + Send + Sync;

struct Shared {
    requests: Mutex<Vec<Request>>,
    script: Box<Script>,
    tls: TlsAcceptor,
}

/// Runs until the process of the tests ends.
pub struct AwsStandIn {
    address: SocketAddr,
    shared: Arc<Shared>,
    authority: String,
}

impl AwsStandIn {
    /// Start a stand-in with default responses.
    pub fn start() -> Self {
        Self::scripted(|_| None)
    }

    /// Start a stand-in that may respond differently to some requests.
    pub fn scripted(script: impl Fn(&Request) -> Option<(u16, String)> + Send + Sync + 'static) -> Self {
        let (authority, tls) = inspecting();
        let shared = Arc::new(Shared { requests: Mutex::default(), script: Box::new(script), tls });
        let served = Arc::clone(&shared);
        let address = runtime().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            tokio::spawn(async move {
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(accepted(stream, Arc::clone(&served)));
                }
            });
            address
        });
        Self { address, shared, authority }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Return the certificate authority of the proxy that inspects TLS.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests.lock().unwrap().clone()
    }

    /// Return the services that were called, each once.
    pub fn services(&self) -> Vec<String> {
        let mut services: Vec<_> = self.requests().into_iter().map(|request| request.service).collect();
        services.retain(|service| !service.is_empty());
        services.sort();
        services.dedup();
        services
    }
}

/// Create an authority, and a server with a certificate for the requested names.
fn inspecting() -> (String, TlsAcceptor) {
    let authority = Authority::new();
    let names = [
        "*.eu-central-1.amazonaws.com",
        "*.cn-north-1.amazonaws.com.cn",
        "portal.sso.eu-central-1.amazonaws.com",
        "iam.amazonaws.com",
        "freetier.us-east-1.api.aws",
        "freetier.cn-northwest-1.api.amazonwebservices.com.cn",
    ];
    let (certificate, key) = authority.certificate(&names, 2090);
    (authority.pem(), TlsAcceptor::from(server_config(certificate.der().clone(), &key)))
}

async fn accepted(stream: TcpStream, shared: Arc<Shared>) {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read(&mut stream).await {
        let connects = request.line.starts_with("CONNECT ");
        let answer = answer(&shared, &request);
        if !connects || answer.is_some() {
            let (status, body) = answer.unwrap_or_else(|| usual(&request));
            if write(&mut stream, status, &body).await.is_err() {
                return;
            }
            continue;
        }
        let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
        if let Ok(inside) = shared.tls.accept(stream).await {
            let mut inside = BufReader::new(inside);
            while let Some(request) = read(&mut inside).await {
                let (status, body) = answer_or_usual(&shared, &request);
                if write(&mut inside, status, &body).await.is_err() {
                    return;
                }
            }
        }
        return;
    }
}

fn answer(shared: &Shared, request: &Request) -> Option<(u16, String)> {
    shared.requests.lock().unwrap().push(request.clone());
    (shared.script)(request)
}

fn answer_or_usual(shared: &Shared, request: &Request) -> (u16, String) {
    answer(shared, request).unwrap_or_else(|| usual(request))
}

async fn read(stream: &mut BufReader<impl AsyncRead + Unpin>) -> Option<Request> {
    let mut request = Request::default();
    let mut length = 0;
    let mut line = String::new();
    while stream.read_line(&mut line).await.ok()? > 0 {
        let text = line.trim_end().to_owned();
        line.clear();
        if text.is_empty() {
            let mut body = vec![0; length];
            stream.read_exact(&mut body).await.ok()?;
            request.body = String::from_utf8_lossy(&body).into_owned();
            return Some(request);
        }
        if request.line.is_empty() {
            request.line = text.trim_end_matches(" HTTP/1.1").to_owned();
            continue;
        }
        let (name, value) = text.split_once(':')?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "host" => request.host = value.to_owned(),
            "content-length" => length = value.parse().ok()?,
            "x-amz-target" => request.target = Some(value.to_owned()),
            "proxy-authorization" => request.proxy_authorization = Some(value.to_owned()),
            "authorization" => {
                let scope: Vec<&str> =
                    value.split_once("Credential=")?.1.split(',').next()?.split('/').collect();
                request.key = scope[0].to_owned();
                request.region = scope[2].to_owned();
                request.service = scope[3].to_owned();
            }
            _ => {}
        }
    }
    None
}

async fn write(stream: &mut (impl AsyncWrite + Unpin), status: u16, body: &str) -> std::io::Result<()> {
    if status == NO_RESPONSE {
        return std::future::pending().await;
    }
    let kind = if body.starts_with('<') { "text/xml" } else { "application/json" };
    let head =
        format!("HTTP/1.1 {status} Answer\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    stream.flush().await
}

fn usual(request: &Request) -> (u16, String) {
    let keys = "<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>\
                <SessionToken>token</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration>";
    for assume in ["AssumeRole", "AssumeRoleWithWebIdentity"] {
        if request.is(assume) {
            let inside = format!("<Credentials>{keys}</Credentials>");
            return (
                200,
                format!("<{assume}Response><{assume}Result>{inside}</{assume}Result></{assume}Response>"),
            );
        }
    }
    if request.line.contains("/federation/credentials") {
        let keys = r#""accessKeyId":"ASIASSO","secretAccessKey":"secret","sessionToken":"token""#;
        return (200, format!(r#"{{"roleCredentials":{{{keys},"expiration":4102444800000}}}}"#));
    }
    match request.service.as_str() {
        "sts" => {
            let inside = "<Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>AIDA</UserId><Account>123456789012</Account>";
            (
                200,
                format!(
                    "<GetCallerIdentityResponse><GetCallerIdentityResult>{inside}</GetCallerIdentityResult></GetCallerIdentityResponse>"
                ),
            )
        }
        "iam" => refused("iam", 404, "NoSuchEntity", "The role cannot be found."),
        "logs" => (200, r#"{"logGroups":[]}"#.to_owned()),
        "ssm" => refused("ssm", 400, "ParameterNotFound", ""),
        service => refused(service, 404, "ResourceNotFoundException", "It does not exist."),
    }
}

/// Return an error in the format of the service.
pub fn refused(service: &str, status: u16, code: &str, message: &str) -> (u16, String) {
    let body = if matches!(service, "iam" | "sts") {
        format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        )
    } else {
        format!(r#"{{"__type":"{code}","message":"{message}"}}"#)
    };
    (status, body)
}
