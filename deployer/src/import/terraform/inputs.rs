//! The inputs of a module: the arguments of its call or, for the root module, the values in `*.tfvars`.

use std::collections::BTreeSet;
use std::path::Path;

use hcl::expr::Expression;

use super::context::{EvalContext, Inputs};
use super::file::TerraformFile;
use super::folder::attribute;
use crate::import::missing_value::{MissingReason, MissingValue};

/// An expression, and the context to evaluate it in unless it is that of the module.
type Given<'i, 'a> = (&'a Expression, Option<&'i EvalContext<'a>>);

impl<'a> Inputs<'a> {
    /// Return the input for this variable, if any.
    pub fn get(&self, name: &str, folder: &Path) -> Option<Result<Given<'_, 'a>, MissingValue>> {
        match self {
            Self::Call(call, context) => {
                attribute(call, name).map(|expression| Ok((expression, Some(context))))
            }
            Self::Files(values, folders) => {
                let given = of_files(values, folders, name, folder)?;
                Some(given.map(|expression| (expression, None)))
            }
        }
    }
}

/// Return the value in `*.tfvars`. Terraform reads `terraform.tfvars` and `*.auto.tfvars` by itself; other files have
/// to be given and take precedence. Which ones are given is not known, so they have to agree.
fn of_files<'a>(
    values: &'a [TerraformFile],
    folders: &BTreeSet<&Path>,
    name: &str,
    folder: &Path,
) -> Option<Result<&'a Expression, MissingValue>> {
    let with = |source: &'a TerraformFile| Some((source, attribute(&source.body, name)?));
    let (mut own, mut named): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
    for (source, expression) in values.iter().filter_map(with) {
        let beside = source.path.parent().unwrap_or(Path::new(""));
        match precedence(&source.path) {
            Some(order) if beside == folder => own.push((order, expression)),
            // Files beside another configuration belong to that one.
            _ if beside == folder || !folders.contains(beside) => named.push(expression),
            _ => {}
        }
    }
    if let [first, rest @ ..] = named.as_slice()
        && rest.iter().all(|other| other == first)
    {
        return Some(Ok(first));
    }
    own.sort_by(|(left, _), (right, _)| left.cmp(right));
    match own.last() {
        Some((_, expression)) => Some(Ok(expression)),
        None if named.is_empty() => None,
        None => Some(Err(MissingValue::new(format!("var.{name}"), MissingReason::Ambiguous))),
    }
}

/// Return the order in which Terraform loads a file that it reads by itself.
fn precedence(path: &Path) -> Option<(usize, String)> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    match name.as_str() {
        "terraform.tfvars" => Some((0, name)),
        "terraform.tfvars.json" => Some((1, name)),
        _ => (name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")).then_some((2, name)),
    }
}
