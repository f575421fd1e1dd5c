//! What a reference such as `var.zone` or `cloudflare_access_policy.service.id` leads to.

use hcl::Body;
use hcl::expr::{Expression, Traversal, TraversalOperator};

use super::scope::{Meaning, Place, Scope};
use super::value::Known;

impl Scope<'_> {
    pub(super) fn traversal(&self, traversal: &Traversal, place: &Place) -> Known {
        match &traversal.expr {
            Expression::Variable(root) => self.named(root.as_str(), &traversal.operators, place),
            inner => self.walk(self.value(inner, place), &traversal.operators, place),
        }
    }

    /// `var.zone`, `each.value.host`, `cloudflare_access_policy.service.id`.
    pub(super) fn named(&self, root: &str, operators: &[TraversalOperator], place: &Place) -> Known {
        if let Some((_, value)) = place.bound.iter().find(|(name, _)| name == root) {
            return self.walk(value.clone(), operators, place);
        }
        let mut names = vec![root.to_owned()];
        let wanted = if root == "data" { 3 } else { 2 };
        names.extend(
            operators
                .iter()
                .map_while(|operator| {
                    if let TraversalOperator::GetAttr(name) = operator {
                        Some(name.to_string())
                    } else {
                        None
                    }
                })
                .take(wanted - 1),
        );
        let address = names.join(".");
        let rest = operators.get(names.len() - 1..).unwrap_or_default();
        match self.find(&address, &place.folder) {
            Some((folder, Meaning::Value(expression))) => {
                let there = Place { folder: folder.clone(), bound: Vec::new(), depth: place.depth };
                self.walk(self.value(expression, &there), rest, place)
            }
            Some((folder, Meaning::Block(body))) => {
                let there = Place { folder: folder.clone(), bound: Vec::new(), depth: place.depth };
                self.resource(&address, body, rest, &there)
            }
            // A resource of another file can still be told apart from others.
            None if names.len() == wanted
                && address.contains('_')
                && !address.starts_with("var.")
                && !address.starts_with("local.") =>
            {
                match rest.last() {
                    Some(TraversalOperator::GetAttr(name)) if name.as_str() == "id" => {
                        Known::Resource(address)
                    }
                    _ => Known::Missing(address),
                }
            }
            None => Known::Missing(address),
        }
    }

    /// An attribute of a resource, if it is written there; its id stands for itself.
    fn resource(&self, address: &str, body: &Body, operators: &[TraversalOperator], place: &Place) -> Known {
        // `[0]` and `["key"]` choose among instances, which differ in nothing that matters here.
        let at = operators.iter().position(|operator| matches!(operator, TraversalOperator::GetAttr(_)));
        let (name, rest) = match at.and_then(|at| operators.get(at..)) {
            Some([TraversalOperator::GetAttr(name), rest @ ..]) => (name, rest),
            _ => return Known::Resource(address.to_owned()),
        };
        let read = |name: &str| {
            let attribute = |name: &str| body.attributes().find(|attribute| attribute.key() == name);
            // A zone that is looked up by name has it within its filter.
            let filter = || self.value(attribute("filter")?.expr(), place).get(name).cloned();
            attribute(name).map(|attribute| self.value(attribute.expr(), place)).or_else(filter)
        };
        match (name.as_str(), read(name.as_str())) {
            ("id", _) => Known::Resource(address.to_owned()),
            (_, Some(value)) => self.walk(value, rest, place),
            // What Cloudflare would answer: a record's whole name is its own and its zone's.
            ("hostname", None) => self
                .record(read("name"), read("zone_id"), place)
                .unwrap_or_else(|| Known::Missing(format!("{address}.hostname"))),
            (name, None) => Known::Missing(format!("{address}.{name}")),
        }
    }

    fn record(&self, name: Option<Known>, zone: Option<Known>, place: &Place) -> Option<Known> {
        let name = name?.into_text().ok()?;
        let Known::Resource(zone) = zone? else { return None };
        let (folder, Meaning::Block(body)) = self.find(&zone, &place.folder)? else { return None };
        let attribute = body.attributes().find(|attribute| matches!(attribute.key(), "name" | "zone"))?;
        let there = Place { folder: folder.clone(), bound: Vec::new(), depth: place.depth };
        let zone = self.value(attribute.expr(), &there).into_text().ok()?;
        let whole = if name == "@" || name == zone {
            zone
        } else if name.ends_with(&format!(".{zone}")) {
            name
        } else {
            format!("{name}.{zone}")
        };
        Some(Known::Text(whole))
    }
}
