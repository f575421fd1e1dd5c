//! Parses Terraform files, in HCL or JSON.

use std::path::{Path, PathBuf};

use hcl::Body;

use super::json;
use crate::error::{Error, Result};

/// A parsed file.
pub struct TerraformFile {
    pub path: PathBuf,
    pub body: Body,
}

/// Check the syntax of a file.
pub fn parse(text: &str, path: &Path) -> Result<Body> {
    let text = text.trim_start_matches('\u{feff}');
    let malformed = |line: usize, why: String| {
        Error::usage(format!("{}:{line}: this is not valid Terraform", path.display()))
            .cause(why.replace('\n', ", "))
            .hint("correct this line or the one above; `terraform validate` also checks the file")
    };
    if path.extension().is_some_and(|extension| extension == "json") {
        let document = serde_json::from_str(text)
            .map_err(|error: serde_json::Error| malformed(error.line().max(1), error.to_string()))?;
        let is_values = path.to_string_lossy().ends_with(".tfvars.json");
        return Ok(if is_values { json::values(&document) } else { json::body(&document) });
    }
    hcl::parse(text).map_err(|error| match &error {
        hcl::Error::Parse(error) => malformed(error.location().line(), error.message().to_owned()),
        other => malformed(1, other.to_string()),
    })
}
