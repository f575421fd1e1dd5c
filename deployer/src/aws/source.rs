//! Where the credentials come from according to the settings, in the order of the AWS CLI. This is decided before any
//! request, so that a failure can name the file, the role or the profile.

mod profile_chain;

use std::path::PathBuf;

use super::environment::Environment;
use super::profiles::Profiles;
use crate::error::{Error, Result};

/// The profile in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    pub name: String,
    /// `--profile`, `AWS_PROFILE` or `AWS_DEFAULT_PROFILE`; `None` for the default profile, which need not exist.
    pub named_by: Option<&'static str>,
}

impl Selected {
    /// Select the profile of the command line or of the environment, which must exist.
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

    /// Whether the command line selects the profile, which then takes precedence over keys in the environment.
    fn is_explicit(&self) -> bool {
        self.named_by == Some("--profile")
    }
}

/// The source of the first credentials, and the roles that are assumed with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialSource {
    /// The first role is assumed last and signs the calls.
    pub roles: Vec<AssumedRole>,
    pub base: Base,
}

/// A role that a profile assumes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssumedRole {
    pub profile: String,
    pub arn: String,
    /// The device whose code the profile requires.
    pub mfa_serial: Option<String>,
}

/// A source of credentials that needs no other credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// `AWS_ACCESS_KEY_ID` and the variables that belong to it.
    EnvironmentKeys,
    /// A token in a file, set in the environment or in a profile.
    WebIdentity { file: PathBuf, role: String, profile: Option<String> },
    /// Access keys in a profile.
    Keys { profile: String },
    /// IAM Identity Center.
    Sso { profile: String },
    /// A console session, by `aws login`.
    Login { profile: String },
    /// A program that prints credentials.
    Process { profile: String },
    /// `credential_source` of a profile.
    Named { profile: String, source: String },
    /// Nothing is configured: only the role of a container or a cloud machine may provide credentials.
    Machine { profile: String, looked_in: String },
}

impl CredentialSource {
    /// Determine the source. Settings that contradict each other are errors.
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
        let assumes_role = profile.is_some_and(|profile| {
            profile.get("role_arn").is_some() && profile.get("web_identity_token_file").is_none()
        });
        if !selected.is_explicit()
            && !assumes_role
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
            return from_environment(profile_chain::machine(profiles, selected));
        }
        profile_chain::follow(profiles, selected)
    }

    /// Whose credentials sign the calls, shown above a plan; `None` in the usual case, without a profile.
    pub fn shown(&self, selected: &Selected) -> Option<String> {
        let named = selected.named_by.is_some();
        match &self.base {
            Base::EnvironmentKeys if named => Some("keys from the environment".to_owned()),
            Base::WebIdentity { profile: None, role, .. } => Some(format!("role {role}")),
            Base::EnvironmentKeys => None,
            _ => named.then(|| format!("profile {}", selected.name)),
        }
    }

    /// Warnings for the user.
    pub fn warnings(&self) -> Vec<String> {
        let with_mfa = self.roles.iter().filter(|role| role.mfa_serial.is_some());
        with_mfa
            .map(|role| {
                format!(
                    "profile `{}` has `mfa_serial`, which plexmon-deploy does not support: the role is assumed without an \
                     MFA code",
                    role.profile
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
