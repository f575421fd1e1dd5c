//! What cargo's output says about the progress of a build. Cargo-zigbuild and cargo-lambda pass it on.

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _};

use crate::report::BuildPhase;

/// How cargo calls the function's binary in its progress bar.
const BINARY: &str = "bootstrap(bin)";

/// What one line, or one state of the progress bar, means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// Only progress.
    Progress(Option<BuildPhase>),
    /// Possibly the reason of a failure.
    Message,
}

/// Classify a line of cargo's stderr.
pub(super) fn classify(line: &str) -> Line {
    let line = line.trim();
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "Building" => Line::Progress(bar(rest)),
        "Compiling" | "Fresh" | "Dirty" | "Finished" | "Checking" => Line::Progress(None),
        "Downloading" | "Downloaded" | "Fetching" | "Fetch" | "Updating" => {
            Line::Progress(Some(BuildPhase::Downloading))
        }
        "Blocking" => Line::Progress(Some(BuildPhase::Blocked)),
        _ => Line::Message,
    }
}

/// `[=====>   ] 143/210: aws-sdk-ssm, tokio(build)`: the count, and what is being compiled.
fn bar(text: &str) -> Option<BuildPhase> {
    let (_, text) = text.split_once(']')?;
    let (count, names) = text.split_once(':').unwrap_or((text, ""));
    let (done, total) = count.trim().split_once('/')?;
    let (done, total) = (done.parse().ok()?, total.parse().ok()?);
    let mut names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
    let first = names.next();
    if first == Some(BINARY) && names.next().is_none() {
        return Some(BuildPhase::Linking);
    }
    // With a narrow bar, cargo writes `...` in place of a name.
    let current = first.filter(|name| !name.starts_with('.')).map(str::to_owned);
    Some(BuildPhase::Compiling { done, total: Some(total), current })
}

/// Reads lines that end in a line feed, or in the carriage return of a progress bar.
pub(super) struct Lines<R> {
    input: R,
    pending: Vec<u8>,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    pub(super) fn new(input: R) -> Self {
        Self { input, pending: Vec::new() }
    }

    /// The next line that is not blank; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<String> {
        loop {
            let chunk = self.input.fill_buf().await.unwrap_or_default();
            if chunk.is_empty() {
                return self.take();
            }
            let end = chunk.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            self.pending.extend_from_slice(&chunk[..end.unwrap_or(chunk.len())]);
            let used = end.map_or(chunk.len(), |end| end + 1);
            self.input.consume(used);
            if end.is_some()
                && let Some(line) = self.take()
            {
                return Some(line);
            }
        }
    }

    fn take(&mut self) -> Option<String> {
        let line = String::from_utf8_lossy(&std::mem::take(&mut self.pending)).trim_end().to_owned();
        (!line.is_empty()).then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiling(done: usize, total: usize, current: &str) -> Line {
        let current = (!current.is_empty()).then(|| current.to_owned());
        Line::Progress(Some(BuildPhase::Compiling { done, total: Some(total), current }))
    }

    #[test]
    fn lines_of_cargo_are_recognized() {
        for (line, expected) in [
            (
                "    Building [=====>    ] 143/210: aws-sdk-ssm, ring(build)   ",
                compiling(143, 210, "aws-sdk-ssm"),
            ),
            ("    Building [>         ] 0/210", compiling(0, 210, "")),
            ("    Building [=========>] 5/9: ...", compiling(5, 9, "")),
            ("    Building [=========>] 208/210: tokio, bootstrap(bin)", compiling(208, 210, "tokio")),
            ("    Building [=========>] 209/210: bootstrap(bin)", Line::Progress(Some(BuildPhase::Linking))),
            ("    Building", Line::Progress(None)),
            ("    Building [===> ] many", Line::Progress(None)),
            ("   Compiling ring v0.17.14", Line::Progress(None)),
            (" Downloading 17 crates, remaining bytes: 2.1MB", Line::Progress(Some(BuildPhase::Downloading))),
            ("  Downloaded ring v0.17.14", Line::Progress(Some(BuildPhase::Downloading))),
            (
                "    Blocking waiting for file lock on build directory",
                Line::Progress(Some(BuildPhase::Blocked)),
            ),
            ("error: linking with `cc` failed: exit status: 1", Line::Message),
            ("  = note: Building is not a word of cargo here", Line::Message),
        ] {
            assert_eq!(classify(line), expected, "{line}");
        }
    }

    #[tokio::test]
    async fn a_bar_is_read_as_soon_as_it_is_drawn_again() {
        // What cargo writes, in pieces as they may arrive.
        let pieces: [&[u8]; 6] = [
            b"   Compiling dep v0.1.0\n    Buil",
            b"ding [>  ] 0/4: dep\r    Building [=> ] 1/4: toy(bin)\r",
            b"\r\n",
            b"error: caf\xe9",
            b"\n\n   ",
            b"\nthe end",
        ];
        let input = pieces
            .into_iter()
            .fold(Box::new(tokio::io::empty()) as Box<dyn tokio::io::AsyncRead + Unpin>, |before, piece| {
                Box::new(tokio::io::AsyncReadExt::chain(before, piece))
            });
        let mut lines = Lines::new(tokio::io::BufReader::new(input));
        let mut read = Vec::new();
        while let Some(line) = lines.next().await {
            read.push(line);
        }
        assert_eq!(
            read,
            [
                "   Compiling dep v0.1.0",
                "    Building [>  ] 0/4: dep",
                "    Building [=> ] 1/4: toy(bin)",
                "error: caf\u{fffd}",
                "the end",
            ]
        );
    }
}
