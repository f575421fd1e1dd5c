//! Terraform files of Cloudflare: which host name a tunnel leads where, and whom Access lets through.

mod access;
mod expression;
mod reference;
mod scope;
mod value;

use std::path::{Path, PathBuf};

use hcl::{Block, Body};

pub use access::{Application, Gate, gate_of};
use scope::{Place, Scope};
use value::Known;

use super::route::{Destination, Route};
use super::tunnel::limited;
use crate::error::{Error, Result};

/// What the files say.
#[derive(Debug, Default)]
pub struct Cloudflare {
    pub routes: Vec<Route>,
    pub applications: Vec<Application>,
}

/// A resource, and the folder whose variables it uses.
struct Resource<'a> {
    kind: &'a str,
    name: &'a str,
    folder: &'a Path,
    body: &'a Body,
}

/// The tunnel's settings went by several names.
const TUNNELS: [&str; 2] = ["cloudflare_tunnel_config", "cloudflare_zero_trust_tunnel_cloudflared_config"];

/// Checks the syntax of one file.
pub fn parse(text: &str, path: &Path) -> Result<Body> {
    hcl::parse(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let (line, why) = match &error {
            hcl::Error::Parse(error) => (error.location().line(), error.message().to_owned()),
            other => (1, other.to_string()),
        };
        Error::usage(format!("{}:{line}: this is not valid Terraform", path.display()))
            .cause(why.replace('\n', ", "))
            .hint("mend this line or the one above; `terraform validate` checks it, too")
    })
}

/// Reads them all: `files` are `*.tf`, `values` are `*.tfvars`, each with its folder.
pub fn read(files: &[(PathBuf, Body)], values: &[(PathBuf, Body)]) -> Cloudflare {
    let scope = Scope::new(files, values);
    let resources: Vec<Resource<'_>> = files
        .iter()
        .flat_map(|(folder, body)| body.blocks().filter_map(|block| resource(folder, block)))
        .collect();
    let tunnels = resources.iter().filter(|resource| TUNNELS.contains(&resource.kind));
    let routes = tunnels
        .flat_map(|tunnel| scope.instances(tunnel.body, &Place::new(tunnel.folder)))
        .flat_map(|tunnel| ingress(&tunnel));
    Cloudflare { routes: routes.collect(), applications: access::applications(&resources, &scope) }
}

fn resource<'a>(folder: &'a Path, block: &'a Block) -> Option<Resource<'a>> {
    let [kind, name] = block.labels() else { return None };
    let is_resource = block.identifier() == "resource";
    is_resource.then(|| Resource { kind: kind.as_str(), name: name.as_str(), folder, body: block.body() })
}

/// The rules of a tunnel: blocks in version 4 of the provider, a list of objects in version 5.
fn ingress(tunnel: &Known) -> Vec<Route> {
    let configs = tunnel.get("config").map(Known::maps).unwrap_or_default();
    let rules = configs.iter().flat_map(|config| ["ingress_rule", "ingress"].map(|key| config.get(key)));
    rules.flatten().flat_map(Known::maps).filter_map(rule).collect()
}

fn rule(rule: &Known) -> Option<Route> {
    let host = rule.get("hostname").cloned()?.into_text();
    // The last rule catches the rest, and has none.
    if host.as_ref().is_ok_and(String::is_empty) || host.as_ref().is_err_and(|what| what == "null") {
        return None;
    }
    let to = match rule.get("service").cloned().map(Known::into_text) {
        Some(Ok(service)) => Destination::of_address(&service)?,
        _ => Destination::Address { host: String::new(), port: None },
    };
    limited(Route::new(host, to), rule.get("path").and_then(Known::text))
}
