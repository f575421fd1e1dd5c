//! A configuration written down again from what was read: every setting in full.

use std::path::Path;

use plexmon_deploy::config::{Config, SecretSource};
use plexmon_function::settings::{HeaderValue, Target};
use toml::{Table, Value};

/// The text that means `config`. Certificates are written to files in `folder`.
pub fn rewritten(config: &Config, folder: &Path) -> String {
    let mut top = Table::new();
    put(&mut top, "name", &*config.name);
    put(&mut top, "schedule", &*config.schedule);
    if let Some(region) = &config.region {
        put(&mut top, "region", &**region);
    }
    put(
        &mut top,
        "state",
        Table::from_iter([("parameter".to_owned(), config.state_parameter.clone().into())]),
    );

    let mut function = Table::new();
    put(&mut function, "architecture", config.function.architecture.as_str());
    put(&mut function, "memory_mb", i64::from(config.function.memory_mb));
    put(&mut function, "timeout_s", i64::from(config.function.timeout_s));
    put(&mut function, "log_retention_days", i64::from(config.function.log_retention_days));
    if let Some(boundary) = &config.function.permissions_boundary {
        put(&mut function, "permissions_boundary", &**boundary);
    }
    put(&mut top, "function", function);

    if let (Some(url), Some((token, user))) = (&config.pushover_url, &config.secrets.pushover) {
        let mut pushover = Table::new();
        put(&mut pushover, "url", &**url);
        put(&mut pushover, "token", source(token));
        put(&mut pushover, "user", source(user));
        put(&mut top, "notify", Table::from_iter([("pushover".to_owned(), pushover.into())]));
    }
    let targets: Vec<Value> =
        config.targets.iter().enumerate().map(|(index, each)| target(config, each, index, folder)).collect();
    put(&mut top, "target", targets);
    top.to_string()
}

fn target(config: &Config, target: &Target, index: usize, folder: &Path) -> Value {
    let mut table = Table::new();
    put(&mut table, "name", &*target.name);
    put(&mut table, "url", &*target.url);
    put(
        &mut table,
        "status",
        target.status.iter().map(|status| i64::from(*status).into()).collect::<Vec<Value>>(),
    );
    put(&mut table, "timeout_s", i64::from(target.timeout_s));
    if let Some(contains) = &target.contains {
        put(&mut table, "contains", &**contains);
    }
    if let Some(pem) = &target.ca_pem {
        let file = format!("again-{index}.pem");
        std::fs::write(folder.join(&file), pem).unwrap();
        put(&mut table, "ca_file", file);
    }
    let headers = target.headers.iter().map(|(name, value)| {
        let value = match value {
            HeaderValue::Literal(text) => text.clone().into(),
            HeaderValue::Secret => source(&config.secrets.headers[&target.name][name]).into(),
        };
        (name.clone(), value)
    });
    put(&mut table, "headers", Table::from_iter(headers));
    put(&mut table, "secrets_over_http", target.secrets_over_http);
    table.into()
}

fn source(source: &SecretSource) -> Table {
    let (kind, place) = match source {
        SecretSource::Env(variable) => ("env", variable.clone()),
        SecretSource::File(path) => ("file", path.to_str().unwrap().to_owned()),
    };
    Table::from_iter([(kind.to_owned(), place.into())])
}

fn put(table: &mut Table, key: &str, value: impl Into<Value>) {
    table.insert(key.to_owned(), value.into());
}
