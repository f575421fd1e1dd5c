use super::*;

fn read(config: &str, credentials: &str) -> Result<Profiles> {
    let folder = tempfile::tempdir().unwrap();
    let paths = [folder.path().join("config"), folder.path().join("credentials")];
    std::fs::write(&paths[0], config).unwrap();
    std::fs::write(&paths[1], credentials).unwrap();
    Profiles::read(&Environment::from([
        ("AWS_CONFIG_FILE", paths[0].to_str().unwrap()),
        ("AWS_SHARED_CREDENTIALS_FILE", paths[1].to_str().unwrap()),
    ]))
}

fn region(profiles: &Profiles, name: &str) -> Option<String> {
    profiles.get(name)?.get("region").map(str::to_owned)
}

#[test]
fn names_are_parsed_like_in_the_cli() {
    let config = "[profile \"my home\"]\nregion = a\n[profile höme]\nregion = b\n[profile 'x\"y']\nregion = c\n\
                  [profile my\\ cave]\nregion = d\n[default]\nregion = e\n[profile unquoted name]\nregion = f\n\
                  [bare]\nregion = g\n";
    let profiles = read(config, "[in credentials]\nregion = h\n[höme]\nregion = i\n").unwrap();
    for (name, expected) in [
        ("my home", Some("a")),
        ("höme", Some("i")),
        ("x\"y", Some("c")),
        ("my cave", Some("d")),
        ("default", Some("e")),
        ("unquoted name", None),
        ("bare", None),
        ("in credentials", Some("h")),
    ] {
        assert_eq!(region(&profiles, name).as_deref(), expected, "{name}");
    }
}

/// The SDK's own parser reads the generated text.
#[tokio::test]
async fn the_sdk_finds_each_encoded_name() {
    use aws_config::meta::region::ProvideRegion as _;
    let config = "[profile \"my home\"]\n  region: a # here\n[profile höme%41]\nregion = b\n";
    let profiles = read(config, "").unwrap();
    for (name, expected) in [("my home", "a"), ("höme%41", "b")] {
        let provider = aws_config::profile::ProfileFileRegionProvider::builder()
            .profile_files(profiles.for_sdk())
            .profile_name(encoded(name))
            .build();
        assert_eq!(
            provider.region().await.map(|region| region.to_string()).as_deref(),
            Some(expected),
            "{name}"
        );
    }
}

#[test]
fn references_to_names_are_encoded() {
    let profiles = read("[profile a]\nsource_profile = my home\nservices = my box\n", "").unwrap();
    assert_eq!(profiles.config, "[profile a]\nsource_profile = my%20home\nservices = my%20box\n");
}

#[test]
fn documented_names_of_services_are_converted_for_the_sdk() {
    let config = "[services local]\ncloudwatch_logs =\n  endpoint_url = http://127.0.0.1:1\nsso_oidc =\n  \
                  endpoint_url = http://127.0.0.1:2\n";
    let profiles = read(config, "").unwrap();
    assert_eq!(
        profiles.config,
        "[services local]\ncloudwatch-logs = \n  endpoint_url = http://127.0.0.1:1\nsso-oidc = \n  \
         endpoint_url = http://127.0.0.1:2\n"
    );
    let endpoints: Vec<_> = profiles.service_endpoints("local").collect();
    assert_eq!(endpoints, [("cloudwatch_logs", "http://127.0.0.1:1"), ("sso_oidc", "http://127.0.0.1:2")]);
}

#[test]
fn the_error_about_a_missing_profile_has_a_hint() {
    let profiles = read("[home]\n[profile work]\n[profile my cave]\n", "[profile pi]\n").unwrap();
    let hint = |name: &str| profiles.not_found(name, "--profile").hint_text().unwrap_or_default().to_owned();
    assert!(hint("home").starts_with("write `[profile home]` instead of `[home]` ("), "{}", hint("home"));
    assert!(hint("my cave").starts_with("write `[profile \"my cave\"]` instead of `[profile my cave]` ("));
    assert!(hint("pi").starts_with("write `[pi]` instead of `[profile pi]` ("), "{}", hint("pi"));
    assert_eq!(hint("wrok"), "did you mean `work`?");
    assert_eq!(hint("something else"), "choose one of `profile pi`, `work`");
}

#[test]
fn a_syntax_error_is_reported_with_file_and_line() {
    let error = read("[profile a]\nregion\n", "").unwrap_err();
    assert!(error.message().ends_with("config`, line 2"), "{error}");
    assert_eq!(error.exit(), crate::error::Exit::Usage);
}
