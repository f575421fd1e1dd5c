//! Terraform files of Cloudflare: the ingress rules of tunnels, and the policies of Access.

mod access;
mod body;
mod context;
mod copies;
mod definitions;
mod embedded;
mod evaluated_resource;
mod evaluator;
mod expression;
mod file;
pub mod file_system;
mod folder;
mod functions;
mod incomplete;
mod ingress;
mod inputs;
mod json;
mod merge;
mod operation;
mod records;
mod reference;
mod resource;
mod template;
mod types;
mod value;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use hcl::{Block, Body};

pub use access::{Application, Protection, protection_of};
use context::{EvalContext, Inputs, ModuleInstance};
use copies::{BlockCopy, Copies};
use evaluated_resource::EvaluatedResource;
use evaluator::Evaluator;
pub use file::{TerraformFile, parse};
use file_system::FileSystem;
pub use incomplete::Incomplete;
use value::Value;

use super::missing_value::{MissingReason, MissingValue};
use super::not_published::NotPublished;
use super::route::Route;

/// The tunnels and Access applications that the files define.
#[derive(Default)]
pub struct Cloudflare {
    pub routes: Vec<Route>,
    pub applications: Vec<Application>,
    /// Names that cannot be monitored over HTTP.
    pub not_published: Vec<NotPublished>,
    /// Parts that could not be read in full.
    pub incomplete: Vec<Incomplete>,
}

/// The provider has had several names for the configuration of a tunnel.
const TUNNELS: [&str; 2] = ["cloudflare_tunnel_config", "cloudflare_zero_trust_tunnel_cloudflared_config"];

/// The resources that are read.
const KINDS: [&str; 6] = [
    TUNNELS[0],
    TUNNELS[1],
    "cloudflare_access_application",
    "cloudflare_zero_trust_access_application",
    "cloudflare_access_policy",
    "cloudflare_zero_trust_access_policy",
];

/// Read all files: `sources` are `*.tf` and the like, `values` are `*.tfvars`; `files` reads those that they refer to.
pub fn read(sources: Vec<TerraformFile>, values: &[TerraformFile], files: &dyn FileSystem) -> Cloudflare {
    let named: BTreeSet<PathBuf> =
        sources.iter().map(|source| source.path.parent().unwrap_or(Path::new("")).to_owned()).collect();
    let folders = folder::load(sources, files);
    let with_files: BTreeSet<&Path> = folders.bodies.keys().map(PathBuf::as_path).collect();
    let evaluator = Evaluator::new(&folders, files);
    let mut collector =
        Collector { evaluator: &evaluator, resources: Vec::new(), modules: Vec::new(), empty: Vec::new() };
    for root in folder::roots(&folders, &named) {
        if let Some((root, body)) = evaluator.folder(&root) {
            let instance =
                ModuleInstance::new(root, root, String::new(), 0, Inputs::Files(values, &with_files));
            collector.instance(&instance, body, None);
            instance.forget();
        }
    }
    collector.cloudflare()
}

/// Collects resources from module to module.
struct Collector<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    resources: Vec<EvaluatedResource>,
    /// Modules that are not in the given folders, with their arguments.
    modules: Vec<(MissingValue, Value)>,
    /// Tunnels with a `count` or `for_each` of zero.
    empty: Vec<Incomplete>,
}

impl<'a> Collector<'_, 'a> {
    /// Collect the resources of a module and its child modules. `disabled` is the reason why it is switched off, if it is.
    fn instance(
        &mut self,
        instance: &Rc<ModuleInstance<'a>>,
        body: &'a Body,
        disabled: Option<&MissingValue>,
    ) {
        let evaluator = self.evaluator;
        let context = EvalContext::new(instance, 0);
        for block in body.blocks() {
            if let Some((kind, name)) = resource(block) {
                let address = format!("{}{kind}.{name}", instance.address);
                let copies = self.copies(block, &context, &address, disabled);
                if copies.is_empty() && TUNNELS.contains(&kind) {
                    self.empty.push(Incomplete::empty(&address));
                }
                for (copy, disabled) in copies {
                    let address = format!("{address}{}", copy.suffix());
                    let is_record = records::KINDS.contains(&kind);
                    let value = match is_record {
                        // The host name that Cloudflare derives from its name belongs to it.
                        true => evaluator.object_of(&address, block.body(), &copy),
                        false => evaluator.body(block.body(), &copy.context),
                    };
                    self.resources.push(EvaluatedResource {
                        kind: kind.to_owned(),
                        address,
                        value,
                        disabled,
                    });
                }
            }
        }
        for (name, block) in folder::calls(body) {
            let address = format!("{}module.{name}", instance.address);
            for (copy, disabled) in self.copies(block, &context, &address, disabled) {
                match evaluator.child(name, block.body(), &copy) {
                    Ok(child) => {
                        if let Some((_, body)) = evaluator.folder(child.folder) {
                            self.instance(&child, body, disabled.as_ref());
                        }
                    }
                    Err(missing) => self.modules.push((missing, evaluator.body(block.body(), &copy.context))),
                }
            }
        }
    }

    /// Return the copies of a block, including the one that it would have if it were not switched off.
    fn copies(
        &self,
        block: &Block,
        context: &EvalContext<'a>,
        address: &str,
        disabled: Option<&MissingValue>,
    ) -> Vec<(BlockCopy<'a>, Option<MissingValue>)> {
        let Copies { all, absent, .. } = self.evaluator.copies(block.body(), context);
        let missing = disabled
            .cloned()
            .unwrap_or_else(|| MissingValue::new(format!("{address}.count"), MissingReason::SwitchedOff));
        let present = all.into_iter().map(|copy| (copy, disabled.cloned()));
        present.chain(absent.map(|copy| (copy, Some(missing)))).collect()
    }

    fn cloudflare(self) -> Cloudflare {
        let mut rules = ingress::Ingress::default();
        let tunnels = self.resources.iter().filter(|resource| TUNNELS.contains(&resource.kind.as_str()));
        for EvaluatedResource { address, value, disabled, .. } in tunnels {
            rules.uncertain.clone_from(disabled);
            let before = rules.count();
            rules.tunnel(value, address);
            if rules.count() == before && disabled.is_none() {
                rules.incomplete.push(Incomplete::empty(address));
            }
        }
        let others =
            self.resources.iter().filter(|resource| embedded::KINDS.contains(&resource.kind.as_str()));
        for EvaluatedResource { address, value, disabled, .. } in others {
            rules.uncertain.clone_from(disabled);
            embedded::read(value, address, &mut rules);
        }
        rules.uncertain = None;
        records::read(&self.resources, &mut rules);
        rules.incomplete.extend(self.empty);
        let found_any = !rules.routes.is_empty() || !rules.incomplete.is_empty();
        for (missing, inputs) in self.modules {
            if !found_any || is_about_tunnels(&missing, &inputs) {
                rules.module(&inputs, &missing);
                rules.incomplete.push(Incomplete::module(missing));
            }
        }
        let ingress::Ingress { routes, not_published, mut incomplete, .. } = rules;
        let present: Vec<EvaluatedResource> =
            self.resources.into_iter().filter(|resource| resource.disabled.is_none()).collect();
        let applications = access::applications(&present, &mut incomplete);
        Cloudflare { routes, applications, not_published, incomplete }
    }
}

fn resource(block: &Block) -> Option<(&str, &str)> {
    let [kind, name] = block.labels() else { return None };
    let kinds: [&[&str]; 3] = [&KINDS, &embedded::KINDS, &records::KINDS];
    let is_read = kinds.iter().any(|kinds| kinds.contains(&kind.as_str()));
    let is_read = block.identifier() == "resource" && is_read;
    is_read.then(|| (kind.as_str(), name.as_str()))
}

/// Whether a module that is not in the given folders is likely to publish something, judging by its name, source and
/// inputs.
fn is_about_tunnels(missing: &MissingValue, inputs: &Value) -> bool {
    let keywords = ["cloudflare", "tunnel", "ingress", "hostname", "access", "zero-trust", "zero_trust"];
    let has_keyword = |text: &str| keywords.iter().any(|word| text.to_ascii_lowercase().contains(word));
    // A local module that was not found is always worth reporting.
    let MissingReason::Module(source) = &missing.reason else { return true };
    let by_input =
        if let Value::Map(map) = inputs { map.entries.keys().any(|key| has_keyword(key)) } else { false };
    by_input || has_keyword(&missing.what) || has_keyword(source)
}
