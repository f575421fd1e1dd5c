//! Where the credentials come from, as far as the settings say: decided before anything is asked, in the order of the
//! AWS CLI, so that a failure can name the file, the role or the profile.

use std::path::PathBuf;

use super::environment::Environment;
use super::profiles::{Profile, Profiles};
use crate::error::{Error, Result};

/// The profile whose settings count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    pub name: String,
    /// `--profile`, `AWS_PROFILE` or `AWS_DEFAULT_PROFILE`; `None` for the default profile, which may be missing.
    pub named_by: Option<&'static str>,
}

impl Selected {
    /// The profile of the command line or the environment, which has to exist.
    pub fn choose(option: Option<&str>, environment: &Environment, profiles: &Profiles) -> Result<Self> {
        let variable = |name: &'static str| Some((name, environment.get(name)?.to_owned()));
        let named = option
            .map(|name| ("--profile", name.to_owned()))
            .or_else(|| variable("AWS_PROFILE"))
            .or_else(|| variable("AWS_DEFAULT_PROFILE"));
        let Some((named_by, name)) = named else {
            return Ok(Self { name: "default".to_owned(), named_by: None });
        };
        if profiles.get(&name).is_none() && name != "default" {
            return Err(profiles.not_found(&name, named_by));
        }
        Ok(Self { name, named_by: Some(named_by) })
    }

    /// A profile of the command line beats keys in the environment.
    fn is_explicit(&self) -> bool {
        self.named_by == Some("--profile")
    }
}

/// What gives the first credentials, and the roles that are assumed with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The first one is assumed last: it is the one that calls are made with.
    pub roles: Vec<Role>,
    pub base: Base,
}

/// A role that a profile names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    pub profile: String,
    pub arn: String,
    /// The profile wants a code of this device.
    pub mfa_serial: Option<String>,
}

/// What gives credentials without needing any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// `AWS_ACCESS_KEY_ID` and its companions.
    EnvironmentKeys,
    /// A token in a file, by the environment or by a profile.
    WebIdentity { file: PathBuf, role: String, profile: Option<String> },
    /// Access keys in a profile.
    Keys { profile: String },
    /// IAM Identity Center.
    Sso { profile: String },
    /// A console session, by `aws login`.
    Login { profile: String },
    /// A program.
    Process { profile: String },
    /// `credential_source` of a profile.
    Named { profile: String, source: String },
    /// Nothing is set: only the role of a container or a cloud machine could give some.
    Machine { profile: String, looked_in: String },
}

impl Source {
    /// Decides from the settings; settings that contradict each other are errors.
    pub fn of(profiles: &Profiles, selected: &Selected, environment: &Environment) -> Result<Self> {
        let from_environment = |base| Ok(Self { roles: Vec::new(), base });
        if !selected.is_explicit() && environment.get("AWS_ACCESS_KEY_ID").is_some() {
            let secret = environment.get("AWS_SECRET_ACCESS_KEY").or(environment.get("SECRET_ACCESS_KEY"));
            return if secret.is_some() {
                from_environment(Base::EnvironmentKeys)
            } else {
                Err(Error::usage("AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY")
                    .hint("set both, or unset AWS_ACCESS_KEY_ID to use a profile"))
            };
        }
        let profile = profiles.get(&selected.name);
        let assumes = profile.is_some_and(|profile| {
            profile.get("role_arn").is_some() && profile.get("web_identity_token_file").is_none()
        });
        if !selected.is_explicit()
            && !assumes
            && let Some(file) = environment.get("AWS_WEB_IDENTITY_TOKEN_FILE")
        {
            let role = environment.get("AWS_ROLE_ARN").ok_or_else(|| {
                Error::usage("AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN")
                    .cause(format!("the token is in `{file}`"))
                    .hint("set AWS_ROLE_ARN to the role to assume with this token, or unset both")
            })?;
            return from_environment(Base::WebIdentity {
                file: file.into(),
                role: role.to_owned(),
                profile: None,
            });
        }
        if profile.is_none() {
            return from_environment(machine(profiles, selected));
        }
        walk(profiles, selected)
    }

    /// Who signs the calls, to be shown above a plan. Nothing for the usual case, in which no profile is involved.
    pub fn shown(&self, selected: &Selected) -> Option<String> {
        let named = selected.named_by.is_some();
        match &self.base {
            Base::EnvironmentKeys if named => Some("keys of the environment".to_owned()),
            Base::WebIdentity { profile: None, role, .. } => Some(format!("role {role}")),
            Base::EnvironmentKeys => None,
            _ => named.then(|| format!("profile {}", selected.name)),
        }
    }

    /// What the user should know although it is no error.
    pub fn warnings(&self) -> Vec<String> {
        let wants_code = self.roles.iter().filter(|role| role.mfa_serial.is_some());
        wants_code
            .map(|role| {
                format!(
                    "profile `{}` has `mfa_serial`, but plexmon-deploy cannot ask for a code: the role is assumed \
                     without it",
                    role.profile
                )
            })
            .collect()
    }
}

/// Follows `source_profile` to where the first credentials are.
fn walk(profiles: &Profiles, selected: &Selected) -> Result<Source> {
    let mut roles: Vec<Role> = Vec::new();
    let mut visited: Vec<&str> = Vec::new();
    let mut name = selected.name.as_str();
    loop {
        let Some(profile) = profiles.get(name) else {
            let last = visited.last().copied().unwrap_or_default();
            return Err(wrong(profiles, last, &format!("its source_profile `{name}` does not exist")));
        };
        if visited.contains(&name) {
            visited.push(name);
            let circle = format!("source_profile leads in a circle: {}", visited.join(" -> "));
            return Err(wrong(profiles, name, &circle));
        }
        let has_keys = profile.get("aws_access_key_id").is_some();
        if !visited.is_empty() && has_keys {
            return Ok(Source { roles, base: base(profiles, name, profile, true)? });
        }
        visited.push(name);
        let arn = profile.get("role_arn").filter(|_| profile.get("web_identity_token_file").is_none());
        let Some(arn) = arn else {
            let base = if visited.len() == 1 && is_empty(profile) {
                machine(profiles, selected)
            } else {
                base(profiles, name, profile, false)?
            };
            return Ok(Source { roles, base });
        };
        let mfa_serial = profile.get("mfa_serial").map(str::to_owned);
        roles.push(Role { profile: name.to_owned(), arn: arn.to_owned(), mfa_serial });
        match (profile.get("source_profile"), profile.get("credential_source")) {
            (Some(_), Some(_)) => {
                return Err(wrong(profiles, name, "it has both source_profile and credential_source"));
            }
            (None, None) => {
                return Err(wrong(
                    profiles,
                    name,
                    "it has role_arn, but neither source_profile nor credential_source",
                ));
            }
            (Some(next), None) if next == name => {
                return Ok(Source { roles, base: base(profiles, name, profile, false)? });
            }
            (Some(next), None) => name = next,
            (None, Some(_)) => return Ok(Source { roles, base: named(profiles, name, profile)? }),
        }
    }
}

fn machine(profiles: &Profiles, selected: &Selected) -> Base {
    Base::Machine { profile: selected.name.clone(), looked_in: profiles.places() }
}

fn is_empty(profile: &Profile) -> bool {
    let giving = [
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
    giving.iter().all(|key| profile.get(key).is_none())
}

/// In the order of the SDK, which reads the same settings.
fn base(profiles: &Profiles, name: &str, profile: &Profile, keys_first: bool) -> Result<Base> {
    let has = |key: &str| profile.get(key).is_some();
    let owner = || name.to_owned();
    if !keys_first && has("credential_source") {
        return named(profiles, name, profile);
    }
    if !keys_first && let Some(file) = profile.get("web_identity_token_file") {
        let Some(role) = profile.get("role_arn") else {
            return Err(wrong(profiles, name, "it has web_identity_token_file, but no role_arn"));
        };
        return Ok(Base::WebIdentity { file: file.into(), role: role.to_owned(), profile: Some(owner()) });
    }
    let sso = ["sso_account_id", "sso_region", "sso_role_name", "sso_session", "sso_start_url"];
    if !keys_first && sso.iter().any(|key| has(key)) {
        check_sso(profiles, name, profile)?;
        return Ok(Base::Sso { profile: owner() });
    }
    if !keys_first && has("login_session") {
        return Ok(Base::Login { profile: owner() });
    }
    if !keys_first && has("credential_process") {
        return Ok(Base::Process { profile: owner() });
    }
    for key in ["aws_access_key_id", "aws_secret_access_key"] {
        if !has(key) {
            let text = if is_empty(profile) {
                "it has no credentials".to_owned()
            } else {
                format!("it has no {key}")
            };
            return Err(wrong(profiles, name, &text));
        }
    }
    // With them, the SDK panics where it signs the exchange for a role.
    for key in ["aws_access_key_id", "aws_session_token"] {
        if profile.get(key).is_some_and(|value| !value.bytes().all(|byte| byte.is_ascii_graphic())) {
            let text = format!("its {key} contains a blank or a character that no key has");
            return Err(wrong(profiles, name, &text));
        }
    }
    Ok(Base::Keys { profile: owner() })
}

fn named(profiles: &Profiles, name: &str, profile: &Profile) -> Result<Base> {
    let known = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];
    match profile.get("credential_source") {
        Some(source) if known.contains(&source) => {
            Ok(Base::Named { profile: name.to_owned(), source: source.to_owned() })
        }
        source => {
            let text = format!(
                "credential_source is `{}`, not one of {}",
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
            return Err(wrong(profiles, name, &format!("it uses IAM Identity Center, but has no {key}"))
                .hint("run `aws configure sso` again"));
        }
    }
    Ok(())
}

fn wrong(profiles: &Profiles, name: &str, what: &str) -> Error {
    let place = profiles.get(name).map_or_else(String::new, |profile| profile.place.clone());
    Error::usage(format!("AWS profile `{name}` cannot be used: {what}"))
        .cause(format!("it begins in {place}"))
}

#[cfg(test)]
mod tests;
