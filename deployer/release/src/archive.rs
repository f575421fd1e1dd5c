//! Make the archive of a platform: obtain the functions and the program, check them, collect the files, pack them.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::cargo::{self, Build};
use crate::cli::ArchiveOptions;
use crate::error::{Context as _, Error, Result};
use crate::functions::{self, Tools};
use crate::interrupt::Interrupt;
use crate::outputs::{self, Written, sha256};
use crate::pack::{self, Entries, Entry};
use crate::pages::pages;
use crate::platform::{Architecture, Platform};
use crate::program::{COMPLETIONS, Program};
use crate::{licences, time};

const NAME: &str = "plexmon-deploy";

/// Make the archive. `report` shows each step.
pub fn make(options: &ArchiveOptions, interrupt: &Interrupt, report: &dyn Fn(&str)) -> Result<Written> {
    let platform = match &options.target {
        Some(triple) => Platform::parse(triple)?,
        None => Platform::parse(&cargo::host()?)?,
    };
    for (_, path) in options.functions() {
        functions::check_readable(&path)?;
    }
    let metadata = cargo::metadata(platform.triple())?;
    let version = cargo::version(&metadata)?;
    let seconds = time::seconds()?;
    let program = match &options.binary {
        Some(path) => Program::new(path)?,
        None => built(options, &platform, report)?,
    };
    // From here on a temporary folder has to be removed. Until now, Ctrl-C may end this program, and cargo with it.
    interrupt.listen()?;
    let contained = check(&program, options, &platform, version)?;
    let missing = functions::missing(&contained);
    if !missing.is_empty() {
        report(&format!("note: the archive has no function for {}", functions::names(&missing)));
    }

    let name = folder_name(&platform, version);
    let entries = entries(&name, &program, &platform, &contained, interrupt, report)?;
    let folder = options.out.clone().unwrap_or_else(|| metadata.target_directory.join("archives"));
    report(&format!("packing {} files", entries.len()));
    let step = || interrupt.check();
    outputs::write(&folder, &format!("{name}{}", suffix(&platform)), version, |file| {
        if platform.is_windows() {
            pack::zip(&entries, seconds, file, step)?;
        } else {
            pack::tar_gz(&entries, seconds, file, step)?;
        }
        step()
    })
}

/// The folder in the archive, and the archive's name without its suffix. cargo-binstall looks for this name.
fn folder_name(platform: &Platform, version: &str) -> String {
    format!("{NAME}-{platform}-v{version}")
}

fn suffix(platform: &Platform) -> &'static str {
    if platform.is_windows() { ".zip" } else { ".tar.gz" }
}

fn program_name(platform: &Platform) -> String {
    format!("{NAME}{}", if platform.is_windows() { ".exe" } else { "" })
}

/// Build the functions that are not given, and the program with all of them.
fn built(options: &ArchiveOptions, platform: &Platform, report: &dyn Fn(&str)) -> Result<Program> {
    let host = cargo::host()?;
    let native = Platform::parse(&host).ok().and_then(|host| host.native_function());
    let tools = Tools { native, has_zigbuild: functions::on_path("cargo-zigbuild") };
    let sources = functions::sources(&options.functions(), tools, options.partial)?;
    // Without those of the user: only these functions are embedded.
    let mut variables: Vec<(&str, Option<OsString>)> =
        Architecture::ALL.map(|architecture| (architecture.variable(), None)).to_vec();
    for (architecture, source) in &sources {
        report(&format!("obtaining the function for {}", architecture.as_str()));
        let path = functions::obtain(*architecture, source)?;
        variables.push((architecture.variable(), Some(path.into_os_string())));
    }
    report(&format!("building plexmon-deploy for {platform} with the profile {}", options.profile));
    let (command, target) = match &options.glibc {
        Some(glibc) => ("zigbuild", Some(format!("{platform}.{glibc}"))),
        None => ("build", (platform.triple() != host).then(|| platform.triple().to_owned())),
    };
    let build = Build { command, package: NAME, program: NAME, profile: &options.profile, target, variables };
    Program::new(&build.run()?)
}

/// Refuse a program that is not what the archive's name says. Return which functions are in it.
fn check(
    program: &Program,
    options: &ArchiveOptions,
    platform: &Platform,
    version: &str,
) -> Result<Vec<Architecture>> {
    platform.check(&program.read()?)?;
    let found = program.version()?;
    if found.version != version {
        return Err(Error::new(format!(
            "the program has version {}, but the workspace has {version}",
            found.version
        ))
        .hint("build the program from this checkout"));
    }
    let required = functions::required(&found.architectures(), options.partial);
    if !required.is_empty() {
        return Err(Error::new(format!("the program has no function for {}", functions::names(&required)))
            .hint(
                "build it with PLEXMON_EMBED_X86_64 and PLEXMON_EMBED_ARM64, which name compiled functions",
            ));
    }
    for (architecture, path) in options.functions() {
        let function = std::fs::read(&path).context(|| format!("could not read `{}`", path.display()))?;
        found.check_function(architecture, &sha256(&function))?;
    }
    Ok(found.architectures())
}

/// Collect the files of the archive below its folder.
fn entries(
    name: &str,
    program: &Program,
    platform: &Platform,
    functions: &[Architecture],
    interrupt: &Interrupt,
    report: &dyn Fn(&str),
) -> Result<Entries> {
    let mut entries = Entries::new();
    let mut add = |path: &str, entry: Entry| drop(entries.insert(format!("{name}/{path}"), entry));
    add(&program_name(platform), Entry::program(program.read()?));
    for (path, text) in pages(&cargo::root())? {
        add(&path, Entry::text(text));
    }
    for (shell, file) in COMPLETIONS {
        interrupt.check()?;
        add(&format!("completions/{file}"), Entry::text(program.completions(shell)?));
    }
    for (file, page) in program.man_pages()? {
        add(&format!("man/{file}"), Entry::text(page));
    }
    interrupt.check()?;
    report("collecting the licences of the dependencies");
    add("THIRD-PARTY-LICENSES.txt", Entry::text(licences::third_party(platform, functions)?));
    interrupt.check()?;
    Ok(entries)
}

impl ArchiveOptions {
    /// The functions that are given as files.
    fn functions(&self) -> Vec<(Architecture, PathBuf)> {
        let given =
            [(Architecture::X86_64, &self.function_x86_64), (Architecture::Arm64, &self.function_arm64)];
        given.into_iter().filter_map(|(architecture, path)| Some((architecture, path.clone()?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Fill in a template of cargo-binstall.
    fn rendered(template: &str, triple: &str, version: &str, extension: &str) -> String {
        [("name", NAME), ("bin", NAME), ("target", triple), ("version", version), ("binary-ext", extension)]
            .into_iter()
            .fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{ {name} }}"), value))
    }

    #[test]
    fn cargo_binstall_finds_the_program_in_the_archive() {
        let manifest = std::fs::read_to_string(cargo::root().join("deployer/Cargo.toml")).unwrap();
        let manifest: toml::Table = manifest.parse().unwrap();
        let metadata = &manifest["package"]["metadata"]["binstall"];
        for (triple, extension, format) in
            [("aarch64-apple-darwin", "", "tgz"), ("x86_64-pc-windows-msvc", ".exe", "zip")]
        {
            let platform = Platform::parse(triple).unwrap();
            let path = format!("{}/{}", folder_name(&platform, "1.2.0"), program_name(&platform));
            let template = metadata["bin-dir"].as_str().unwrap();
            assert_eq!(rendered(template, triple, "1.2.0", extension), path);
            let own = metadata["overrides"].get(triple).and_then(|own| own["pkg-fmt"].as_str());
            assert_eq!(own.or(metadata["pkg-fmt"].as_str()), Some(format));
            assert_eq!(suffix(&platform), if format == "zip" { ".zip" } else { ".tar.gz" });
        }
    }
}
