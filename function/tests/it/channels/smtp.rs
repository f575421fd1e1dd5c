//! A mail server that enforces the protocol: TLS first, then authentication, then the mail, in lines of ASCII.

use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// The user and the password below, as `AUTH PLAIN` has them.
const SIGNED_IN: &str = "AUTH PLAIN AHBsZXhtb25AZXhhbXBsZS5jb20AYXBwLXBhc3N3MHJkLXh5eg==";

/// The same, as `AUTH LOGIN` has them.
const LOGIN_USER: &str = "cGxleG1vbkBleGFtcGxlLmNvbQ==";
const LOGIN_PASSWORD: &str = "YXBwLXBhc3N3MHJkLXh5eg==";

pub const USER: &str = "plexmon@example.com";
pub const PASSWORD: &str = "app-passw0rd-xyz";

/// A line that no server may be sent (RFC 5321, 4.5.3.1.6).
const MAX_LINE: usize = 998;

/// What it does at one step instead of the usual. Steps are commands, `greeting`, and `.` for the end of the mail.
#[derive(Clone)]
pub enum Odd {
    /// Answers this, and continues.
    Says(&'static str),
    /// Answers this, and closes the connection.
    Ends(Vec<u8>),
    /// Stops answering.
    Hangs,
}

pub struct MailServer {
    pub port: u16,
    log: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone)]
struct Script {
    odd: Option<(&'static str, Odd)>,
    log: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// Takes TLS from the start, or offers it. Its task ends with the test's runtime.
    pub async fn start(
        tls: Arc<ServerConfig>,
        from_the_start: bool,
        odd: Option<(&'static str, Odd)>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let script = Script { odd, log: Arc::clone(&log) };
        let tls = TlsAcceptor::from(tls);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let (tls, script) = (tls.clone(), script.clone());
                tokio::spawn(async move {
                    if from_the_start {
                        let Ok(session) = tls.accept(tcp).await else { return };
                        script.converse(session, true, true).await;
                    } else if let Some(tcp) = script.converse(tcp, false, true).await {
                        let Ok(session) = tls.accept(tcp).await else { return };
                        script.converse(session, true, false).await;
                    }
                });
            }
        });
        Self { port, log }
    }

    /// The lines that it received.
    pub fn lines(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// The mail's head and body, as they arrived.
    pub fn mail(&self) -> (String, String) {
        let lines = self.lines();
        let from = lines.iter().position(|line| line == "DATA").unwrap() + 1;
        let to = lines.iter().position(|line| line == ".").unwrap();
        let mail = lines[from..to].join("\n");
        let (head, body) = mail.split_once("\n\n").unwrap();
        (head.to_owned(), body.to_owned())
    }
}

impl Script {
    /// Returns the connection when it is to become a secure one.
    async fn converse<T>(&self, stream: T, is_secure: bool, greets: bool) -> Option<T>
    where
        T: AsyncRead + AsyncWrite + Unpin,
    {
        let mut stream = BufReader::new(stream);
        if greets {
            self.answer(&mut stream, "greeting", "220 mail.example.com").await?;
        }
        let mut is_signed_in = false;
        loop {
            let line = self.line(&mut stream).await?;
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_uppercase();
            let reply = match verb.as_str() {
                "EHLO" if is_secure => "250-mail.example.com\r\n250-SIZE 35882577\r\n250 AUTH PLAIN",
                "EHLO" => "250-mail.example.com\r\n250 STARTTLS",
                "STARTTLS" if !is_secure => {
                    self.answer(&mut stream, "STARTTLS", "220 go ahead").await?;
                    return Some(stream.into_inner());
                }
                _ if !is_secure && verb != "QUIT" => "530 5.7.0 Must issue a STARTTLS command first",
                "AUTH" if line == "AUTH LOGIN" => "334 VXNlcm5hbWU6",
                _ if line == LOGIN_USER => "334 UGFzc3dvcmQ6",
                _ if line == LOGIN_PASSWORD => {
                    is_signed_in = true;
                    "235 2.7.0 accepted"
                }
                "AUTH" => {
                    is_signed_in = line == SIGNED_IN;
                    if is_signed_in { "235 2.7.0 accepted" } else { "535 5.7.8 not accepted" }
                }
                "MAIL" | "RCPT" | "DATA" if !is_signed_in => "530 5.7.0 Authentication required",
                "MAIL" | "RCPT" => "250 2.1.0 ok",
                "DATA" => "354 go ahead",
                "QUIT" => "221 2.0.0 bye",
                _ => "500 5.5.1 unknown",
            };
            self.answer(&mut stream, &verb, reply).await?;
            if reply.starts_with("354") {
                self.take_mail(&mut stream).await?;
            }
        }
    }

    async fn take_mail(&self, stream: &mut (impl AsyncBufReadExt + AsyncWrite + Unpin)) -> Option<()> {
        let mut is_right = true;
        loop {
            let line = self.line(stream).await?;
            is_right &= line.is_ascii() && line.len() <= MAX_LINE;
            if line == "." {
                let reply = if is_right { "250 2.0.0 queued" } else { "554 5.6.0 no such lines" };
                return self.answer(stream, ".", reply).await;
            }
        }
    }

    async fn line(&self, stream: &mut (impl AsyncBufReadExt + Unpin)) -> Option<String> {
        let mut line = String::new();
        stream.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
        let line = line.trim_end_matches(['\r', '\n']).to_owned();
        self.log.lock().unwrap().push(line.clone());
        Some(line)
    }

    /// `None` when the conversation is over.
    async fn answer(&self, stream: &mut (impl AsyncWrite + Unpin), at: &str, usual: &str) -> Option<()> {
        let odd = self.odd.as_ref().filter(|(point, _)| *point == at).map(|(_, odd)| odd.clone());
        let (bytes, goes_on) = match odd {
            None => (format!("{usual}\r\n").into_bytes(), true),
            Some(Odd::Says(reply)) => (format!("{reply}\r\n").into_bytes(), true),
            Some(Odd::Ends(bytes)) => (bytes, false),
            Some(Odd::Hangs) => return std::future::pending().await,
        };
        stream.write_all(&bytes).await.ok()?;
        stream.flush().await.ok()?;
        if !goes_on {
            let _ = stream.shutdown().await;
            return None;
        }
        Some(())
    }
}
