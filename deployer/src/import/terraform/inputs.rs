//! What is given for the variables of a module: by its call, or by `*.tfvars` for the folder to start from.

use std::collections::BTreeSet;
use std::path::Path;

use hcl::Body;
use hcl::expr::Expression;

use super::Source;
use super::folder::attribute;
use super::scope::Place;
use crate::import::missing::{Missing, Reason};

/// Where the values come from.
pub enum Inputs<'a> {
    /// The files with values, and the folders that have Terraform files.
    Files(&'a [Source], &'a BTreeSet<&'a Path>),
    /// The block that calls the module, and where it is.
    Call(&'a Body, Place<'a>),
}

/// An expression, and the place to evaluate it in unless it is the module's own.
type Given<'i, 'a> = (&'a Expression, Option<&'i Place<'a>>);

impl<'a> Inputs<'a> {
    /// What is given for this variable, if anything is.
    pub fn get(&self, name: &str, folder: &Path) -> Option<Result<Given<'_, 'a>, Missing>> {
        match self {
            Self::Call(call, place) => attribute(call, name).map(|expression| Ok((expression, Some(place)))),
            Self::Files(values, folders) => {
                let given = of_files(values, folders, name, folder)?;
                Some(given.map(|expression| (expression, None)))
            }
        }
    }
}

/// Terraform reads `terraform.tfvars` and `*.auto.tfvars` itself. Others have to be named, and win over them; which
/// ones are is not in the files, so that they have to agree.
fn of_files<'a>(
    values: &'a [Source],
    folders: &BTreeSet<&Path>,
    name: &str,
    folder: &Path,
) -> Option<Result<&'a Expression, Missing>> {
    let with = |source: &'a Source| Some((source, attribute(&source.body, name)?));
    let (mut own, mut named): (Vec<_>, Vec<_>) = (Vec::new(), Vec::new());
    for (source, expression) in values.iter().filter_map(with) {
        let beside = source.path.parent().unwrap_or(Path::new(""));
        match precedence(&source.path) {
            Some(order) if beside == folder => own.push((order, expression)),
            // Those beside other Terraform files are about them.
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
        None => Some(Err(Missing::new(format!("var.{name}"), Reason::Several))),
    }
}

/// The order in which Terraform reads the files that it reads by itself.
fn precedence(path: &Path) -> Option<(usize, String)> {
    let name = path.file_name()?.to_string_lossy().into_owned();
    match name.as_str() {
        "terraform.tfvars" => Some((0, name)),
        "terraform.tfvars.json" => Some((1, name)),
        _ => (name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json")).then_some((2, name)),
    }
}
