//! The environment variables of the emulator, which hide nearly everything of this machine.

use std::path::Path;

/// A text that identifies our emulator, in case another one took the port. Its health reply contains it.
pub(super) fn marker(scratch: &Path) -> String {
    scratch.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// All variables of the emulator and of the functions that it runs, which inherit them.
pub(super) fn environment(scratch: &Path, port: u16, endpoint: &str) -> Vec<(&'static str, String)> {
    let inside = |name: &str| scratch.join(name).display().to_string();
    let here = scratch.display().to_string();
    let mut variables = vec![
        // Functions reach the emulator instead of the real AWS.
        ("AWS_ENDPOINT_URL", endpoint.to_owned()),
        // Enforce roles and policies.
        ("AUTH", "true".to_owned()),
        // Only this machine may upload, since the emulator runs any uploaded code.
        ("BIND_HOST", "127.0.0.1".to_owned()),
        ("MINISTACK_HOST", "127.0.0.1".to_owned()),
        ("GATEWAY_PORT", port.to_string()),
        ("MINISTACK_EDITION", marker(scratch)),
        // Otherwise it would look for its containers in the user's Docker and remove them.
        ("DOCKER_HOST", format!("unix://{}", inside("no-docker"))),
        ("SFTP_ENABLED", "0".to_owned()),
        ("IOT_MTLS_ENABLED", "0".to_owned()),
        ("STATE_DIR", inside("state")),
        ("S3_DATA_DIR", inside("s3")),
    ];
    variables.extend(["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"].map(|name| (name, here.clone())));
    // Windows cannot open a socket without SYSTEMROOT.
    variables.extend(
        ["PATH", "SYSTEMROOT"].into_iter().filter_map(|name| Some((name, std::env::var(name).ok()?))),
    );
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_path_is_passed_on() {
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
