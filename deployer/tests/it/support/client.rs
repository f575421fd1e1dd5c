//! Another AWS client, botocore in a helper process, to inspect and change what the deployer manages.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

use super::{REGION, emulator, python};

struct Client {
    /// Ends when its stdin closes, at the latest at the end of this process.
    _process: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Client {
    fn start() -> Mutex<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/support/client.py");
        let mut command = Command::new(python());
        command.args(["-I", "-u", script]).env_clear().env("AWS_EC2_METADATA_DISABLED", "true");
        command.env("AWS_CONFIG_FILE", "/nowhere").env("AWS_SHARED_CREDENTIALS_FILE", "/nowhere");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (stdin, stdout) = (process.stdin.take().unwrap(), process.stdout.take().unwrap());
        Mutex::new(Self { _process: process, stdin, stdout: BufReader::new(stdout) })
    }
}

/// The credentials of a call.
#[derive(Debug, Clone)]
pub struct Caller {
    pub key: String,
    pub secret: String,
    /// The token of a session, such as that of an assumed role.
    pub token: Option<String>,
}

impl Caller {
    /// Return the root of an account, who may do everything in it.
    pub fn root(account: &str) -> Self {
        Self { key: account.to_owned(), secret: "test".to_owned(), token: None }
    }

    /// Read the credentials from a response with a new key of a user or session.
    pub fn new(keys: &Value) -> Self {
        let text = |name: &str| keys[name].as_str().map(str::to_owned);
        Self {
            key: text("AccessKeyId").unwrap(),
            secret: text("SecretAccessKey").unwrap(),
            token: text("SessionToken"),
        }
    }

    /// Make a call. An error is returned as `Code: message`.
    pub fn call(&self, service: &str, operation: &str, parameters: Value) -> Result<Value, String> {
        static CLIENT: OnceLock<Mutex<Client>> = OnceLock::new();
        let client = CLIENT.get_or_init(Client::start);
        let request = json!({
            "endpoint": emulator().endpoint(), "region": REGION,
            "caller": {"key": self.key, "secret": self.secret, "token": self.token},
            "service": service, "operation": operation, "parameters": parameters,
        });
        // The lock covers request and response, so a failed test cannot leave half of an exchange.
        let mut client = client.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(client.stdin, "{request}").unwrap();
        let mut line = String::new();
        client.stdout.read_line(&mut line).unwrap();
        drop(client);
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        assert!(answer.get("failed").is_none(), "{service} {operation}: {answer}");
        match answer["refused"].as_str() {
            Some(refusal) => Err(refusal.to_owned()),
            None => Ok(answer["reply"].take()),
        }
    }
}
