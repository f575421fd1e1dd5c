//! Randomly mutated files result in a valid configuration, or in an error with a line.

use plexmon_deploy::error::Exit;

use super::{home, written};

/// A small generator with the same sequence on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }

    fn mutate(&mut self, text: &str) -> String {
        let mut bytes = text.as_bytes().to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let end = (at + self.below(40)).min(bytes.len());
            match self.below(6) {
                0 => drop(bytes.drain(at..end)),
                1 => bytes.truncate(at),
                2 => {
                    let piece = bytes[at..end].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, piece);
                }
                3 => {
                    let tokens = [
                        "${",
                        "}",
                        "`",
                        "\"",
                        "{{",
                        "*a",
                        "&a ",
                        "<<: *a\n",
                        "\t",
                        "\n",
                        "[",
                        "]",
                        "{",
                        ": ",
                        "- ",
                        "\u{feff}",
                        "ü",
                        "\u{0}",
                        "$",
                        "||",
                        "Host(`",
                        "!",
                        "'",
                        "0",
                        "-",
                        "<<EOT\n",
                        "for x in ",
                        "...",
                        "%{",
                        "\\",
                        "import ",
                        "handle_path ",
                        "{$",
                        "\n}\n",
                        "&&",
                    ];
                    let token = tokens[self.below(tokens.len())];
                    bytes.splice(at..at, token.bytes());
                }
                4 => bytes.splice(at..end, std::iter::empty()).for_each(drop),
                _ => {
                    if let Some(byte) = bytes.get_mut(at) {
                        *byte = self.below(256) as u8;
                    }
                }
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[test]
fn mutated_homes_never_panic() {
    let cases = std::env::var("PLEXMON_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1500);
    let homes = [
        "tunnel",
        "version5",
        "traefik",
        "minimal",
        "labels",
        "caddyfile",
        "traefik-files",
        "conditions",
        "spellings",
        "swag",
        "tunnel-labels",
        "modules",
        "functions",
        "zones",
        "json",
    ]
    .map(home);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut good, mut refused) = (0, 0);
    for case in 0..cases {
        let mut files = homes[case % homes.len()].clone();
        let target = random.below(files.len());
        files[target].1 = random.mutate(&files[target].1);
        match written(&files) {
            Ok(_) => good += 1,
            Err(error) => {
                refused += 1;
                assert_eq!(error.exit(), Exit::Usage, "{error}");
                let place = error.message().strip_prefix(files[target].0.as_str()).unwrap_or_default();
                let line =
                    place.strip_prefix(':').and_then(|rest| rest.split(':').next()?.parse::<usize>().ok());
                assert!(line.is_some_and(|line| line > 0), "{error}");
                assert!(error.hint_text().is_some(), "{error}");
            }
        }
    }
    assert!(cases < 100 || (good > 0 && refused > 0), "{good} good, {refused} refused");
}
