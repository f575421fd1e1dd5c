//! The rules of a tunnel: blocks in version 4 of the provider, a list of objects in version 5.

use super::Gap;
use super::value::{Unknown, Value};
use crate::import::Unseen;
use crate::import::missing::Missing;
use crate::import::route::{Destination, Route};
use crate::import::tunnel::limited;

/// What the rules say.
#[derive(Default)]
pub struct Ingress {
    pub routes: Vec<Route>,
    /// Names that lead to what is not asked by HTTP.
    pub unseen: Vec<Unseen>,
    pub gaps: Vec<Gap>,
    /// Where names without a rule of their own are led: all of them, or those with this ending.
    pub fallbacks: Vec<(Option<String>, Destination)>,
    /// Why the tunnel that is being read may not exist.
    pub doubt: Option<Missing>,
}

impl Ingress {
    /// How much was found. Rules that lead everything to one proxy count, too.
    pub fn size(&self) -> usize {
        self.routes.len() + self.unseen.len() + self.gaps.len() + self.fallbacks.len()
    }

    /// Reads the tunnel's configuration at this address.
    pub fn tunnel(&mut self, tunnel: &Value, address: &str) {
        match tunnel.get("config") {
            Some(Value::List(configs)) => {
                for config in &configs.items {
                    self.config(config, address);
                }
                self.rest(configs.rest.as_ref(), address);
            }
            Some(config) => self.config(&config, address),
            None => {}
        }
    }

    fn config(&mut self, config: &Value, address: &str) {
        if let Value::Unknown(unknown) = config
            && unknown.likely.is_none()
        {
            return self.rest(Some(&unknown.missing), address);
        }
        for key in ["ingress_rule", "ingress"] {
            if let Some(rules) = config.get(key) {
                self.rules(&rules, address);
            }
        }
    }

    /// Reads rules, however they are wrapped. Each that is not known is mentioned.
    pub fn rules(&mut self, rules: &Value, address: &str) {
        match rules {
            Value::List(list) => {
                list.items.iter().for_each(|rule| self.rules(rule, address));
                self.rest(list.rest.as_ref(), address);
            }
            Value::Map(map) if is_rule(rules) || map.values().next().is_none() => self.rule(rules, None),
            Value::Map(map) => {
                map.values().for_each(|rule| self.rules(rule, address));
                self.rest(map.rest.as_ref(), address);
            }
            Value::Unknown(unknown) => match &unknown.likely {
                Some(likely) => self.likely(likely, &unknown.missing, address),
                None => self.rest(Some(&unknown.missing), address),
            },
            _ => {}
        }
    }

    /// Rules that may be there, unless something that is not known says otherwise.
    fn likely(&mut self, rules: &Value, missing: &Missing, address: &str) {
        match rules {
            Value::List(list) => list.items.iter().for_each(|rule| self.likely(rule, missing, address)),
            Value::Map(_) if is_rule(rules) => self.rule(rules, Some(missing)),
            Value::Map(map) => map.values().for_each(|rule| self.likely(rule, missing, address)),
            Value::Unknown(_) | Value::Text(_) => self.rest(Some(missing), address),
            _ => {}
        }
    }

    /// Names that a module which is not among the files is given, as far as they look like rules.
    pub fn module(&mut self, inputs: &Value, missing: &Missing) {
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

    /// Mentions that there are more rules, or may be.
    pub fn rest(&mut self, missing: Option<&Missing>, address: &str) {
        let gap = missing.map(|missing| Gap::rules(address, missing.clone()));
        self.gaps.extend(gap.filter(|gap| !self.gaps.contains(gap)));
    }

    fn rule(&mut self, rule: &Value, doubt: Option<&Missing>) {
        // The last rule catches the rest, and has no name.
        let to = rule.get("service").and_then(|service| destination(service.likely().as_text()?));
        let Some(host) = rule.get("hostname").filter(|host| !host.is_empty()) else {
            return self.fallbacks.extend(to.map(|to| (None, to)));
        };
        if let (Some(ending), Some(to)) = (host.as_text().and_then(|host| host.strip_prefix('*')), to) {
            self.fallbacks.push((Some(ending.to_owned()), to));
        }
        let label = label(&host);
        let doubt = doubt.or(self.doubt.as_ref());
        let mut host = match (host.into_text(), doubt) {
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
                return self.hidden(&host, label, format!("the tunnel leads to {}", kind_of(service)));
            }
            None => Destination::Address { host: String::new(), port: None },
        };
        let mut route = Route::new(host, to);
        if route.host.is_err() {
            route.label.clone_from(&label);
        }
        let host = route.host.clone();
        match limited(route, path.as_deref()) {
            Some(route) => self.routes.push(route),
            None => self.hidden(&host, label, "its path is a pattern that cannot be asked for".to_owned()),
        }
    }

    fn hidden(&mut self, host: &Result<String, Missing>, label: Option<String>, why: String) {
        let name = host.clone().unwrap_or_else(|missing| label.unwrap_or(missing.what));
        self.unseen.push(Unseen { name, why });
    }
}

fn is_rule(map: &Value) -> bool {
    ["hostname", "service"]
        .iter()
        .any(|key| matches!(map.get(key), Some(value) if !matches!(value, Value::Map(_))))
}

/// What a name that is not known begins with: `plex` of `plex.${var.zone}`.
fn label(host: &Value) -> Option<String> {
    let Value::Unknown(unknown) = host else { return host.as_text().and_then(first) };
    let Unknown { likely: Some(likely), .. } = unknown.as_ref() else { return None };
    likely.as_text().and_then(first)
}

/// The first part of a name, if it can be one.
pub fn first(host: &str) -> Option<String> {
    let first = host.split('.').next()?;
    let is_plain = first.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    (is_plain && !first.is_empty()).then(|| first.to_owned())
}

fn destination(service: &str) -> Option<Destination> {
    // A web server behind a socket has no port, and is asked by HTTP as well.
    if service.starts_with("unix:") || service.starts_with("unix+tls:") {
        return Some(Destination::Address { host: String::new(), port: None });
    }
    Destination::of_address(service)
}

/// What a service that is not asked by HTTP is, without more of it than that.
fn kind_of(service: &str) -> String {
    match service.split_once("://") {
        Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) && scheme.len() < 12 => {
            format!("a service of type {scheme}, which is not asked by HTTP")
        }
        _ if service.starts_with("http_status:") => "nothing: it answers by itself".to_owned(),
        _ => "what is not asked by HTTP".to_owned(),
    }
}
