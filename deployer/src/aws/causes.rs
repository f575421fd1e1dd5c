//! An error's causes as a list, and as one line of text.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::error::metadata::ErrorMetadata;

/// The longest text that is shown; the error output of a program can be long.
const LONGEST: usize = 2000;

type Cause<'a> = &'a (dyn StdError + 'static);

/// The error and its causes, including what an `io::Error` wraps, which its `source` skips.
pub fn causes(error: Cause<'_>) -> Vec<Cause<'_>> {
    let mut causes = Vec::new();
    let mut next = Some(error);
    while let Some(cause) = next {
        causes.push(cause);
        next = match cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        };
    }
    causes
}

/// The first cause of a type.
pub fn find<'a, T: StdError + 'static>(causes: &[Cause<'a>]) -> Option<&'a T> {
    causes.iter().find_map(|cause| cause.downcast_ref())
}

/// The causes in one line, without those that only repeat that something failed, and without `Debug` output.
pub fn text(causes: &[Cause<'_>]) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in causes {
        if let Some(answer) = cause.downcast_ref::<ErrorMetadata>() {
            let code = answer.code().unwrap_or_default();
            // The text before may already contain the code, as in "unhandled error (AccessDenied)".
            parts.retain(|part| !part.starts_with("unhandled error"));
            parts.push(match answer.message() {
                Some(message) => format!("{message} ({code})"),
                None => code.to_owned(),
            });
            continue;
        }
        let hollow = cause.is::<CredentialsError>() || cause.is::<ConnectorError>();
        let text = without_debug(cause.to_string());
        if hollow || matches!(text.as_str(), "" | "service error" | "dispatch failure" | "response error") {
            continue;
        }
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
    }
    let text = parts.join(": ");
    match find::<rustls::Error>(causes) {
        // The library shows this reason as the name of an enum variant.
        Some(error @ rustls::Error::InvalidCertificate(rustls::CertificateError::UnknownIssuer)) => {
            printable(&text.replace(&error.to_string(), "the certificate authority is not trusted"))
        }
        _ => printable(&text),
    }
}

/// Remove `Debug` output: the SDK shows HTTP answers of metadata services in this form.
fn without_debug(text: String) -> String {
    if let Some((before, _)) = text.split_once("). ").filter(|_| text.starts_with("error response from IMDS"))
    {
        return format!("{before})");
    }
    match text.split_once("StatusCode(").and_then(|(before, rest)| Some((before, rest.split_once(')')?))) {
        Some((before, (status, after))) => format!("{before}HTTP {status}{after}"),
        None => text,
    }
}

/// Limit the length and remove control characters, which a terminal would interpret.
pub fn printable(text: &str) -> String {
    let kept = |character: char| character == '\n' || !character.is_control();
    let mut short: String = text.trim().chars().filter(|&character| kept(character)).take(LONGEST).collect();
    if short.len() < text.trim().len() && short.chars().count() == LONGEST {
        short.push_str(" ...");
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_inside_an_io_error_is_listed() {
        let inner = std::io::Error::new(std::io::ErrorKind::InvalidData, rustls::Error::DecryptError);
        let outer = std::io::Error::other(inner);
        let causes = causes(&outer);
        assert_eq!(find::<rustls::Error>(&causes), Some(&rustls::Error::DecryptError));
        assert_eq!(text(&causes), rustls::Error::DecryptError.to_string());
    }

    #[test]
    fn an_answer_becomes_message_and_code() {
        let answer =
            ErrorMetadata::builder().code("AccessDenied").message("no").custom("request", "1").build();
        let error = CredentialsError::provider_error(answer);
        assert_eq!(text(&causes(&error)), "no (AccessDenied)");
    }

    #[test]
    fn answers_of_metadata_services_are_shown_by_their_status() {
        let text = |said: &str| text(&causes(&CredentialsError::provider_error(said)));
        assert_eq!(
            text("error response from IMDS (code: 404). Response { .. }"),
            "error response from IMDS (code: 404)"
        );
        assert_eq!(text("Non-success status: StatusCode(403)"), "Non-success status: HTTP 403");
    }

    #[test]
    fn text_from_elsewhere_is_shortened_and_has_no_control_characters() {
        assert_eq!(printable("a\u{1b}[2Jb\nc\r"), "a[2Jb\nc");
        assert_eq!(printable(&"x".repeat(3000)).len(), LONGEST + 4);
    }
}
