//! What the benchmark was asked for.

/// What the benchmark was asked for.
pub struct Options {
    pub starts: usize,
    pub runs: usize,
    only: Vec<String>,
}

impl Options {
    /// None where it is not to run at all.
    pub fn read(words: impl Iterator<Item = String>) -> Option<Self> {
        let mut options = Self { starts: 15, runs: 50, only: Vec::new() };
        let mut is_bench = false;
        let mut words = words;
        while let Some(word) = words.next() {
            let mut value = || words.next().unwrap_or_else(|| panic!("{word} wants a value"));
            match word.as_str() {
                "--bench" => is_bench = true,
                "--starts" => options.starts = value().parse().unwrap(),
                "--runs" => options.runs = value().parse().unwrap(),
                "--only" => options.only.push(value()),
                other => panic!("{other} is no option; there are --starts N, --runs N, --only SECTION"),
            }
        }
        is_bench.then_some(options)
    }

    pub fn wants(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == section)
    }
}
