//! The chain of profiles from the selected one to the source of the first credentials.

use super::{AssumedRole, Base, CredentialSource, Selected};
use crate::aws::profiles::{Profile, Profiles};
use crate::error::{Error, Result};

/// Follow `source_profile` to the first credentials.
pub fn follow(profiles: &Profiles, selected: &Selected) -> Result<CredentialSource> {
    let mut roles: Vec<AssumedRole> = Vec::new();
    let mut visited: Vec<&str> = Vec::new();
    let mut name = selected.name.as_str();
    loop {
        let Some(profile) = profiles.get(name) else {
            let last = visited.last().copied().unwrap_or_default();
            return Err(wrong(profiles, last, &format!("its source_profile `{name}` does not exist")));
        };
        if visited.contains(&name) {
            visited.push(name);
            let cycle = format!("source_profile leads into a cycle: {}", visited.join(" -> "));
            return Err(wrong(profiles, name, &cycle));
        }
        let has_keys = profile.get("aws_access_key_id").is_some();
        if !visited.is_empty() && has_keys {
            return Ok(CredentialSource { roles, base: keys(profiles, name, profile)? });
        }
        visited.push(name);
        let arn = profile.get("role_arn").filter(|_| profile.get("web_identity_token_file").is_none());
        let Some(arn) = arn else {
            let base = if visited.len() == 1 && is_empty(profile) {
                machine(profiles, selected)
            } else {
                base(profiles, name, profile)?
            };
            return Ok(CredentialSource { roles, base });
        };
        let mfa_serial = profile.get("mfa_serial").map(str::to_owned);
        roles.push(AssumedRole { profile: name.to_owned(), arn: arn.to_owned(), mfa_serial });
        match (profile.get("source_profile"), profile.get("credential_source")) {
            (Some(_), Some(_)) => {
                return Err(wrong(profiles, name, "it has both source_profile and credential_source"));
            }
            (None, None) => {
                return Err(wrong(
                    profiles,
                    name,
                    "it has role_arn but neither source_profile nor credential_source",
                ));
            }
            (Some(next), None) if next == name => {
                return Ok(CredentialSource { roles, base: base(profiles, name, profile)? });
            }
            (Some(next), None) => name = next,
            (None, Some(_)) => return Ok(CredentialSource { roles, base: named(profiles, name, profile)? }),
        }
    }
}

/// The role of this container or cloud machine.
pub fn machine(profiles: &Profiles, selected: &Selected) -> Base {
    Base::Machine { profile: selected.name.clone(), looked_in: profiles.places() }
}

/// Whether the profile has no setting for credentials.
fn is_empty(profile: &Profile) -> bool {
    let settings = [
        "aws_access_key_id",
        "aws_secret_access_key",
        "aws_session_token",
        "credential_process",
        "credential_source",
        "login_session",
        "sso_account_id",
        "sso_region",
        "sso_role_name",
        "sso_session",
        "sso_start_url",
        "web_identity_token_file",
    ];
    settings.iter().all(|key| profile.get(key).is_none())
}

/// The source that a profile configures, in the order of the SDK, which reads the same settings.
fn base(profiles: &Profiles, name: &str, profile: &Profile) -> Result<Base> {
    let has = |key: &str| profile.get(key).is_some();
    let owner = || name.to_owned();
    if has("credential_source") {
        return named(profiles, name, profile);
    }
    if let Some(file) = profile.get("web_identity_token_file") {
        let Some(role) = profile.get("role_arn") else {
            return Err(wrong(profiles, name, "it has web_identity_token_file but no role_arn"));
        };
        return Ok(Base::WebIdentity { file: file.into(), role: role.to_owned(), profile: Some(owner()) });
    }
    let sso = ["sso_account_id", "sso_region", "sso_role_name", "sso_session", "sso_start_url"];
    if sso.iter().any(|key| has(key)) {
        check_sso(profiles, name, profile)?;
        return Ok(Base::Sso { profile: owner() });
    }
    if has("login_session") {
        return Ok(Base::Login { profile: owner() });
    }
    if has("credential_process") {
        return Ok(Base::Process { profile: owner() });
    }
    keys(profiles, name, profile)
}

/// The access keys of a profile, which must be complete.
fn keys(profiles: &Profiles, name: &str, profile: &Profile) -> Result<Base> {
    for key in ["aws_access_key_id", "aws_secret_access_key"] {
        if profile.get(key).is_none() {
            let text = if is_empty(profile) {
                "it has no credentials".to_owned()
            } else {
                format!("it has no {key}")
            };
            return Err(wrong(profiles, name, &text));
        }
    }
    // The SDK panics with such keys when it signs the request for a role.
    for key in ["aws_access_key_id", "aws_session_token"] {
        if profile.get(key).is_some_and(|value| !value.bytes().all(|byte| byte.is_ascii_graphic())) {
            let text = format!("its {key} contains whitespace or an invalid character");
            return Err(wrong(profiles, name, &text));
        }
    }
    Ok(Base::Keys { profile: name.to_owned() })
}

fn named(profiles: &Profiles, name: &str, profile: &Profile) -> Result<Base> {
    let known = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];
    match profile.get("credential_source") {
        Some(source) if known.contains(&source) => {
            Ok(Base::Named { profile: name.to_owned(), source: source.to_owned() })
        }
        source => {
            let text = format!(
                "its credential_source is `{}`, but must be one of {}",
                source.unwrap_or_default(),
                known.join(", ")
            );
            Err(wrong(profiles, name, &text))
        }
    }
}

fn check_sso(profiles: &Profiles, name: &str, profile: &Profile) -> Result<()> {
    let session =
        match profile.get("sso_session") {
            Some(session) => Some(profiles.sso_session(session).ok_or_else(|| {
                wrong(profiles, name, &format!("its sso_session `{session}` does not exist"))
            })?),
            None => None,
        };
    for key in ["sso_start_url", "sso_region"] {
        let (own, of_session) = (profile.get(key), session.and_then(|session| session.get(key)));
        if own.is_some() && of_session.is_some() && own != of_session {
            return Err(wrong(profiles, name, &format!("its {key} differs from that of its sso_session")));
        }
    }
    for (key, holder) in [
        ("sso_account_id", profile),
        ("sso_role_name", profile),
        ("sso_start_url", session.unwrap_or(profile)),
        ("sso_region", session.unwrap_or(profile)),
    ] {
        if holder.get(key).is_none() {
            return Err(wrong(profiles, name, &format!("it uses IAM Identity Center but has no {key}"))
                .hint("run `aws configure sso` again"));
        }
    }
    Ok(())
}

fn wrong(profiles: &Profiles, name: &str, what: &str) -> Error {
    let place = profiles.get(name).map_or_else(String::new, |profile| profile.place.clone());
    Error::usage(format!("AWS profile `{name}` cannot be used: {what}"))
        .cause(format!("the profile is defined in {place}"))
}
