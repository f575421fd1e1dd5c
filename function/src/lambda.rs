//! Connects Lambda with [`crate::run`]: load the configuration, then run once for each invocation. With the handler of the
//! status page, it serves that instead.

mod page;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::SystemTime;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::contract::problem::{Problem, ProblemKind};
use crate::contract::request::{Request, Trigger};
use crate::heartbeat::Heartbeat;
use crate::http::Http;
use crate::page::HANDLER;
use crate::probe::Tls;
use crate::run::{Monitor, NetworkProber};
use crate::startup::{Configuration, StartError, load_configuration};
use crate::store::{SecretCache, SsmStore};
use crate::{log, notify, time};

type LambdaMonitor = Monitor<SsmStore, NetworkProber>;

/// Serve the invocations of Lambda's runtime API until the environment ends.
pub fn run() -> ExitCode {
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) if is_page() => match runtime.block_on(page::serve()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => failed("serve the page", &why),
        },
        Ok(runtime) => runtime.block_on(serve()),
        Err(why) => failed("start", &why.to_string()),
    }
}

/// Return whether this is the function of the status page: its handler setting says so.
fn is_page() -> bool {
    std::env::var_os("_HANDLER").is_some_and(|handler| handler == HANDLER)
}

async fn serve() -> ExitCode {
    let monitor = match start() {
        Ok(monitor) => Arc::new(Mutex::new(monitor)),
        Err(why) => return failed("start", &why.to_string()),
    };
    let handler = service_fn(move |event: LambdaEvent<Value>| invoke(Arc::clone(&monitor), event));
    match lambda_runtime::run(handler).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => failed("run", &why.to_string()),
    }
}

fn start() -> Result<LambdaMonitor, StartError> {
    let env = |name: &str| std::env::var(name).ok();
    let Configuration { settings, secrets } = load_configuration(&directory(), env)?;
    let tls = Tls::new().map_err(|why| StartError(format!("TLS cannot be set up: {why}")))?;
    let http = Http::new(&tls);
    let store =
        SsmStore::from_env(&http, &settings.state_parameter, settings.secrets_parameter.as_deref(), env)
            .map_err(|why| StartError(why.to_string()))?;
    let channels = notify::channels(&settings.channels, &http);
    let secret_cache = secrets.map_or_else(SecretCache::empty, SecretCache::fixed);
    let heartbeat = settings.heartbeat.clone().map(|url| Heartbeat::new(url, &http));
    let monitor = Monitor::new(settings, store, NetworkProber(tls), channels, secret_cache);
    Ok(monitor.with_heartbeat(heartbeat))
}

/// Return the directory into which the zip was unpacked.
fn directory() -> PathBuf {
    let beside = || std::env::current_exe().ok().and_then(|exe| exe.parent().map(PathBuf::from));
    std::env::var_os("LAMBDA_TASK_ROOT").map(PathBuf::from).or_else(beside).unwrap_or_default()
}

async fn invoke(monitor: Arc<Mutex<LambdaMonitor>>, event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let left = event.context.deadline().duration_since(SystemTime::now()).unwrap_or_default();
    let deadline = Instant::now() + left;
    let mut monitor = monitor.lock().await;
    let trigger = Trigger::of(&event.payload);
    match &trigger.request {
        Request::Notice(text) => json(&monitor.send_notice(text, time::now(), deadline).await),
        Request::TestChannels => json(&monitor.test_channels(time::now(), deadline).await),
        Request::Examine => {
            let mut observations = Box::pin(monitor.examine(deadline)).await;
            for failure in observations.iter_mut().filter_map(|seen| seen.failed.as_mut()) {
                failure.cause = failure.cause.in_first_release();
            }
            json(&observations)
        }
        Request::Check | Request::Announce | Request::Pause(_) | Request::Resume => {
            // On the heap: the compiler refuses futures that are nested any deeper.
            let run = Box::pin(monitor.run_for(trigger, time::now(), deadline)).await;
            log::line(&run);
            match run.fault {
                None => json(&run.reply),
                Some(fault) => Err(diagnostic(fault)),
            }
        }
    }
}

fn json(reply: &impl serde::Serialize) -> Result<Value, Diagnostic> {
    serde_json::to_value(reply).map_err(|why| diagnostic(Problem::new(ProblemKind::Other, why.to_string())))
}

fn diagnostic(fault: Problem) -> Diagnostic {
    Diagnostic { error_type: fault.kind.error_type(), error_message: fault.detail }
}

fn failed(phase: &str, why: &str) -> ExitCode {
    log::line(&serde_json::json!({ "error": format!("plexmon cannot {phase}: {why}") }));
    ExitCode::FAILURE
}
