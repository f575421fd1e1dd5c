//! Hints for answers with which AWS rejects the caller: keys, tokens, clocks and regions.

/// Regions that every account has. AWS disables all later regions by default, so this list never grows.
const ALWAYS_ENABLED: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// One thing to do about an answer with this code; `None` if the code is not about the caller.
pub fn hint(code: &str, message: &str, region: Option<&str>) -> Option<String> {
    let says = |text: &str| message.contains(text);
    let clock = |how: &str| format!("the clock of this computer {how}: set it, for example by enabling NTP");
    Some(match code {
        "ExpiredToken" | "ExpiredTokenException" | "TokenRefreshRequired" => {
            "the session has expired: sign in again, for example with `aws sso login`".to_owned()
        }
        "InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidAccessKeyId" | "InvalidToken" => {
            match region.filter(|region| needs_enabling(region)) {
                Some(region) => format!(
                    "check that region {region}, which is disabled by default, is enabled in the account (console: Account, \
                     AWS Regions); then check the access key"
                ),
                None => "check the access key: it is mistyped, disabled, deleted or from another partition, or it begins with \
                     ASIA and AWS_SESSION_TOKEN is missing"
                        .to_owned(),
            }
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" if says("Signature expired") => {
            clock("is behind")
        }
        "SignatureDoesNotMatch" | "InvalidSignatureException" if says("not yet current") => clock("is ahead"),
        "RequestTimeTooSkewed" | "RequestExpired" | "RequestInTheFuture" => clock("is wrong"),
        "SignatureDoesNotMatch" | "InvalidSignatureException" => {
            "check the secret access key: it does not belong to this access key".to_owned()
        }
        "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "AuthFailure" => "check the access key and the secret access key".to_owned(),
        "RegionDisabledException" => format!(
            "activate STS for {} (IAM console, Account settings), or use another region",
            region.unwrap_or("this region")
        ),
        "OptInRequired" | "SubscriptionRequiredException" => {
            "complete the sign-up of the account, or enable the region; a new account can take a day".to_owned()
        }
        "HTTP 407" => "put the user and password into HTTP_PROXY: http://user:password@host:port".to_owned(),
        _ => return None,
    })
}

/// Whether an account has the region only after it was enabled.
fn needs_enabling(region: &str) -> bool {
    let others = ["cn-", "us-gov-", "us-iso", "eu-iso", "eusc-"];
    !ALWAYS_ENABLED.contains(&region) && !others.iter().any(|prefix| region.starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_a_fitting_hint() {
        let expired = "Signature expired: 20261125T100000Z is now earlier than 20261125T101000Z (...)";
        let ahead = "Signature not yet current: 20261125T103000Z is still later than 20261125T102000Z (...)";
        let mismatch = "The request signature we calculated does not match the signature you provided.";
        for (code, message, region, expected) in [
            ("ExpiredToken", "", "eu-central-1", "the session has expired"),
            ("InvalidClientTokenId", "", "eu-central-1", "check the access key:"),
            ("UnrecognizedClientException", "", "eu-south-1", "check that region eu-south-1"),
            ("InvalidClientTokenId", "", "cn-north-1", "check the access key:"),
            ("SignatureDoesNotMatch", expired, "eu-central-1", "the clock of this computer is behind"),
            ("InvalidSignatureException", ahead, "eu-central-1", "the clock of this computer is ahead"),
            ("SignatureDoesNotMatch", mismatch, "eu-central-1", "check the secret access key"),
            ("RequestTimeTooSkewed", "", "eu-central-1", "the clock of this computer is wrong"),
            ("RegionDisabledException", "", "me-south-1", "activate STS for me-south-1"),
        ] {
            let hint = hint(code, message, Some(region)).unwrap();
            assert!(hint.starts_with(expected), "{code}: {hint}");
        }
        assert_eq!(hint("NoSuchEntity", "", None), None);
    }
}
