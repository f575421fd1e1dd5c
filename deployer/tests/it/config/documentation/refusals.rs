//! The answers of channels that the documentation explains.

use plexmon_function::notify::DESCRIPTIONS;
use plexmon_testing::generated::{Part, check};

use super::table;

#[test]
fn the_documentation_explains_the_refusals_of_channels() {
    let rows = DESCRIPTIONS.iter().flat_map(|description| {
        let kinds =
            std::iter::once(format!("`{}`", description.kind)).chain(std::iter::repeat(String::new()));
        let row = |(kind, (answer, meaning)): (String, &(&str, &str))| {
            vec![kind, (*answer).to_owned(), (*meaning).to_owned()]
        };
        kinds.zip(description.refusals).map(row)
    });
    let rows = table(&["kind", "answer", "what it means, and what to do"], rows);
    check("deployer/docs/troubleshooting.md", &[Part::markdown("refusals of channels", &rows)]);
}
