//! Claudia, a deployer from npm, with a JavaScript function.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::BenchResult;
use crate::peer::{Peer, REGION, Verb, Workspace};
use crate::tools::run;

const FILES: [(&str, &str); 3] = [
    ("package.json", include_str!("claudia/package.json")),
    ("package-lock.json", include_str!("claudia/package-lock.json")),
    ("endpoint.js", include_str!("claudia/endpoint.js")),
];
const FUNCTION: &str = "exports.handler = async () => ({});\n";
const PACKAGE: &str =
    r#"{"name": "plex-remote-health", "version": "1.0.0", "private": true, "files": ["index.js"]}"#;

pub struct Claudia {
    folder: PathBuf,
}

impl Claudia {
    /// Install it once, with all dependencies pinned by hash.
    pub async fn install(below: &Path) -> BenchResult<Self> {
        let folder = below.join("claudia");
        let lock = folder.join("installed-lock.json");
        if std::fs::read_to_string(&lock).ok().as_deref() != Some(FILES[1].1) {
            std::fs::create_dir_all(&folder)?;
            for (name, text) in FILES {
                std::fs::write(folder.join(name), text)?;
            }
            let mut npm = Command::new("npm");
            npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]);
            run(npm.current_dir(&folder)).await?;
            std::fs::write(&lock, FILES[1].1)?;
        }
        Ok(Self { folder })
    }
}

impl Peer for Claudia {
    fn name(&self) -> &'static str {
        "Claudia"
    }

    fn description(&self) -> String {
        "Claudia 5.14.1: role, policy, a JavaScript function, rule, permission, target; its removal leaves the rule"
            .to_owned()
    }

    fn prepare(&self, workspace: &Workspace) -> BenchResult<()> {
        workspace.write("package.json", PACKAGE)?;
        workspace.write("index.js", FUNCTION)?;
        workspace.write("event.json", "{}")?;
        workspace.write("node_modules/.keep", "")?;
        Ok(())
    }

    fn command(&self, verb: Verb, workspace: &Workspace) -> BenchResult<Option<Command>> {
        let create = format!(
            "claudia create --quiet --region {REGION} --handler index.handler --runtime nodejs20.x \
             --name plex-remote-health --use-local-dependencies && \
             claudia add-scheduled-event --quiet --event event.json --name plex-remote-health-5min \
             --rate '5 minutes'"
        );
        let script = match verb {
            Verb::Status => return Ok(None),
            Verb::Up => create.as_str(),
            Verb::Unchanged | Verb::Change => "claudia update --quiet --use-local-dependencies",
            Verb::Remove => "claudia destroy --quiet",
        };
        if verb == Verb::Change {
            workspace.write("index.js", format!("// changed\n{FUNCTION}"))?;
        }
        let modules = self.folder.join("node_modules");
        let mut path = vec![modules.join(".bin")];
        path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        let mut command = workspace.command("bash".as_ref());
        command.args(["-ec", script]).env("PATH", std::env::join_paths(path)?);
        command.env("CLAUDIA_MODULES", &modules).env("npm_config_update_notifier", "false");
        command.env("NODE_OPTIONS", format!("--require {}", self.folder.join("endpoint.js").display()));
        command.env("AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE", "1");
        Ok(Some(command))
    }
}
