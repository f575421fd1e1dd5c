//! The licences of what the programs contain: each dependency with its licence, and each text once.

mod allowed;
mod dependencies;
mod texts;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use crate::cargo;
use crate::error::{Context as _, Error, Result};
use crate::platform::{Architecture, Platform};
use allowed::Allowed;
use dependencies::{Dependency, of_program};

const HEAD: &str = "\
THIRD-PARTY LICENSES

plexmon-deploy and the function inside it contain the packages below, under the licences
named beside them. The numbers refer to the texts that follow. Both programs also contain
parts of the Rust standard library, which is available under MIT OR Apache-2.0 (copyright
the Rust Project contributors, https://www.rust-lang.org).

";

/// Return the content of `THIRD-PARTY-LICENSES.txt` for the program of a platform and the functions inside it.
pub fn third_party(platform: &Platform, functions: &[Architecture]) -> Result<String> {
    let allowed = Allowed::read(&cargo::root().join(".cargo/deny.toml"))?;
    let mut all = of_program("plexmon-deploy", platform.triple())?;
    for function in functions {
        all.extend(of_program("plexmon-function", function.function_triple())?);
    }
    for dependency in &all {
        allowed.check(dependency)?;
    }
    let mut texts = BTreeMap::new();
    for dependency in &all {
        let found = texts::of(dependency).context(|| {
            format!("could not read the licence of {} {}", dependency.name, dependency.version)
        })?;
        texts.insert(dependency, found);
    }
    Ok(document(&texts))
}

/// List the packages with the numbers of their texts, then the texts.
fn document(texts: &BTreeMap<&Dependency, Vec<String>>) -> String {
    let mut distinct: Vec<&String> = Vec::new();
    let mut users: Vec<Vec<String>> = Vec::new();
    let mut list = String::new();
    for (dependency, found) in texts {
        let name = format!("{} {}", dependency.name, dependency.version);
        let mut numbers = Vec::new();
        for text in found {
            let number = distinct.iter().position(|known| *known == text).unwrap_or_else(|| {
                distinct.push(text);
                users.push(Vec::new());
                distinct.len() - 1
            });
            users[number].push(name.clone());
            numbers.push((number + 1).to_string());
        }
        let numbers = match numbers.as_slice() {
            [] => "no text in the package".to_owned(),
            numbers => numbers.join(", "),
        };
        let _ = writeln!(list, "{name:<36} {:<44} {numbers}", dependency.license);
    }
    let mut document = format!("{HEAD}{list}");
    for (number, (text, users)) in distinct.iter().zip(&users).enumerate() {
        let rule = "-".repeat(88);
        let _ = write!(document, "\n{rule}\n{}. {}\n{rule}\n\n{text}\n", number + 1, users.join(", "));
    }
    document
}

impl Allowed {
    fn check(&self, dependency: &Dependency) -> Result<()> {
        let Dependency { name, version, license, .. } = dependency;
        if self.allows(license) {
            return Ok(());
        }
        Err(Error::new(format!("the licence of {name} {version} is not allowed: {license}"))
            .hint("remove the dependency, or add its licence to `allow` in .cargo/deny.toml"))
    }
}

/// Whether a file name is that of a licence, a notice or a copyright.
fn is_licence(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let begins = ["license", "licence", "copying", "copyright", "notice", "unlicense"];
    let is_source =
        [".rs", ".toml", ".json", ".py", ".yml", ".yaml", ".html"].iter().any(|end| name.ends_with(end));
    !is_source && begins.iter().any(|begin| name.starts_with(begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dependency(name: &str, license: &str) -> Dependency {
        let (name, license) = (name.to_owned(), license.to_owned());
        Dependency {
            name,
            version: "1.0.0".to_owned(),
            license,
            license_file: None,
            folder: "/nowhere".into(),
        }
    }

    #[test]
    fn each_text_is_printed_once_with_its_packages() {
        let (a, b, c) = (dependency("a", "MIT"), dependency("b", "MIT OR ISC"), dependency("c", "ISC"));
        let text = |text: &str| text.to_owned();
        let texts = BTreeMap::from([
            (&a, vec![text("the text")]),
            (&b, vec![text("another"), text("the text")]),
            (&c, vec![]),
        ]);
        let document = document(&texts);
        let lines: Vec<&str> = document.lines().skip(HEAD.lines().count()).collect();
        let rule = "-".repeat(88);
        let spaced = |name: &str, license: &str, rest: &str| format!("{name:<36} {license:<44} {rest}");
        assert_eq!(
            lines,
            [
                &*spaced("a 1.0.0", "MIT", "1"),
                &*spaced("b 1.0.0", "MIT OR ISC", "2, 1"),
                &*spaced("c 1.0.0", "ISC", "no text in the package"),
                "",
                &rule,
                "1. a 1.0.0, b 1.0.0",
                &rule,
                "",
                "the text",
                "",
                &rule,
                "2. b 1.0.0",
                &rule,
                "",
                "another",
            ]
        );
    }

    #[test]
    fn a_licence_that_is_not_allowed_is_refused() {
        let allowed = Allowed::parse("[licenses]\nallow = [\"MIT\"]\n").unwrap();
        assert!(allowed.check(&dependency("a", "MIT")).is_ok());
        let error = allowed.check(&dependency("b", "GPL-3.0-only")).unwrap_err().to_string();
        assert!(error.contains("the licence of b 1.0.0 is not allowed: GPL-3.0-only"), "{error}");
    }

    #[test]
    fn the_files_of_licences_are_recognized() {
        for (name, is) in [
            ("LICENSE", true),
            ("LICENSE-MIT", true),
            ("licence.md", true),
            ("COPYING", true),
            ("NOTICE.txt", true),
            ("UNLICENSE", true),
            ("license.rs", false),
            ("README.md", false),
        ] {
            assert_eq!(is_licence(Path::new(name)), is, "{name}");
        }
    }

    /// The real dependencies on every platform that has been downloaded.
    #[test]
    fn the_programs_of_this_platform_have_all_their_licences() {
        let platform = Platform::parse("x86_64-unknown-linux-gnu").unwrap();
        let document = third_party(&platform, &[Architecture::X86_64]).unwrap();
        for part in [
            "\nring ",
            "\nrustls ",
            "\naws-sdk-ssm ",
            "\nlambda_runtime ",
            "Apache License",
            "Permission is hereby",
        ] {
            assert!(document.contains(part), "{part}");
        }
        for other in
            ["\nwindows-sys ", "\ninsta ", "\naws-smithy-protocol-test ", "\nsyn ", "\nplexmon-function "]
        {
            assert!(!document.contains(other), "{other}");
        }
        assert_eq!(document, third_party(&platform, &[Architecture::X86_64]).unwrap());
    }
}
