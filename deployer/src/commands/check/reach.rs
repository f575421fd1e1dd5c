//! Warn about targets that this machine can reach and AWS cannot.

use plexmon_function::probe::LinkName;
use plexmon_function::time;

use crate::config::{Circumstances, Config, SecretLookup, is_loopback};
use crate::error::Result;
use crate::local_probe::LocalObservation;
use crate::output::Output;

/// Warn about addresses that the configuration itself shows to be unreachable.
pub(super) fn warn(config: &Config, output: &Output) -> Result<()> {
    let secrets = match config.secrets.resolve()? {
        SecretLookup::All(secrets) => Some(secrets),
        SecretLookup::NoneConfigured | SecretLookup::Missing(_) => None,
    };
    let circumstances =
        Circumstances { now: time::now(), aws_is_local: aws_is_local(), secrets: secrets.as_ref() };
    output.warnings(&config.warnings(&circumstances));
    Ok(())
}

/// Warn about hosts whose addresses only this machine can reach.
pub(super) fn warn_about_resolved_addresses(config: &Config, seen: &[LocalObservation], output: &Output) {
    for one in seen {
        let has_v4 = one.v4.links.iter().any(|link| link.name == LinkName::Dns && link.ok);
        let v6 = one.v6.as_ref().filter(|_| !has_v4).and_then(|v6| v6.address);
        let warning = v6
            .or(one.v4.address)
            .and_then(|address| config.resolved_warning(&one.v4.target, address, aws_is_local()));
        if let Some(warning) = warning {
            output.warning(&warning);
        }
    }
}

/// Whether the endpoint of AWS is on this machine. `check` does not call AWS, so only the variable shows it.
fn aws_is_local() -> bool {
    std::env::var("AWS_ENDPOINT_URL").is_ok_and(|endpoint| is_loopback(&endpoint))
}
