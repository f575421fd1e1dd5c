//! Programs from Debian's packages, unpacked below target/ where they are not installed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program, and where its package was unpacked if it was.
pub struct Program {
    pub path: PathBuf,
    pub root: Option<PathBuf>,
}

/// The installed one, or that of the package of the same name.
pub fn program(name: &str, path: &str) -> Program {
    let installed = std::env::var_os("PATH").into_iter().flat_map(|all| {
        std::env::split_paths(&all).map(|folder| folder.join(name)).collect::<Vec<PathBuf>>()
    });
    if let Some(path) = installed.into_iter().find(|path| path.is_file()) {
        return Program { path, root: None };
    }
    let root = unpacked(name);
    Program { path: root.join(path), root: Some(root) }
}

/// The package's files. Nothing is installed.
pub fn unpacked(package: &str) -> PathBuf {
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join("debian");
    let root = parent.join(package);
    let marker = root.join("complete");
    if marker.exists() {
        return root;
    }
    let download = parent.join(format!("{package}-download"));
    let _ = fs::remove_dir_all(&root);
    let _ = fs::remove_dir_all(&download);
    fs::create_dir_all(&download).unwrap();
    run(Command::new("apt-get").args(["--quiet", "download", package]).current_dir(&download));
    let archive = fs::read_dir(&download).unwrap().flatten().next().unwrap().path();
    run(Command::new("dpkg").arg("-x").arg(archive).arg(&root));
    fs::write(marker, "").unwrap();
    root
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    assert!(status.success(), "{command:?}: {status}");
}
