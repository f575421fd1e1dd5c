//! Files that need processing before they can be read: templates, encrypted files, merge conflicts, LFS pointers.

use std::path::Path;

use crate::error::Error;

/// The kind of file, and the line that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unprocessed {
    pub line: usize,
    kind: UnprocessedKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UnprocessedKind {
    /// Holds the template language.
    Template(&'static str),
    /// Holds the encryption tool and the command that decrypts.
    Encrypted(&'static str, &'static str),
    MergeConflict,
    LfsPointer,
}

/// Markers of encrypted files, and whether they have to be at the start.
const ENCRYPTED: [(&str, bool, UnprocessedKind); 6] = [
    ("$ANSIBLE_VAULT;", true, UnprocessedKind::Encrypted("Ansible Vault", "ansible-vault view FILE")),
    ("\0GITCRYPT\0", true, UnprocessedKind::Encrypted("git-crypt", "git-crypt unlock")),
    ("age-encryption.org/", true, UnprocessedKind::Encrypted("age", "age --decrypt FILE")),
    ("-----BEGIN AGE ENCRYPTED FILE", true, UnprocessedKind::Encrypted("age", "age --decrypt FILE")),
    ("-----BEGIN PGP MESSAGE", true, UnprocessedKind::Encrypted("GPG", "gpg --decrypt FILE")),
    ("ENC[AES256_GCM,", false, UnprocessedKind::Encrypted("sops", "sops --decrypt FILE")),
];

/// Extensions of template languages.
const TEMPLATE_EXTENSIONS: [(&str, &str); 10] = [
    ("j2", "Jinja"),
    ("jinja", "Jinja"),
    ("jinja2", "Jinja"),
    ("tmpl", "Go template"),
    ("gotmpl", "Go template"),
    ("tpl", "template"),
    ("ctmpl", "Consul template"),
    ("erb", "ERB"),
    ("mustache", "Mustache"),
    ("hbs", "Handlebars"),
];

/// Return the template language that a file's name suggests, as in `docker-compose.yml.j2`.
pub fn template_language(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
    TEMPLATE_EXTENSIONS.iter().find(|(known, _)| *known == ending).map(|(_, language)| *language)
}

/// Return why the text cannot be used as it is, even if it happens to be valid.
pub fn find(text: &str) -> Option<Unprocessed> {
    let text = text.trim_start_matches('\u{feff}');
    for (sign, at_start, kind) in ENCRYPTED {
        if text.starts_with(sign) {
            return Some(Unprocessed { line: 1, kind });
        }
        if let Some(at) = text.find(sign).filter(|_| !at_start) {
            return Some(Unprocessed { line: text[..at].matches('\n').count() + 1, kind });
        }
    }
    if text.starts_with("version https://git-lfs.github.com/") {
        return Some(Unprocessed { line: 1, kind: UnprocessedKind::LfsPointer });
    }
    first_line(
        text,
        |line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "),
        UnprocessedKind::MergeConflict,
    )
}

/// Return the template language of a text whose structure depends on one. A value such as `"{{upstreams 80}}"` does not
/// make a text a template: Caddy, Traefik and Docker use such values.
pub fn find_template(text: &str) -> Option<Unprocessed> {
    let starts = |line: &str, signs: &[&str]| signs.iter().any(|sign| line.trim_start().starts_with(sign));
    let go =
        ["{{-", "{{ .", "{{.", "{{ $", "{{ if", "{{ range", "{{ with", "{{ end", "{{ include", "{{ template"];
    let kind = if text.contains(".Values.") || text.contains(".Release.") {
        UnprocessedKind::Template("Helm")
    } else if text.contains("{%") {
        UnprocessedKind::Template("Jinja")
    } else if text.lines().any(|line| starts(line, &go)) {
        UnprocessedKind::Template("Go template")
    } else if text.contains("<%") {
        UnprocessedKind::Template("ERB")
    } else {
        UnprocessedKind::Template("Jinja")
    };
    first_line(text, |line| starts(line, &["{%", "{{", "{#", "<%"]) || starts(line, &["- {{", "- {%"]), kind)
}

fn first_line(text: &str, is_sign: impl Fn(&str) -> bool, kind: UnprocessedKind) -> Option<Unprocessed> {
    let at = text.lines().position(is_sign)?;
    Some(Unprocessed { line: at + 1, kind })
}

impl Unprocessed {
    /// Return the error for a file that was given on the command line.
    pub fn error(self, path: &Path) -> Error {
        let error = Error::usage(format!("{}:{}: this is {self}", path.display(), self.line));
        match self.kind {
            UnprocessedKind::Template(_) => error.hint("render it first, and pass the rendered file"),
            UnprocessedKind::Encrypted(_, command) => {
                let command = command.replace("FILE", &path.display().to_string());
                error.hint(format!("decrypt it first: `{command}`"))
            }
            UnprocessedKind::MergeConflict => error.hint("resolve the conflict and remove its markers"),
            UnprocessedKind::LfsPointer => error.hint("fetch the file first: `git lfs pull`"),
        }
    }
}

impl std::fmt::Display for Unprocessed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            UnprocessedKind::Template(language) => write!(formatter, "a template ({language})"),
            UnprocessedKind::Encrypted(tool, _) => write!(formatter, "encrypted ({tool})"),
            UnprocessedKind::MergeConflict => write!(formatter, "an unresolved merge conflict"),
            UnprocessedKind::LfsPointer => write!(formatter, "a Git LFS pointer without the file itself"),
        }
    }
}
