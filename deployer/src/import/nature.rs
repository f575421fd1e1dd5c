//! Texts that are not meant to be read as they are: templates, encrypted files, half-finished merges.

use std::path::Path;

use crate::error::Error;

/// What such a text is, and the line that shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nature {
    pub line: usize,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// With the name of its language.
    Template(&'static str),
    /// With the name of what encrypted it, and how to undo that.
    Encrypted(&'static str, &'static str),
    Conflict,
    Pointer,
}

/// What a file starts with, or has somewhere, when it is encrypted.
const ENCRYPTED: [(&str, bool, Kind); 6] = [
    ("$ANSIBLE_VAULT;", true, Kind::Encrypted("Ansible Vault", "ansible-vault view FILE")),
    ("\0GITCRYPT\0", true, Kind::Encrypted("git-crypt", "git-crypt unlock")),
    ("age-encryption.org/", true, Kind::Encrypted("age", "age --decrypt FILE")),
    ("-----BEGIN AGE ENCRYPTED FILE", true, Kind::Encrypted("age", "age --decrypt FILE")),
    ("-----BEGIN PGP MESSAGE", true, Kind::Encrypted("GPG", "gpg --decrypt FILE")),
    ("ENC[AES256_GCM,", false, Kind::Encrypted("sops", "sops --decrypt FILE")),
];

/// Endings of file names that belong to template languages.
const TEMPLATE_ENDINGS: [(&str, &str); 10] = [
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

/// The template language that a file's name tells, as in `docker-compose.yml.j2`.
pub fn template_by_name(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_string_lossy().to_ascii_lowercase();
    TEMPLATE_ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, language)| *language)
}

/// What makes the text useless as it is, even where it happens to be valid.
pub fn of(text: &str) -> Option<Nature> {
    let text = text.trim_start_matches('\u{feff}');
    for (sign, at_start, kind) in ENCRYPTED {
        if text.starts_with(sign) {
            return Some(Nature { line: 1, kind });
        }
        if let Some(at) = text.find(sign).filter(|_| !at_start) {
            return Some(Nature { line: text[..at].matches('\n').count() + 1, kind });
        }
    }
    if text.starts_with("version https://git-lfs.github.com/") {
        return Some(Nature { line: 1, kind: Kind::Pointer });
    }
    first_line(text, |line| line.starts_with("<<<<<<< ") || line.starts_with(">>>>>>> "), Kind::Conflict)
}

/// The template language of a text, if its structure depends on one. A value such as `"{{upstreams 80}}"` does not
/// make a template: Caddy, Traefik and Docker have such values.
pub fn template(text: &str) -> Option<Nature> {
    let starts = |line: &str, signs: &[&str]| signs.iter().any(|sign| line.trim_start().starts_with(sign));
    let go =
        ["{{-", "{{ .", "{{.", "{{ $", "{{ if", "{{ range", "{{ with", "{{ end", "{{ include", "{{ template"];
    let kind = if text.contains(".Values.") || text.contains(".Release.") {
        Kind::Template("Helm")
    } else if text.contains("{%") {
        Kind::Template("Jinja")
    } else if text.lines().any(|line| starts(line, &go)) {
        Kind::Template("Go template")
    } else if text.contains("<%") {
        Kind::Template("ERB")
    } else {
        Kind::Template("Jinja")
    };
    first_line(text, |line| starts(line, &["{%", "{{", "{#", "<%"]) || starts(line, &["- {{", "- {%"]), kind)
}

fn first_line(text: &str, is_sign: impl Fn(&str) -> bool, kind: Kind) -> Option<Nature> {
    let at = text.lines().position(is_sign)?;
    Some(Nature { line: at + 1, kind })
}

impl Nature {
    /// For a file that was named on the command line.
    pub fn error(self, path: &Path) -> Error {
        let error = Error::usage(format!("{}:{}: this is {self}", path.display(), self.line));
        match self.kind {
            Kind::Template(_) => error.hint("render it first, and name the file that comes out of it"),
            Kind::Encrypted(_, command) => {
                let command = command.replace("FILE", &path.display().to_string());
                error.hint(format!("decrypt it first: `{command}`"))
            }
            Kind::Conflict => error.hint("choose between the two versions, and remove the marks"),
            Kind::Pointer => error.hint("fetch the file first: `git lfs pull`"),
        }
    }
}

impl std::fmt::Display for Nature {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind {
            Kind::Template(language) => write!(formatter, "a template ({language})"),
            Kind::Encrypted(tool, _) => write!(formatter, "encrypted ({tool})"),
            Kind::Conflict => write!(formatter, "a merge that was not finished"),
            Kind::Pointer => write!(formatter, "a pointer of Git LFS, without the file itself"),
        }
    }
}
