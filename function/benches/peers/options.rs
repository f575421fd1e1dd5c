//! The options of the benchmark.

/// The options of the benchmark.
pub struct Options {
    pub starts: usize,
    pub runs: usize,
    only: Vec<String>,
}

impl Options {
    /// Parse the arguments; `None` if the benchmark should not run.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut options = Self { starts: 15, runs: 50, only: Vec::new() };
        let mut is_bench = false;
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().unwrap_or_else(|| panic!("{argument} needs a value"));
            match argument.as_str() {
                "--bench" => is_bench = true,
                "--starts" => options.starts = value().parse().unwrap(),
                "--runs" => options.runs = value().parse().unwrap(),
                "--only" => options.only.push(value()),
                other => panic!("unknown option {other}; valid are --starts N, --runs N, --only SECTION"),
            }
        }
        is_bench.then_some(options)
    }

    /// Whether to run this section.
    pub fn wants(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == section)
    }
}
