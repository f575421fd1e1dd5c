//! `package`: write the zip that `up` would upload, without AWS.

use plexmon_function::contract::settings::Settings;
use serde::Serialize;

use crate::artifact::{Origin, Zip, package, sha256};
use crate::cli::PackageArgs;
use crate::config::{Architecture, Config, SecretPath};
use crate::context::Context;
use crate::error::{Error, Exit, Result};
use crate::files;
use crate::interrupt::Interrupt;
use crate::output::Output;
use crate::report::{BuildStage, Event};

/// What was written, as `--json` shows it.
#[derive(Serialize)]
struct Written<'a> {
    path: String,
    architecture: &'static str,
    bytes: usize,
    sha256: String,
    /// The same digest in base64, as AWS reports it.
    code_sha256: &'a str,
}

pub async fn run(context: &Context, args: &PackageArgs) -> Result<Exit> {
    let path = args.out.as_path();
    if path.as_os_str() == "-" {
        return Err(
            Error::usage("the zip is written to a file, not to stdout").hint("for example: -o plexmon.zip")
        );
    }
    let config = context.config()?;
    let origin = args.source.bootstrap.clone().map_or_else(Origin::of_this_program, Origin::File);
    files::check(path)?;
    let settings = settings(&config, context.global.region.as_deref())?;
    let architecture = config.function.architecture;
    let packing =
        Packing { origin: &origin, architecture, output: &context.output, interrupt: &context.interrupt };
    let zip = packing.zip(&settings).await?;
    files::write(path, &zip.bytes)?;
    let written = Written {
        path: path.display().to_string(),
        architecture: architecture.as_str(),
        bytes: zip.bytes.len(),
        sha256: sha256(&zip.bytes),
        code_sha256: &zip.sha256,
    };
    context.output.document(&written)?;
    context.output.verbatim(written.text())?;
    Ok(Exit::Success)
}

/// Return the settings that `up` would pack, as far as they are known without AWS.
fn settings(config: &Config, region: Option<&str>) -> Result<Settings> {
    let Some(page) = &config.page else { return Ok(config.settings()) };
    let secret_path = page.read_secret_path()?;
    if let SecretPath::Missing(variable) = &secret_path {
        return Err(Error::usage(format!("`{variable}` is not set"))
            .cause("the zip contains the digest of the page's secret path, so it has to be known")
            .hint(format!("set `{variable}` in the environment and run again")));
    }
    let digest = secret_path.digest(None);
    let from_environment = || ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(variable);
    let home = region.map(str::to_owned).or_else(|| config.region.clone()).or_else(from_environment);
    if let (Some(region), None) = (&page.region, &home) {
        return Err(Error::usage("the monitor's region is not known")
            .cause(format!("the status page in {region} has to know where the state is"))
            .hint("set `region` in the configuration or AWS_REGION, or pass `--region`"));
    }
    let home = home.unwrap_or_default();
    config.check_partition(&home)?;
    Ok(config.deployed_settings(&home, digest))
}

/// Return an environment variable that is not empty.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

impl Written<'_> {
    fn text(&self) -> String {
        let Self { path, architecture, bytes, sha256, code_sha256 } = self;
        format!(
            "wrote {path} ({bytes} bytes, for {architecture})\n  SHA-256     {sha256}\n  CodeSha256  {code_sha256}"
        )
    }
}

/// What to pack, and how to show its progress.
pub(super) struct Packing<'a> {
    pub origin: &'a Origin,
    pub architecture: Architecture,
    pub output: &'a Output,
    pub interrupt: &'a Interrupt,
}

impl Packing<'_> {
    /// Build or read the function and pack it with its settings.
    pub(super) async fn zip(&self, settings: &Settings) -> Result<Zip> {
        let report = |stage: BuildStage<'_>| self.output.reporter.report(Event::Building(stage));
        let zip = self.interrupt.or(package(self.origin, settings, self.architecture, &report)).await;
        self.output.reporter.report(Event::Built);
        zip
    }
}
