//! Ingress rules of tunnels: blocks in version 4 of the provider, a list of objects in version 5.

use super::incomplete::Incomplete;
use super::value::{Unknown, Value};
use crate::import::cloudflared::with_requestable_path;
use crate::import::missing_value::MissingValue;
use crate::import::not_published::NotPublished;
use crate::import::route::{Destination, Route};

/// The rules of all tunnels.
#[derive(Default)]
pub struct Ingress {
    pub routes: Vec<Route>,
    /// Names whose services are not HTTP.
    pub not_published: Vec<NotPublished>,
    pub incomplete: Vec<Incomplete>,
    /// Destinations of names without a rule of their own: of all names, or of those with this suffix.
    pub fallbacks: Vec<(Option<String>, Destination)>,
    /// Why the current tunnel may not exist.
    pub uncertain: Option<MissingValue>,
}

impl Ingress {
    /// Return how much was found, including catch-all rules.
    pub fn count(&self) -> usize {
        self.routes.len() + self.not_published.len() + self.incomplete.len() + self.fallbacks.len()
    }

    /// Read the configuration of a tunnel.
    pub fn tunnel(&mut self, tunnel: &Value, address: &str) {
        match tunnel.get("config") {
            Some(Value::List(configs)) => {
                for config in &configs.items {
                    self.config(config, address);
                }
                self.report_missing(configs.rest.as_ref(), address);
            }
            Some(config) => self.config(&config, address),
            None => {}
        }
    }

    fn config(&mut self, config: &Value, address: &str) {
        if let Value::Unknown(unknown) = config
            && unknown.likely.is_none()
        {
            return self.report_missing(Some(&unknown.missing), address);
        }
        for key in ["ingress_rule", "ingress"] {
            if let Some(rules) = config.get(key) {
                self.rules(&rules, address);
            }
        }
    }

    /// Read rules in any nesting, and report those that are not known.
    pub fn rules(&mut self, rules: &Value, address: &str) {
        match rules {
            Value::List(list) => {
                list.items.iter().for_each(|rule| self.rules(rule, address));
                self.report_missing(list.rest.as_ref(), address);
            }
            Value::Map(map) if is_rule(rules) || map.values().next().is_none() => self.rule(rules, None),
            Value::Map(map) => {
                map.values().for_each(|rule| self.rules(rule, address));
                self.report_missing(map.rest.as_ref(), address);
            }
            Value::Unknown(unknown) => match &unknown.likely {
                Some(likely) => self.likely(likely, &unknown.missing, address),
                None => self.report_missing(Some(&unknown.missing), address),
            },
            _ => {}
        }
    }

    /// Read rules that may exist, depending on a value that is missing.
    fn likely(&mut self, rules: &Value, missing: &MissingValue, address: &str) {
        match rules {
            Value::List(list) => list.items.iter().for_each(|rule| self.likely(rule, missing, address)),
            Value::Map(_) if is_rule(rules) => self.rule(rules, Some(missing)),
            Value::Map(map) => map.values().for_each(|rule| self.likely(rule, missing, address)),
            Value::Unknown(_) | Value::Text(_) => self.report_missing(Some(missing), address),
            _ => {}
        }
    }

    /// Read the inputs of a module that is not in the given folders, as far as they look like rules.
    pub fn module(&mut self, inputs: &Value, missing: &MissingValue) {
        let Value::Map(map) = inputs else { return };
        for value in map.entries.values() {
            let rules = value.clone().likely();
            let maps = match &rules {
                Value::Map(map) if !is_rule(&rules) => map.values().collect(),
                rules => rules.maps(),
            };
            for rule in maps.into_iter().filter(|rule| rule.get("hostname").is_some() && is_rule(rule)) {
                self.rule(rule, Some(missing));
            }
        }
    }

    /// Report that there are, or may be, more rules.
    pub fn report_missing(&mut self, missing: Option<&MissingValue>, address: &str) {
        let incomplete = missing.map(|missing| Incomplete::rules(address, missing.clone()));
        self.incomplete.extend(incomplete.filter(|incomplete| !self.incomplete.contains(incomplete)));
    }

    fn rule(&mut self, rule: &Value, uncertain: Option<&MissingValue>) {
        // The last rule is a catch-all without a host name.
        let to = rule.get("service").and_then(|service| destination(service.likely().as_text()?));
        let Some(host) = rule.get("hostname").filter(|host| !host.is_empty()) else {
            return self.fallbacks.extend(to.map(|to| (None, to)));
        };
        if let (Some(ending), Some(to)) = (host.as_text().and_then(|host| host.strip_prefix('*')), to) {
            self.fallbacks.push((Some(ending.to_owned()), to));
        }
        let label = label(&host);
        let uncertain = uncertain.or(self.uncertain.as_ref());
        let mut host = match (host.into_text(), uncertain) {
            (Ok(_), Some(missing)) => Err(missing.clone()),
            (Ok(host), None) => Ok(host.trim().trim_end_matches('.').to_owned()),
            (Err(unknown), _) => Err(unknown.missing.clone()),
        };
        let path = match rule.get("path") {
            Some(Value::Unknown(unknown)) => {
                host = host.and(Err(unknown.missing.clone()));
                None
            }
            path => path.and_then(|path| path.as_text().map(str::to_owned)),
        };
        let service = rule.get("service").unwrap_or(Value::Null).likely();
        let to = match service.as_text().map(|service| (service, destination(service))) {
            Some((_, Some(to))) => to,
            Some((service, None)) => {
                return self.exclude(&host, label, format!("the tunnel {}", describe_service(service)));
            }
            None => Destination::Address { host: String::new(), port: None },
        };
        let mut route = Route::new(host, to);
        if route.host.is_err() {
            route.label.clone_from(&label);
        }
        let host = route.host.clone();
        match with_requestable_path(route, path.as_deref()) {
            Some(route) => self.routes.push(route),
            None => self.exclude(&host, label, "its path is a pattern, which cannot be requested".to_owned()),
        }
    }

    fn exclude(&mut self, host: &Result<String, MissingValue>, label: Option<String>, why: String) {
        let name = host.clone().unwrap_or_else(|missing| label.unwrap_or(missing.what));
        self.not_published.push(NotPublished { name, reason: why });
    }
}

fn is_rule(map: &Value) -> bool {
    ["hostname", "service"]
        .iter()
        .any(|key| matches!(map.get(key), Some(value) if !matches!(value, Value::Map(_))))
}

/// Return the known first label of a name: `plex` of `plex.${var.zone}`.
fn label(host: &Value) -> Option<String> {
    let Value::Unknown(unknown) = host else { return host.as_text().and_then(first) };
    let Unknown { likely: Some(likely), .. } = unknown.as_ref() else { return None };
    likely.as_text().and_then(first)
}

/// Return the first label of a name, if it is valid.
pub fn first(host: &str) -> Option<String> {
    let first = host.split('.').next()?;
    let is_plain = first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    (is_plain && !first.is_empty()).then(|| first.to_owned())
}

fn destination(service: &str) -> Option<Destination> {
    // A web server behind a socket speaks HTTP too, but has no port.
    if service.starts_with("unix:") || service.starts_with("unix+tls:") {
        return Some(Destination::Address { host: String::new(), port: None });
    }
    Destination::of_address(service)
}

/// Describe a service that is not HTTP, without revealing its address.
fn describe_service(service: &str) -> String {
    match service.split_once("://") {
        Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) && scheme.len() < 12 => {
            format!("leads to a service of type {scheme}, not to HTTP")
        }
        _ if service.starts_with("http_status:") => "returns a fixed response itself".to_owned(),
        _ => "leads to a service that is not HTTP".to_owned(),
    }
}
