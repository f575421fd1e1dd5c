//! Terraform files of Cloudflare: which host name a tunnel leads where, and whom Access lets through.

mod access;
mod body;
mod copies;
mod embedded;
mod expression;
pub mod files;
mod fingerprint;
mod folder;
mod functions;
mod gap;
mod ingress;
mod inputs;
mod json;
mod merge;
mod operation;
mod records;
mod reference;
mod resource;
mod scope;
mod template;
mod types;
mod value;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use hcl::{Block, Body};

pub use access::{Application, Gate, gate_of};
use copies::{Copies, Copy};
use files::Files;
pub use gap::Gap;
use inputs::Inputs;
use scope::{Instance, Place, Scope};
use value::Value;

use super::Unseen;
use super::missing::{Missing, Reason};
use super::route::Route;
use crate::error::{Error, Result};

/// What the files say.
#[derive(Default)]
pub struct Cloudflare {
    pub routes: Vec<Route>,
    pub applications: Vec<Application>,
    /// Names that cannot be asked by HTTP.
    pub unseen: Vec<Unseen>,
    /// What is not known to be all.
    pub gaps: Vec<Gap>,
}

/// A file with its contents.
pub struct Source {
    pub path: PathBuf,
    pub body: Body,
}

/// A resource, written out: one for each copy of it and of the modules that it is in.
struct Resource {
    kind: String,
    address: String,
    value: Value,
    /// What switches it off, if anything does.
    off: Option<Missing>,
}

/// The tunnel's settings went by several names.
const TUNNELS: [&str; 2] = ["cloudflare_tunnel_config", "cloudflare_zero_trust_tunnel_cloudflared_config"];

/// Resources that are read.
const KINDS: [&str; 6] = [
    TUNNELS[0],
    TUNNELS[1],
    "cloudflare_access_application",
    "cloudflare_zero_trust_access_application",
    "cloudflare_access_policy",
    "cloudflare_zero_trust_access_policy",
];

/// Checks the syntax of one file.
pub fn parse(text: &str, path: &Path) -> Result<Body> {
    let text = text.trim_start_matches('\u{feff}');
    let malformed = |line: usize, why: String| {
        Error::usage(format!("{}:{line}: this is not valid Terraform", path.display()))
            .cause(why.replace('\n', ", "))
            .hint("correct this line or the one above; `terraform validate` checks it, too")
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

/// Reads them all: `sources` are `*.tf` and the like, `values` are `*.tfvars`; `files` reads what they name besides.
pub fn read(sources: Vec<Source>, values: &[Source], files: &dyn Files) -> Cloudflare {
    let named: BTreeSet<PathBuf> =
        sources.iter().map(|source| source.path.parent().unwrap_or(Path::new("")).to_owned()).collect();
    let folders = folder::load(sources, files);
    let with_files: BTreeSet<&Path> = folders.bodies.keys().map(PathBuf::as_path).collect();
    let scope = Scope::new(&folders, files);
    let mut found = Found::default();
    for root in folder::roots(&folders, &named) {
        if let Some((root, body)) = scope.folder(&root) {
            let instance = Instance::new(root, root, String::new(), 0, Inputs::Files(values, &with_files));
            found.instance(&scope, &instance, body, None);
            instance.forget();
        }
    }
    found.cloudflare()
}

/// What is gathered while going from module to module.
#[derive(Default)]
struct Found {
    resources: Vec<Resource>,
    /// Modules that are not among the files, with what they are called with.
    modules: Vec<(Missing, Value)>,
    /// Tunnels that a loop over nothing makes none of.
    empty: Vec<Gap>,
}

impl Found {
    /// Reads the resources of a module and of those within it. `off` says what switches it off, if anything does.
    fn instance<'a>(
        &mut self,
        scope: &Scope<'a>,
        instance: &Rc<Instance<'a>>,
        body: &'a Body,
        off: Option<&Missing>,
    ) {
        let place = Place::new(instance, 0);
        for block in body.blocks() {
            if let Some((kind, name)) = resource(block) {
                let address = format!("{}{kind}.{name}", instance.address);
                let copies = copies(scope, block, &place, &address, off);
                if copies.is_empty() && TUNNELS.contains(&kind) {
                    self.empty.push(Gap::empty(&address));
                }
                for (copy, off) in copies {
                    let address = format!("{address}{}", copy.suffix());
                    let is_record = records::KINDS.contains(&kind);
                    let value = match is_record {
                        // What Cloudflare makes of its name is part of it.
                        true => scope.object_of(&address, block.body(), &copy),
                        false => scope.body(block.body(), &copy.place),
                    };
                    self.resources.push(Resource { kind: kind.to_owned(), address, value, off });
                }
            }
        }
        for (name, block) in folder::calls(body) {
            let address = format!("{}module.{name}", instance.address);
            for (copy, off) in copies(scope, block, &place, &address, off) {
                match scope.child(name, block.body(), &copy) {
                    Ok(child) => {
                        if let Some((_, body)) = scope.folder(child.folder) {
                            self.instance(scope, &child, body, off.as_ref());
                        }
                    }
                    Err(missing) => self.modules.push((missing, scope.body(block.body(), &copy.place))),
                }
            }
        }
    }

    fn cloudflare(self) -> Cloudflare {
        let mut rules = ingress::Ingress::default();
        let tunnels = self.resources.iter().filter(|resource| TUNNELS.contains(&resource.kind.as_str()));
        for Resource { address, value, off, .. } in tunnels {
            rules.doubt.clone_from(off);
            let before = rules.size();
            rules.tunnel(value, address);
            if rules.size() == before && off.is_none() {
                rules.gaps.push(Gap::empty(address));
            }
        }
        let others =
            self.resources.iter().filter(|resource| embedded::KINDS.contains(&resource.kind.as_str()));
        for Resource { address, value, off, .. } in others {
            rules.doubt.clone_from(off);
            embedded::read(value, address, &mut rules);
        }
        rules.doubt = None;
        records::read(&self.resources, &mut rules);
        rules.gaps.extend(self.empty);
        let found_any = !rules.routes.is_empty() || !rules.gaps.is_empty();
        for (missing, inputs) in self.modules {
            if !found_any || is_about_tunnels(&missing, &inputs) {
                rules.module(&inputs, &missing);
                rules.gaps.push(Gap::module(missing));
            }
        }
        let ingress::Ingress { routes, unseen, mut gaps, .. } = rules;
        let present: Vec<Resource> =
            self.resources.into_iter().filter(|resource| resource.off.is_none()).collect();
        let applications = access::applications(&present, &mut gaps);
        Cloudflare { routes, applications, unseen, gaps }
    }
}

/// The copies of a block, and the one that there would be if it were not switched off.
fn copies<'a>(
    scope: &Scope<'a>,
    block: &Block,
    place: &Place<'a>,
    address: &str,
    off: Option<&Missing>,
) -> Vec<(Copy<'a>, Option<Missing>)> {
    let Copies { all, absent, .. } = scope.copies(block.body(), place);
    let missing =
        off.cloned().unwrap_or_else(|| Missing::new(format!("{address}.count"), Reason::SwitchedOff));
    let present = all.into_iter().map(|copy| (copy, off.cloned()));
    present.chain(absent.map(|copy| (copy, Some(missing)))).collect()
}

fn resource(block: &Block) -> Option<(&str, &str)> {
    let [kind, name] = block.labels() else { return None };
    let kinds: [&[&str]; 3] = [&KINDS, &embedded::KINDS, &records::KINDS];
    let is_read = kinds.iter().any(|kinds| kinds.contains(&kind.as_str()));
    let is_read = block.identifier() == "resource" && is_read;
    is_read.then(|| (kind.as_str(), name.as_str()))
}

/// Whether a module that is not among the files is likely to publish something, going by its name, source and inputs.
fn is_about_tunnels(missing: &Missing, inputs: &Value) -> bool {
    let words = ["cloudflare", "tunnel", "ingress", "hostname", "access", "zero-trust", "zero_trust"];
    let is_word = |text: &str| words.iter().any(|word| text.to_ascii_lowercase().contains(word));
    // A folder of the home that is not there has to be looked for, whatever it is about.
    let Reason::Module(source) = &missing.reason else { return true };
    let by_input =
        if let Value::Map(map) = inputs { map.entries.keys().any(|key| is_word(key)) } else { false };
    by_input || is_word(&missing.what) || is_word(source)
}
