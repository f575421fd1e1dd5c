//! Why a call is denied, read from AWS's own message, and what the user can do.

/// The kind of policy that denies a call. AWS names it in newer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    Identity,
    Resource,
    /// The trust policy of a role, which says who may assume it.
    Trust,
    Boundary,
    Session,
    /// Service control policies of the organization.
    ServiceControl,
    /// Resource control policies of the organization.
    ResourceControl,
    VpcEndpoint,
}

/// Why a call was denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denial {
    /// AWS gives no reason; usually no policy allows the call.
    Unexplained,
    /// No policy of this kind allows the call.
    NotAllowed(Policy),
    /// A policy denies the call explicitly; AWS may not say which kind.
    Forbidden(Option<Policy>),
}

impl Denial {
    /// Read the message of AWS.
    pub fn of(message: &str) -> Self {
        let message = message.to_ascii_lowercase();
        if let Some((_, rest)) = message.split_once("explicit deny") {
            return Self::Forbidden(policy(rest));
        }
        match message.split_once("because no ").and_then(|(_, rest)| policy(rest.split(" allows").next()?)) {
            Some(policy) => Self::NotAllowed(policy),
            None => Self::Unexplained,
        }
    }

    /// One thing that the user can do about a denied action.
    pub fn hint(self, action: &str) -> String {
        let futile = "granting these credentials more permissions does not help";
        match self {
            Self::Unexplained | Self::NotAllowed(Policy::Identity) => {
                format!("the credentials in use need `{action}` on this resource")
            }
            Self::NotAllowed(Policy::Resource) => {
                format!("the policy of the resource itself has to allow the credentials in use `{action}`")
            }
            Self::NotAllowed(Policy::Trust) => {
                format!("the role's trust policy has to allow the credentials in use `{action}`")
            }
            Self::NotAllowed(Policy::Boundary) | Self::Forbidden(Some(Policy::Boundary)) => format!(
                "the permissions boundary of the credentials in use does not allow `{action}`: {futile}; ask the \
                 administrator of the account to extend the boundary, or use other credentials"
            ),
            Self::NotAllowed(Policy::Session) | Self::Forbidden(Some(Policy::Session)) => format!(
                "the session policy of these credentials does not allow `{action}`: {futile}; get new \
                 credentials with a wider session policy"
            ),
            Self::NotAllowed(Policy::ServiceControl | Policy::ResourceControl)
            | Self::Forbidden(Some(Policy::ServiceControl | Policy::ResourceControl)) => format!(
                "a policy of the organization (SCP or RCP) forbids `{action}`: {futile}; ask the administrator of the organization, or \
                 use another account or region"
            ),
            Self::NotAllowed(Policy::VpcEndpoint) | Self::Forbidden(Some(Policy::VpcEndpoint)) => format!(
                "the policy of the VPC endpoint does not allow `{action}`: {futile}; extend that policy, or connect from \
                 another network"
            ),
            Self::Forbidden(Some(Policy::Identity)) => format!(
                "a policy of the credentials in use denies `{action}` explicitly: {futile}; remove that statement or meet \
                 its condition (often by signing in with MFA)"
            ),
            Self::Forbidden(Some(Policy::Resource | Policy::Trust)) => {
                format!(
                    "the policy of the resource itself denies `{action}` explicitly: {futile}; change that policy"
                )
            }
            Self::Forbidden(None) => format!(
                "a policy denies `{action}` explicitly: an SCP of the organization, a permissions boundary, a session policy \
                 or an identity policy; {futile}; ask the administrator of the account, or use another account"
            ),
        }
    }
}

fn policy(text: &str) -> Option<Policy> {
    let kinds = [
        ("service control", Policy::ServiceControl),
        ("resource control", Policy::ResourceControl),
        ("permissions boundary", Policy::Boundary),
        ("session policy", Policy::Session),
        ("session", Policy::Session),
        ("vpc endpoint", Policy::VpcEndpoint),
        ("identity-based", Policy::Identity),
        ("trust policy", Policy::Trust),
        ("resource-based", Policy::Resource),
    ];
    // The kind that is named first; the ARN of a policy may follow and contain another one.
    let found = kinds.iter().filter_map(|(phrase, policy)| Some((text.find(phrase)?, *policy)));
    found.min_by_key(|(at, _)| *at).map(|(_, policy)| policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_message_of_aws_is_understood() {
        let user = "User: arn:aws:iam::123456789012:user/me is not authorized to perform: iam:TagRole on resource: \
                    arn:aws:iam::123456789012:role/session-role";
        for (rest, expected) in [
            ("", Denial::Unexplained),
            (
                " because no identity-based policy allows the iam:TagRole action",
                Denial::NotAllowed(Policy::Identity),
            ),
            (
                " because no permissions boundary allows the iam:TagRole action",
                Denial::NotAllowed(Policy::Boundary),
            ),
            (" because no session policy allows the iam:TagRole action", Denial::NotAllowed(Policy::Session)),
            (
                " because no service control policy allows the iam:TagRole action",
                Denial::NotAllowed(Policy::ServiceControl),
            ),
            (
                " because no resource-based policy allows the iam:TagRole action",
                Denial::NotAllowed(Policy::Resource),
            ),
            (
                " because no VPC endpoint policy allows the iam:TagRole action",
                Denial::NotAllowed(Policy::VpcEndpoint),
            ),
            (
                " because no role trust policy allows the sts:AssumeRole action",
                Denial::NotAllowed(Policy::Trust),
            ),
            (" with an explicit deny", Denial::Forbidden(None)),
            (
                " with an explicit deny in a service control policy",
                Denial::Forbidden(Some(Policy::ServiceControl)),
            ),
            (
                " with an explicit deny in a service control policy: arn:aws:organizations::1:policy/o-1/session",
                Denial::Forbidden(Some(Policy::ServiceControl)),
            ),
            (
                " with an explicit deny in a resource control policy",
                Denial::Forbidden(Some(Policy::ResourceControl)),
            ),
            (" with an explicit deny in an identity-based policy", Denial::Forbidden(Some(Policy::Identity))),
            (" with an explicit deny in a permissions boundary", Denial::Forbidden(Some(Policy::Boundary))),
            (" with an explicit deny in a session policy", Denial::Forbidden(Some(Policy::Session))),
            (" with an explicit deny in a resource-based policy", Denial::Forbidden(Some(Policy::Resource))),
            (" with an explicit deny in a VPC endpoint policy", Denial::Forbidden(Some(Policy::VpcEndpoint))),
        ] {
            assert_eq!(Denial::of(&format!("{user}{rest}")), expected, "{rest}");
        }
    }
}
