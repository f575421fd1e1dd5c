use super::*;

fn profiles(config: &str) -> Profiles {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, config).unwrap();
    let nowhere = folder.path().join("none");
    Profiles::read(&Environment::from([
        ("AWS_CONFIG_FILE", path.to_str().unwrap()),
        ("AWS_SHARED_CREDENTIALS_FILE", nowhere.to_str().unwrap()),
    ]))
    .unwrap()
}

fn source<const N: usize>(
    config: &str,
    option: Option<&str>,
    variables: [(&str, &str); N],
) -> Result<(CredentialSource, Option<String>)> {
    let (profiles, environment) = (profiles(config), Environment::from(variables));
    let selected = Selected::choose(option, &environment, &profiles)?;
    let source = CredentialSource::of(&profiles, &selected, &environment)?;
    let shown = source.shown(&selected);
    Ok((source, shown))
}

const KEYS: &str = "[profile work]\naws_access_key_id = a\naws_secret_access_key = b\n";

#[test]
fn keys_from_the_environment_take_precedence_unless_the_command_line_selects_a_profile() {
    let keys = [("AWS_ACCESS_KEY_ID", "a"), ("AWS_SECRET_ACCESS_KEY", "b"), ("AWS_PROFILE", "work")];
    let (found, shown) = source(KEYS, None, keys).unwrap();
    assert_eq!((found.base, shown.as_deref()), (Base::EnvironmentKeys, Some("keys from the environment")));
    let (found, shown) = source(KEYS, Some("work"), keys).unwrap();
    assert_eq!(
        (found.base, shown.as_deref()),
        (Base::Keys { profile: "work".to_owned() }, Some("profile work"))
    );
    let (found, shown) = source(KEYS, None, [keys[0], keys[1]]).unwrap();
    assert_eq!((found.base, shown), (Base::EnvironmentKeys, None));
    for variable in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"] {
        let (found, shown) = source(KEYS, None, [(variable, "work")]).unwrap();
        assert_eq!(
            (found.base, shown.as_deref()),
            (Base::Keys { profile: "work".to_owned() }, Some("profile work"))
        );
    }
}

#[test]
fn a_token_from_the_environment_takes_precedence_over_the_keys_of_a_profile_but_not_its_role() {
    let token =
        [("AWS_WEB_IDENTITY_TOKEN_FILE", "/token"), ("AWS_ROLE_ARN", "arn:r"), ("AWS_PROFILE", "work")];
    let expected = Base::WebIdentity { file: "/token".into(), role: "arn:r".to_owned(), profile: None };
    let (found, shown) = source(KEYS, None, token).unwrap();
    assert_eq!((found.base, shown.as_deref()), (expected, Some("role arn:r")));
    let role = "[profile work]\nrole_arn = arn:w\nsource_profile = base\n[profile base]\naws_access_key_id = a\n\
                aws_secret_access_key = b\n";
    let (found, _) = source(role, None, token).unwrap();
    assert_eq!(found.base, Base::Keys { profile: "base".to_owned() });
    assert_eq!(found.roles[0].arn, "arn:w");
}

#[test]
fn source_profiles_are_followed_to_the_first_credentials() {
    let chain = "[profile a]\nrole_arn = arn:a\nsource_profile = b\nmfa_serial = m\n\
                 [profile b]\nrole_arn = arn:b\nsource_profile = c\n[profile c]\ncredential_process = give\n";
    let (found, _) = source(chain, Some("a"), []).unwrap();
    assert_eq!(found.roles.iter().map(|role| role.arn.as_str()).collect::<Vec<_>>(), ["arn:a", "arn:b"]);
    assert_eq!(found.base, Base::Process { profile: "c".to_owned() });
    assert_eq!(found.warnings().len(), 1);
    let itself = "[profile a]\nrole_arn = arn:a\nsource_profile = a\naws_access_key_id = a\naws_secret_access_key = b\n";
    let (found, _) = source(itself, Some("a"), []).unwrap();
    assert_eq!((found.roles.len(), found.base), (1, Base::Keys { profile: "a".to_owned() }));
    let (found, _) = source("[profile a]\nregion = x\n", Some("a"), []).unwrap();
    assert!(matches!(found.base, Base::Machine { .. }), "{found:?}");
}

#[test]
fn unusable_settings_are_named() {
    let wrong = |config: &str, option: Option<&str>, variable: (&str, &str)| {
        source(config, option, [variable]).unwrap_err().message().to_owned()
    };
    let none = ("UNUSED", "");
    for (config, expected) in [
        ("role_arn = r\nsource_profile = b", "its source_profile `b` does not exist"),
        ("role_arn = r", "it has role_arn but neither source_profile nor credential_source"),
        (
            "role_arn = r\nsource_profile = a\ncredential_source = x",
            "it has both source_profile and credential_source",
        ),
        (
            "role_arn = r\ncredential_source = x",
            "its credential_source is `x`, but must be one of Environment, Ec2InstanceMetadata, EcsContainer",
        ),
        ("web_identity_token_file = t", "it has web_identity_token_file but no role_arn"),
        ("aws_access_key_id = k", "it has no aws_secret_access_key"),
        (
            "aws_access_key_id = k\n  more\naws_secret_access_key = s",
            "its aws_access_key_id contains whitespace or an invalid character",
        ),
        ("aws_secret_access_key = k", "it has no aws_access_key_id"),
        ("sso_session = s\nsso_account_id = 1\nsso_role_name = r", "its sso_session `s` does not exist"),
        ("sso_account_id = 1\nsso_role_name = r", "it uses IAM Identity Center but has no sso_start_url"),
        (
            "sso_session = s\nsso_start_url = u\n[sso-session s]\nsso_start_url = v",
            "its sso_start_url differs from that of its sso_session",
        ),
        ("role_arn = r\nsource_profile = b\n[profile b]\nregion = x", "it has no credentials"),
        (
            "role_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = a",
            "source_profile leads into a cycle: a -> b -> a",
        ),
    ] {
        let message = wrong(&format!("[profile a]\n{config}\n"), Some("a"), none);
        assert!(message.ends_with(&format!("cannot be used: {expected}")), "{message}");
    }
    assert_eq!(
        wrong("", None, ("AWS_ACCESS_KEY_ID", "a")),
        "AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY"
    );
    let token = source("", None, [("AWS_WEB_IDENTITY_TOKEN_FILE", "/token")]).unwrap_err().to_string();
    assert!(token.contains("without AWS_ROLE_ARN") && token.contains("`/token`"), "{token}");
    assert_eq!(wrong(KEYS, None, ("AWS_PROFILE", "wrok")), "AWS profile `wrok` does not exist");
}
