//! `up --expect`: read what the user expects, and refuse another plan.

use std::path::Path;

use crate::error::{Error, Result};
use crate::plan::{Document, Expected, NotADocument, Plan, parse_digest};

/// How many differences are shown.
const MOST_SHOWN: usize = 20;

const NO_EXPECTATION: &str = "--expect takes the digest of a plan, or a file that `plan --json` wrote";
const HOW: &str =
    "for example: `plexmon-deploy plan --json > plan.json`, then `plexmon-deploy up --expect plan.json`";

/// Read the value of `--expect`.
pub fn read(value: &str) -> Result<Expected> {
    if let Some(digest) = parse_digest(value) {
        return Ok(Expected::Digest(digest));
    }
    let path = Path::new(value);
    if !path.exists() {
        return Err(Error::usage(NO_EXPECTATION)
            .cause(format!(
                "`{value}` is neither: a digest has 64 hexadecimal characters, and there is no such file"
            ))
            .hint(HOW));
    }
    let text = std::fs::read_to_string(path)
        .map_err(|error| Error::usage(NO_EXPECTATION).cause(format!("`{value}`: {error}")).hint(HOW))?;
    let document = Document::parse(&text).map_err(|why| {
        let cause = match why {
            NotADocument::Malformed(why) => format!("`{value}`: {why}"),
            NotADocument::Altered => format!("`{value}` was changed: its digest is not that of its steps"),
        };
        Error::usage(NO_EXPECTATION).cause(cause).hint(HOW)
    })?;
    Ok(Expected::Document(document))
}

/// Return the error for a plan that is not the expected one.
pub fn refusal(expected: &Expected, plan: &Plan) -> Error {
    let error = Error::new("this is not the expected plan: nothing was changed")
        .cause(format!("expected: {}", expected.digest()))
        .cause(format!("now:      {}", plan.digest()));
    if plan.is_empty() {
        return error
            .cause("there is nothing to do: the expected plan was applied before, or its changes were made in another way")
            .hint("nothing is left to apply; run `plexmon-deploy status` to verify it");
    }
    let mut differences = expected.differences(plan);
    let more = differences.len().saturating_sub(MOST_SHOWN);
    differences.truncate(MOST_SHOWN);
    if more > 0 {
        differences.push(format!("and {more} more differences"));
    }
    let hint = match expected {
        Expected::Document(_) => "review the plan as it is now, then pass its digest",
        Expected::Digest(_) => {
            "review the plan as it is now, then pass its digest; with the file of `plan --json` in place of a digest, the \
             differences are shown"
        }
    };
    differences.into_iter().fold(error, Error::cause).hint(hint)
}
