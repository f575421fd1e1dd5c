//! What is managed for each kind of function. All run the same program.

use std::collections::BTreeSet;

use super::binding::Binding;
use super::concurrency::Concurrency;
use super::function::{Function, MONITOR, PAGE, RUNTIME, Retries};
use super::health::Health;
use super::logging::Logging;
use crate::names::{LambdaKind, LambdaNames};
use crate::resource::Blueprint;

/// The page's own size. `[function]` is about the monitor, whose checks take longer and need more.
const PAGE_MEMORY_MB: i32 = 128;
const PAGE_TIMEOUT_S: i32 = 10;

/// The settings that differ from kind to kind.
struct OfKind {
    handler: &'static str,
    memory_mb: i32,
    timeout_s: i32,
    inherited_state: Option<String>,
    state: Option<String>,
    concurrency: Option<Concurrency>,
    logging: Option<Logging>,
}

impl Function {
    /// Return the desired function, with the settings of its kind.
    pub fn desired(blueprint: &Blueprint<'_>, lambda: &LambdaNames) -> Self {
        let names = blueprint.names;
        let whole = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let settings = &blueprint.config.function;
        let kind = match lambda.kind {
            LambdaKind::Monitor => OfKind {
                handler: MONITOR,
                memory_mb: whole(settings.memory_mb),
                timeout_s: whole(settings.timeout_s),
                inherited_state: names.is_inherited.then(|| names.state_parameter.clone()),
                state: Some(names.state_parameter.clone()),
                concurrency: None,
                logging: None,
            },
            LambdaKind::Page => {
                let page = blueprint.config.page.as_ref();
                OfKind {
                    handler: PAGE,
                    memory_mb: PAGE_MEMORY_MB,
                    timeout_s: PAGE_TIMEOUT_S,
                    inherited_state: None,
                    state: None,
                    concurrency: Some(Concurrency::new(page.and_then(|page| page.concurrency).map(whole))),
                    logging: Some(Logging::warnings(&lambda.log_group)),
                }
            }
        };
        let OfKind { handler, memory_mb, timeout_s, inherited_state, state, concurrency, logging } = kind;
        Self {
            name: lambda.function.clone(),
            region: lambda.region.clone(),
            owner: blueprint.owner(),
            role: blueprint.account.role(&lambda.role.role),
            binding: Binding::Current,
            runtime: RUNTIME.to_owned(),
            handler: handler.to_owned(),
            architecture: settings.architecture.as_str().to_owned(),
            memory_mb,
            timeout_s,
            environment: BTreeSet::new(),
            code: Some(blueprint.code.to_owned()),
            account_closes: blueprint.account_closes,
            secret_path: blueprint.secret_path_of(lambda),
            state,
            inherited_state,
            health: Health::Active,
            retries: Some(Retries { attempts: 0, max_age_s: 60 }),
            concurrency,
            logging,
        }
    }

    /// Return an observed function of this kind without the settings that are the owner's own.
    #[must_use]
    pub fn as_managed(self, kind: LambdaKind) -> Self {
        match kind {
            LambdaKind::Monitor => Self { concurrency: None, logging: None, ..self },
            LambdaKind::Page => self,
        }
    }
}
