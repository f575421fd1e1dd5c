//! Which certificate authorities are trusted: those of `AWS_CA_BUNDLE`, of the profile's `ca_bundle`, of the system, or none.

use std::path::Path;

use tempfile::TempDir;

use crate::support::{AwsStandIn, Deploy, snapshot};

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n";
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    home
}

fn down(home: &Path) -> Deploy {
    Deploy::new(home)
        .args(["down", "--yes", "--region", "eu-central-1"])
        .env("AWS_ACCESS_KEY_ID", "AKIATEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
}

#[test]
fn an_unusable_bundle_is_rejected_with_the_reason() {
    let home = home();
    let pem = |inside: &str| format!("-----BEGIN CERTIFICATE-----\n{inside}\n-----END CERTIFICATE-----\n");
    for (name, content, reason) in [
        ("broken", pem("notbase64!!"), "certificate 1 is not valid PEM or Base64"),
        ("no-certificate", pem("aGVsbG8="), "certificate 1 cannot be parsed"),
        ("text", "hello\n".to_owned(), "it contains no usable certificate"),
        ("empty", String::new(), "it contains no usable certificate"),
        ("cut", "-----BEGIN CERTIFICATE-----\naGVs".to_owned(), "certificate 1 is not valid PEM or Base64"),
    ] {
        let path = home.path().join(name);
        std::fs::write(&path, content).unwrap();
        let ran = down(home.path()).env("AWS_CA_BUNDLE", &path).run().ended(2);
        let first = format!("error: could not read AWS_CA_BUNDLE at `[HOME]/{name}`\n  cause: {reason}");
        assert!(ran.stderr.starts_with(&first), "{}", ran.whole());
    }
    let folder = down(home.path()).env("AWS_CA_BUNDLE", home.path()).run().ended(2);
    assert!(folder.stderr.contains("cause: Is a directory"), "{}", folder.whole());
    snapshot!(down(home.path()).env("AWS_CA_BUNDLE", home.path().join("missing")).run().whole(), @"
    exit 2
    --- stderr
    error: could not read AWS_CA_BUNDLE at `[HOME]/missing`
      cause: No such file or directory (os error [NUMBER])

    hint: set it to a file with certificates in PEM format, or remove the setting to use those of the system
    ");
}

#[test]
fn the_bundle_of_the_profile_is_used_unless_the_environment_sets_one() {
    let proxy = AwsStandIn::start();
    let home = home();
    std::fs::write(home.path().join("right.pem"), proxy.authority()).unwrap();
    std::fs::write(home.path().join("other.pem"), AwsStandIn::start().authority()).unwrap();
    let config = "[default]\nca_bundle = right.pem\n[profile broken]\nca_bundle = aws-config\n\
                  [profile home]\nca_bundle = ~/right.pem\n[profile other]\nca_bundle = other.pem\n";
    std::fs::write(home.path().join("aws-config"), config).unwrap();
    let through = || down(home.path()).env("HTTPS_PROXY", proxy.url());
    through().run().ended(0);
    through().env("AWS_PROFILE", "home").run().ended(0);
    through().env("AWS_PROFILE", "other").env("AWS_CA_BUNDLE", "right.pem").run().ended(0);
    through().env("AWS_CA_BUNDLE", "other.pem").run().ended(1);
    let broken = through().env("AWS_PROFILE", "broken").run().ended(2);
    assert!(
        broken.stderr.starts_with("error: could not read `ca_bundle` of profile `broken` at `aws-config`"),
        "{}",
        broken.whole()
    );
}

#[test]
fn an_untrusted_authority_leads_to_the_bundle() {
    let proxy = AwsStandIn::start();
    let home = home();
    snapshot!(down(home.path()).env("HTTPS_PROXY", proxy.url()).run().whole(), @"
    exit 1
    --- stderr
    error: sts:GetCallerIdentity got no answer: through the proxy http://127.0.0.1:[PORT] of HTTPS_PROXY: client error (Connect): TLS handshake failed: the certificate authority is not trusted

    hint: if a proxy or firewall here inspects TLS, set AWS_CA_BUNDLE or `ca_bundle` of the profile to the file with its CA certificate; otherwise check the endpoint
    ");
}

#[test]
fn a_system_without_certificates_needs_the_package_or_a_bundle() {
    let aws = AwsStandIn::start();
    let home = home();
    let bare = || down(home.path()).env("SSL_CERT_FILE", "/nonexistent").env("SSL_CERT_DIR", "/nonexistent");
    snapshot!(bare().run().whole(), @"
    exit 1
    --- stderr
    error: sts:GetCallerIdentity got no answer: this system has no CA certificates

    hint: install the package `ca-certificates`, or set AWS_CA_BUNDLE to a bundle of CA certificates
    ");
    // Without TLS, no certificates are needed.
    bare().env("AWS_ENDPOINT_URL", aws.url()).run().ended(0);
    std::fs::write(home.path().join("right.pem"), aws.authority()).unwrap();
    bare().env("HTTPS_PROXY", aws.url()).env("AWS_CA_BUNDLE", "right.pem").run().ended(0);
}
