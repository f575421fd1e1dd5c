//! The licence texts in the source of a package.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::dependencies::Dependency;
use super::is_licence;

/// Return the texts, sorted by the names of their files, with spaces at the ends of lines removed: many packages contain
/// the same text but for those.
pub fn of(dependency: &Dependency) -> io::Result<Vec<String>> {
    let mut files = files(&dependency.folder)?;
    files.extend(dependency.license_file.as_ref().map(|file| dependency.folder.join(file)));
    files.sort();
    files.dedup();
    let mut texts = Vec::new();
    for file in files {
        let text = normal(&String::from_utf8_lossy(&fs::read(file)?));
        if !text.is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    Ok(texts)
}

/// The files in the folder of a package, and in a folder of licences in it.
fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !is_licence(&path) {
            continue;
        }
        if path.is_dir() {
            let inside = fs::read_dir(&path)?.map(|entry| entry.map(|entry| entry.path()));
            found.extend(inside.collect::<io::Result<Vec<_>>>()?.into_iter().filter(|path| path.is_file()));
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn normal(text: &str) -> String {
    let text = text.trim_start_matches('\u{feff}');
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_of_licences_are_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
        write("LICENSE-MIT", "\u{feff}\r\nPermission  \r\nis granted\r\n\r\n");
        write("license.rs", "fn main() {}");
        write("LICENCE.txt", "Permission\nis granted");
        write("NOTICE", " \n");
        write("terms.md", "Terms");
        fs::create_dir(folder.path().join("LICENSES")).unwrap();
        write("LICENSES/ISC.txt", "ISC");
        let dependency = Dependency {
            name: "a".to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT".to_owned(),
            license_file: Some("terms.md".into()),
            folder: folder.path().to_owned(),
        };
        assert_eq!(of(&dependency).unwrap(), ["Permission\nis granted", "ISC", "Terms"]);
        let gone = Dependency { folder: folder.path().join("gone"), ..dependency };
        assert!(of(&gone).is_err());
    }
}
