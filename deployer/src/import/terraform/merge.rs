//! Merges the files of a folder: override files replace parts of the others.

use std::path::Path;

use hcl::{Body, Structure};

use super::file::TerraformFile;

/// Merge the files of a folder into one body.
pub fn files(sources: Vec<TerraformFile>) -> Body {
    let names: Vec<String> = sources.iter().map(|source| name_of(&source.path)).collect();
    // OpenTofu ignores a file for Terraform if it has its own.
    let is_replaced = |source: &TerraformFile| {
        let name = name_of(&source.path);
        let own = name.strip_suffix(".tf").map(|stem| format!("{stem}.tofu"));
        let own = own.or_else(|| name.strip_suffix(".tf.json").map(|stem| format!("{stem}.tofu.json")));
        own.is_some_and(|own| names.contains(&own))
    };
    let sources = sources.into_iter().filter(|source| !is_replaced(source));
    let (overrides, base): (Vec<TerraformFile>, Vec<TerraformFile>) =
        sources.partition(|source| is_override(&source.path));
    let mut structures: Vec<Structure> =
        base.into_iter().flat_map(|source| source.body.into_inner()).collect();
    for structure in overrides.into_iter().flat_map(|source| source.body.into_inner()) {
        over(&mut structures, structure);
    }
    Body::from(structures)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn is_override(path: &Path) -> bool {
    let name = name_of(path);
    let stem = name.split('.').next().unwrap_or_default();
    stem == "override" || stem.ends_with("_override")
}

/// Merge a block of an override file over the one of the same name.
fn over(base: &mut Vec<Structure>, structure: Structure) {
    let Structure::Block(block) = structure else { return };
    if block.identifier() == "locals" {
        block.body.into_attributes().for_each(|local| over_local(base, local));
        return;
    }
    let same = base.iter_mut().find_map(|other| match other {
        Structure::Block(other) if other.identifier == block.identifier && other.labels == block.labels => {
            Some(&mut other.body)
        }
        _ => None,
    });
    let Some(body) = same else { return base.push(Structure::Block(block)) };
    let replaced: Vec<Structure> = block.body.into_inner();
    let mut kept: Vec<Structure> = std::mem::take(body).into_inner();
    kept.retain(|structure| !replaced.iter().any(|new| is_same(structure, new)));
    kept.extend(replaced);
    *body = Body::from(kept);
}

/// Blocks of one type replace all blocks of that type, including `dynamic` ones.
fn is_same(old: &Structure, new: &Structure) -> bool {
    let name = |structure: &Structure| match structure {
        Structure::Attribute(attribute) => attribute.key().to_owned(),
        Structure::Block(block) if block.identifier() == "dynamic" => {
            block.labels().first().map_or_else(String::new, |label| label.as_str().to_owned())
        }
        Structure::Block(block) => block.identifier().to_owned(),
    };
    name(old) == name(new)
}

fn over_local(base: &mut Vec<Structure>, local: hcl::Attribute) {
    for structure in base.iter_mut() {
        if let Structure::Block(block) = structure
            && block.identifier() == "locals"
            && let Some(old) = block.body.attributes_mut().find(|old| old.key() == local.key())
        {
            old.expr = local.expr;
            return;
        }
    }
    let block = hcl::Block::builder("locals").add_attribute(local).build();
    base.push(Structure::Block(block));
}
