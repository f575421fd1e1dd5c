//! What the emulator gets to see of this machine: next to nothing.

use std::path::Path;

/// Tells our emulator from another one that took the port. Its health reply repeats it.
pub(super) fn mark(scratch: &Path) -> String {
    scratch.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// All that the emulator gets to see, and the functions it runs too, since they inherit it.
pub(super) fn environment(scratch: &Path, port: u16, endpoint: &str) -> Vec<(&'static str, String)> {
    let inside = |name: &str| scratch.join(name).display().to_string();
    let here = scratch.display().to_string();
    let mut variables = vec![
        // Functions reach the emulator instead of the real AWS.
        ("AWS_ENDPOINT_URL", endpoint.to_owned()),
        // Roles and policies count.
        ("AUTH", "true".to_owned()),
        // It runs whatever is uploaded, so nobody else may upload.
        ("BIND_HOST", "127.0.0.1".to_owned()),
        ("MINISTACK_HOST", "127.0.0.1".to_owned()),
        ("GATEWAY_PORT", port.to_string()),
        ("MINISTACK_EDITION", mark(scratch)),
        // It would otherwise look for containers of its own in the user's Docker, and remove them.
        ("DOCKER_HOST", format!("unix://{}", inside("no-docker"))),
        ("SFTP_ENABLED", "0".to_owned()),
        ("IOT_MTLS_ENABLED", "0".to_owned()),
        ("STATE_DIR", inside("state")),
        ("S3_DATA_DIR", inside("s3")),
    ];
    variables.extend(["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"].map(|name| (name, here.clone())));
    // Windows cannot open a socket without the second.
    variables.extend(
        ["PATH", "SYSTEMROOT"].into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?))),
    );
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_sees_nothing_of_the_user_but_the_path() {
        let directory = tempfile::tempdir().unwrap();
        let variables = environment(directory.path(), 4566, "http://127.0.0.1:4566");
        let value = |wanted: &str| {
            variables.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str())
        };
        assert_eq!(value("AWS_ENDPOINT_URL"), Some("http://127.0.0.1:4566"));
        assert_eq!((value("AUTH"), value("BIND_HOST")), (Some("true"), Some("127.0.0.1")));
        assert_eq!(value("PATH"), std::env::var("PATH").ok().as_deref());
        for private in ["HOME", "TMPDIR", "STATE_DIR", "S3_DATA_DIR"] {
            assert!(
                value(private).is_some_and(|path| Path::new(path).starts_with(directory.path())),
                "{private}"
            );
        }
        assert!(
            variables.iter().all(|(name, _)| !name.contains("ACCESS_KEY") && !name.contains("PROFILE")
                || *name == "USERPROFILE")
        );
    }
}
