//! The function as the status page.

use std::sync::Arc;

use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::directory;
use crate::http::Http;
use crate::page::{PageRequest, PageServer};
use crate::probe::Tls;
use crate::startup::{Configuration, StartError, load_configuration};
use crate::store::SsmReader;
use crate::{log, time};

type Server = PageServer<SsmReader>;

/// Answer requests until the environment ends.
pub(super) async fn serve() -> Result<(), String> {
    let server = Arc::new(Mutex::new(start().map_err(|why| why.to_string())?));
    let handler = service_fn(move |event: LambdaEvent<Value>| answer(Arc::clone(&server), event));
    lambda_runtime::run(handler).await.map_err(|why| why.to_string())
}

fn start() -> Result<Server, StartError> {
    let env = |name: &str| std::env::var(name).ok();
    let Configuration { settings, .. } = load_configuration(&directory(), env)?;
    let Some(page) = &settings.page else { return Err(StartError("the settings have no page".to_owned())) };
    let tls = Tls::new().map_err(|why| StartError(format!("TLS cannot be set up: {why}")))?;
    let source = SsmReader::from_env(&Http::new(&tls), page.home_region.as_deref(), env)
        .map_err(|why| StartError(why.to_string()))?;
    Ok(PageServer::new(settings, source))
}

/// Answer one request after another, whatever the runtime does.
async fn answer(server: Arc<Mutex<Server>>, event: LambdaEvent<Value>) -> Result<Value, Diagnostic> {
    let (mut server, now) = (server.lock().await, time::now());
    // On the heap: the compiler refuses futures that are nested any deeper.
    let response = Box::pin(server.respond(PageRequest::of(&event.payload), now)).await;
    if let Some(message) = server.take_warning() {
        log::line(&json!({ "level": "WARN", "timestamp": time::rfc3339(now), "message": message }));
    }
    Ok(response.into_json())
}
