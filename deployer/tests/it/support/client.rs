//! Another AWS client, to look behind the deployer's back and to interfere: botocore, in one helper process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use serde_json::{Value, json};

use super::{REGION, emulator, python};

struct Client {
    /// Ends when its stdin closes, which is at the latest when this process ends.
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

/// Makes one call in an account. A refusal comes back as `Code: message`.
pub fn call(account: &str, service: &str, operation: &str, parameters: Value) -> Result<Value, String> {
    static CLIENT: OnceLock<Mutex<Client>> = OnceLock::new();
    let client = CLIENT.get_or_init(Client::start);
    let request = json!({
        "endpoint": emulator().endpoint(), "account": account, "region": REGION,
        "service": service, "operation": operation, "parameters": parameters,
    });
    // A request and its answer go together, so a test that failed in between has left nothing half-said.
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
