//! Why there are no credentials: which role, file, program or sign-in failed, and with which message.

use std::error::Error as StdError;
use std::fmt;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_sdk_sts::error::ProvideErrorMetadata as _;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use aws_sdk_sts::operation::assume_role_with_web_identity::AssumeRoleWithWebIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ErrorMetadata;

use super::causes::{causes, find, text};
use super::connection_problem::ConnectionProblem;
use super::denied::{Denial, Policy};
use super::identity;
use super::profiles::shell_word;
use super::source::{AssumedRole, Base, CredentialSource};
use crate::error::Error;

/// A failure to get credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialsFailure {
    source: CredentialSource,
    step: Step,
    /// AWS's code; empty if AWS did not answer.
    code: String,
    /// The full message.
    pub detail: String,
    /// Set if the service did not answer.
    problem: Option<ConnectionProblem>,
    region: Option<String>,
}

/// The step that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// Assuming a role of a profile.
    Role,
    /// Reading the token file.
    TokenFile,
    /// Getting the first credentials.
    Base,
    /// No source has any credentials.
    Nothing,
}

impl CredentialsFailure {
    /// Combine the error with the settings.
    pub fn new(source: &CredentialSource, region: &str, error: &CredentialsError) -> Self {
        let causes = causes(error);
        let role = find::<SdkError<AssumeRoleError, HttpResponse>>(&causes);
        let web = find::<SdkError<AssumeRoleWithWebIdentityError, HttpResponse>>(&causes);
        let answer = find::<ErrorMetadata>(&causes);
        let code = role
            .and_then(|error| error.code())
            .or_else(|| web.and_then(|error| error.code()))
            .or_else(|| answer.and_then(ErrorMetadata::code));
        let unanswered = find::<ConnectorError>(&causes).is_some();
        let is_file = find::<std::io::Error>(&causes).is_some() && !unanswered;
        let step = match &source.base {
            _ if role.is_some() => Step::Role,
            Base::WebIdentity { .. } if is_file => Step::TokenFile,
            Base::Machine { .. } if matches!(error, CredentialsError::CredentialsNotLoaded(_)) => {
                Step::Nothing
            }
            _ => Step::Base,
        };
        Self {
            source: source.clone(),
            step,
            code: code.unwrap_or_default().to_owned(),
            detail: text(&causes),
            problem: unanswered.then(|| ConnectionProblem::of(&causes)),
            region: Some(region.to_owned()),
        }
    }

    /// A failure without known settings.
    pub fn unexplained(error: &CredentialsError) -> Self {
        let base = Base::Machine { profile: "default".to_owned(), looked_in: String::new() };
        Self { region: None, ..Self::new(&CredentialSource { roles: Vec::new(), base }, "", error) }
    }

    /// The role that could not be assumed: the one that AWS names, or the last of the chain.
    fn role(&self) -> Option<&AssumedRole> {
        let named = self.source.roles.iter().find(|role| self.detail.contains(&role.arn));
        named.or(self.source.roles.first())
    }

    fn message(&self) -> String {
        if self.step == Step::Role
            && let Some(role) = self.role()
        {
            return format!("role `{}` could not be assumed", role.arn);
        }
        match &self.source.base {
            Base::WebIdentity { file, .. } if self.step == Step::TokenFile => {
                format!("could not read the web identity token `{}`", file.display())
            }
            Base::WebIdentity { file, role, .. } => {
                format!("role `{role}` could not be assumed with the token `{}`", file.display())
            }
            Base::Sso { profile } => {
                format!("IAM Identity Center returned no credentials for profile `{profile}`")
            }
            Base::Login { profile } => format!("the sign-in of profile `{profile}` returned no credentials"),
            Base::Process { profile } => format!("the credential_process of profile `{profile}` failed"),
            Base::Named { profile, source } => {
                format!("credential_source {source} of profile `{profile}` returned no credentials")
            }
            Base::Machine { .. } if self.step != Step::Nothing => {
                "the role of this container or cloud machine returned no credentials".to_owned()
            }
            Base::EnvironmentKeys => "the keys from the environment cannot be used".to_owned(),
            Base::Keys { profile } => format!("the keys of profile `{profile}` cannot be used"),
            Base::Machine { .. } => "no AWS credentials were found".to_owned(),
        }
    }

    fn hint(&self) -> String {
        if let (Base::Machine { .. }, Step::Base) = (&self.source.base, self.step) {
            return "check AWS_CONTAINER_CREDENTIALS_FULL_URI or AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and the role that it \
                    provides, or choose a profile with --profile"
                .to_owned();
        }
        if let Some(problem) = &self.problem
            && self.step != Step::Nothing
        {
            return problem.hint();
        }
        if self.step == Step::Role
            && let Some(role) = self.role()
        {
            return self.role_hint(role);
        }
        match &self.source.base {
            Base::WebIdentity { profile, .. } if self.step == Step::TokenFile => match profile {
                Some(profile) => format!("correct `web_identity_token_file` of profile `{profile}`"),
                None => "correct AWS_WEB_IDENTITY_TOKEN_FILE, or unset it with AWS_ROLE_ARN to use a profile".to_owned(),
            },
            Base::WebIdentity { role, .. } => self.web_identity_hint(role),
            Base::Sso { profile } if self.detail.contains("ForbiddenException") => format!(
                "check `sso_account_id` and `sso_role_name` of profile `{profile}`: this user does not have that access"
            ),
            Base::Sso { profile } => format!("run `aws sso login --profile {}`", shell_word(profile)),
            Base::Login { profile } => format!("run `aws login --profile {}`", shell_word(profile)),
            Base::Process { profile } => {
                format!("run the command in `credential_process` of profile `{profile}` by hand: it must print JSON")
            }
            Base::EnvironmentKeys => {
                "correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN".to_owned()
            }
            Base::Keys { profile } => format!("correct the keys with `aws configure --profile {}`", shell_word(profile)),
            _ => "sign in with `aws configure` or `aws sso login`, and choose the profile with --profile or AWS_PROFILE"
                .to_owned(),
        }
    }

    fn role_hint(&self, role: &AssumedRole) -> String {
        let denial = Denial::of(&self.detail);
        match self.code.as_str() {
            "AccessDenied" | "AccessDeniedException" => match denial {
                Denial::Unexplained
                | Denial::NotAllowed(Policy::Identity | Policy::Trust | Policy::Resource) => {
                    self.trust_hint(role)
                }
                _ => denial.hint("sts:AssumeRole"),
            },
            "ValidationError" => format!("correct `role_arn` of profile `{}`", role.profile),
            code => identity::hint(code, &self.detail, self.region.as_deref())
                .unwrap_or_else(|| format!("check the settings of profile `{}`", role.profile)),
        }
    }

    fn trust_hint(&self, role: &AssumedRole) -> String {
        if role.mfa_serial.is_some() {
            let profile = shell_word(&role.profile);
            return format!(
                "the role seems to require MFA, which plexmon-deploy does not support: run `eval \"$(aws configure \
                 export-credentials --profile {profile} --format env)\"`, then the same command without --profile"
            );
        }
        let by = match &self.source.base {
            Base::EnvironmentKeys => "the keys from the environment".to_owned(),
            Base::Keys { profile }
            | Base::Sso { profile }
            | Base::Login { profile }
            | Base::Process { profile } => {
                format!("the credentials of profile `{profile}`")
            }
            Base::Named { source, .. } => format!("the credentials of {source}"),
            Base::WebIdentity { role, .. } => format!("role `{role}`"),
            Base::Machine { .. } => "these credentials".to_owned(),
        };
        format!(
            "check that the role exists and that its trust policy allows {by} to assume it, with or without MFA"
        )
    }

    fn web_identity_hint(&self, role: &str) -> String {
        match self.code.as_str() {
            "AccessDenied" => format!(
                "check the trust policy of `{role}`: its conditions on `sub` and `aud` must match the token"
            ),
            "InvalidIdentityToken" => {
                "check that the account has an OIDC provider for the token's issuer, with its audience"
                    .to_owned()
            }
            "ExpiredTokenException" | "ExpiredToken" => "get a new token: this one has expired".to_owned(),
            code => identity::hint(code, &self.detail, self.region.as_deref())
                .unwrap_or_else(|| "check the token and AWS_ROLE_ARN".to_owned()),
        }
    }
}

impl fmt::Display for CredentialsFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.message(), self.detail)
    }
}

impl StdError for CredentialsFailure {}

impl From<&CredentialsFailure> for Error {
    fn from(failure: &CredentialsFailure) -> Self {
        let mut error = Self::new(failure.message());
        if failure.step == Step::Nothing {
            if let Base::Machine { profile, looked_in } = &failure.source.base {
                error = error.cause(format!(
                    "profile `{profile}` does not exist or has no credentials; looked in {looked_in}"
                ));
            }
            return error
                .cause("neither the environment nor a role of this machine provides any")
                .hint(failure.hint());
        }
        error = match (&failure.problem, failure.detail.as_str()) {
            (Some(_), detail) => error.cause(format!("no answer: {detail}")),
            (None, "") => error,
            (None, detail) => error.cause(detail),
        };
        error.hint(failure.hint())
    }
}

/// Reject keys with characters that a header cannot contain, with which the SDK panics.
fn usable(credentials: Credentials) -> Result<Credentials, CredentialsError> {
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    let what = if !plain(credentials.access_key_id()) {
        "the access key"
    } else if !credentials.session_token().is_none_or(plain) {
        "the session token"
    } else {
        return Ok(credentials);
    };
    Err(CredentialsError::invalid_configuration(format!(
        "{what} contains whitespace or an invalid character"
    )))
}

/// A provider whose errors are [`CredentialsFailure`]s.
#[derive(Debug)]
pub struct Explained<P> {
    pub inner: P,
    pub source: CredentialSource,
    pub region: String,
}

impl<P: ProvideCredentials> ProvideCredentials for Explained<P> {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let found = self.inner.provide_credentials().await.and_then(usable);
            found.map_err(|error| {
                CredentialsError::provider_error(CredentialsFailure::new(&self.source, &self.region, &error))
            })
        })
    }
}
