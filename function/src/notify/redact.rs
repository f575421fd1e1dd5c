//! Keeps secrets out of what others say: a server may quote the request that it refuses.

use crate::secrets::ChannelSecrets;

const HIDDEN: &str = "(hidden)";

/// Shorter pieces are words like `api`, and hiding those would only garble the text.
const MIN_CHARS: usize = 4;

/// `text` with every secret hidden, and with every piece of a secret address that may be one by itself.
pub(super) fn without_secrets(text: &str, secrets: &ChannelSecrets) -> String {
    let mut pieces: Vec<&str> = secrets.values().flat_map(|secret| pieces(secret.expose())).collect();
    // The longest first: a piece is not to be cut out of the middle of what holds it.
    pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
    pieces.into_iter().fold(text.to_owned(), |text, piece| text.replace(piece, HIDDEN))
}

fn pieces(secret: &str) -> impl Iterator<Item = &str> {
    let path = secret.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, path)| path);
    let parts = path.into_iter().flat_map(|path| path.split(['/', '?', '&', '=', '#']));
    std::iter::once(secret).chain(parts).filter(|piece| piece.chars().count() >= MIN_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secrets::Secret;

    fn hidden(secret: &str, text: &str) -> String {
        without_secrets(text, &[("url".to_owned(), Secret::new(secret))].into())
    }

    #[test]
    fn what_is_quoted_back_is_hidden() {
        let hook = "https://discord.com/api/webhooks/1234567/tOkEn_-x?wait=true";
        for (secret, text, expected) in [
            ("s3cret", "token s3cret is wrong: s3cret", "token (hidden) is wrong: (hidden)"),
            (
                hook,
                "no hook at https://discord.com/api/webhooks/1234567/tOkEn_-x?wait=true",
                "no hook at (hidden)",
            ),
            (
                hook,
                "Cannot POST /api/webhooks/1234567/tOkEn_-x",
                "Cannot POST /api/(hidden)/(hidden)/(hidden)",
            ),
            ("https://hook.example.com", "hook.example.com is odd", "hook.example.com is odd"),
            ("", "nothing to hide", "nothing to hide"),
        ] {
            assert_eq!(hidden(secret, text), expected);
        }
    }
}
