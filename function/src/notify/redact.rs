//! Removes secrets from the answers of servers, which may quote the request that they refuse.

use crate::contract::secrets::ChannelSecrets;

const HIDDEN: &str = "(hidden)";

/// Shorter pieces are words such as `api`. Hiding them would make the text unreadable.
const MIN_CHARS: usize = 4;

/// Hides what must not be shown. Contains secrets, and therefore has no `Debug`.
#[derive(Default)]
pub(super) struct Redactor {
    /// The longest first, so that no piece is removed from the middle of a longer one.
    pieces: Vec<String>,
}

impl Redactor {
    /// Create a redactor of every secret of a channel, and of every piece of a secret address that may be secret by
    /// itself.
    pub(super) fn of(secrets: &ChannelSecrets) -> Self {
        let mut redactor = Self::default();
        redactor.add(secrets.values().flat_map(|secret| pieces(secret.expose())).map(str::to_owned));
        redactor
    }

    /// Hide these as well.
    pub(super) fn add(&mut self, additional: impl IntoIterator<Item = String>) {
        self.pieces.extend(additional.into_iter().filter(|piece| piece.chars().count() >= MIN_CHARS));
        self.pieces.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
    }

    /// Return `text` without the secrets.
    pub(super) fn redact(&self, text: &str) -> String {
        self.pieces.iter().fold(text.to_owned(), |text, piece| text.replace(piece, HIDDEN))
    }
}

fn pieces(secret: &str) -> impl Iterator<Item = &str> {
    let behind_scheme = secret.split_once("://").map(|(_, rest)| rest);
    let path = behind_scheme.and_then(|rest| rest.split_once('/')).map(|(_, path)| path);
    let parts = path.into_iter().flat_map(|path| path.split(['/', '?', '&', '=', '#']));
    let authority = behind_scheme.and_then(|rest| rest.split(['/', '?', '#']).next());
    let credentials = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    let login = credentials.into_iter().flat_map(|user| user.splitn(2, ':').chain([user]));
    std::iter::once(secret).chain(parts).chain(login)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::secrets::SecretValue;

    #[test]
    fn quoted_secrets_are_hidden() {
        let hook = "https://discord.com/api/webhooks/1234567/tOkEn_-x?wait=true";
        let with_user = "https://plexmon:s3cret%21@hook.example.com/x";
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
            (with_user, "no user plexmon:s3cret%21", "no user (hidden)"),
            (with_user, "plexmon, your s3cret%21 is wrong", "(hidden), your (hidden) is wrong"),
            ("", "nothing to hide", "nothing to hide"),
        ] {
            let redactor = Redactor::of(&[("url".to_owned(), SecretValue::new(secret))].into());
            assert_eq!(redactor.redact(text), expected);
        }
    }
}
