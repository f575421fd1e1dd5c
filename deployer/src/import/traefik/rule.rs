//! Traefik's rules, of all three versions: the requests that a router handles.

use super::matcher::matcher;
use super::rule_match::RuleMatch;

/// Rules written by hand have a few matchers; do not expand more combinations.
const MAX_MATCHES: usize = 200;
const MAX_DEPTH: usize = 32;

enum Expression {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Matcher(String, Vec<String>),
}

/// Return all combinations that the rule accepts; `None` if it cannot be parsed.
pub fn parse(rule: &str) -> Option<Vec<RuleMatch>> {
    let expression = Parser { rest: rule }.parse()?;
    expression.matches(false)
}

/// Parse a rule of version 1: `Host:a.example.com,b.example.com;PathPrefix:/x`.
pub fn parse_version_1(rule: &str) -> Option<Vec<RuleMatch>> {
    let mut parts = Vec::new();
    for part in rule.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, values) = part.split_once(':')?;
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        parts.push(Expression::Matcher(name.trim().to_owned(), values));
    }
    Expression::All(parts).matches(false)
}

impl Expression {
    fn matches(&self, negated: bool) -> Option<Vec<RuleMatch>> {
        match (self, negated) {
            (Self::Not(inner), _) => inner.matches(!negated),
            (Self::All(parts), false) | (Self::Any(parts), true) => {
                let mut matches = vec![RuleMatch::default()];
                for part in parts {
                    let others = part.matches(negated)?;
                    matches = matches
                        .iter()
                        .flat_map(|one_match| others.iter().filter_map(|one| one_match.and(one)))
                        .collect();
                    if matches.len() > MAX_MATCHES {
                        return None;
                    }
                }
                Some(matches)
            }
            (Self::Any(parts), false) | (Self::All(parts), true) => {
                let matches: Option<Vec<_>> = parts.iter().map(|part| part.matches(negated)).collect();
                matches.map(|matches| matches.concat()).filter(|matches| matches.len() <= MAX_MATCHES)
            }
            // Excluded requests do not restrict the others.
            (Self::Matcher(..), true) => Some(vec![RuleMatch::default()]),
            (Self::Matcher(name, arguments), false) => Some(matcher(name, arguments)),
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn parse(mut self) -> Option<Expression> {
        let expression = self.any(0)?;
        self.rest.trim().is_empty().then_some(expression)
    }

    fn any(&mut self, depth: usize) -> Option<Expression> {
        let mut parts = vec![self.all(depth)?];
        while self.takes("||") {
            parts.push(self.all(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Expression::Any(parts) })
    }

    fn all(&mut self, depth: usize) -> Option<Expression> {
        let mut parts = vec![self.one(depth)?];
        while self.takes("&&") {
            parts.push(self.one(depth)?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { Expression::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Option<Expression> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.takes("!") {
            return Some(Expression::Not(Box::new(self.one(depth + 1)?)));
        }
        if self.takes("(") {
            let inner = self.any(depth + 1)?;
            return self.takes(")").then_some(inner);
        }
        let rest = self.rest.trim_start();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).filter(|end| *end > 0)?;
        let (name, rest) = rest.split_at(end);
        self.rest = rest;
        if !self.takes("(") {
            return None;
        }
        Some(Expression::Matcher(name.to_owned(), self.arguments()?))
    }

    fn arguments(&mut self) -> Option<Vec<String>> {
        let mut arguments = Vec::new();
        loop {
            if self.takes(")") {
                return Some(arguments);
            }
            let rest = self.rest.trim_start();
            let quote = rest.chars().next().filter(|quote| "`\"'".contains(*quote));
            let (argument, rest) = match quote {
                Some(quote) => rest[1..].split_once(quote)?,
                None => rest.split_at(rest.find([',', ')'])?),
            };
            // A backslash is literal only between backticks.
            let argument =
                if quote == Some('"') { argument.replace("\\\\", "\\") } else { argument.to_owned() };
            arguments.push(argument.trim().to_owned());
            self.rest = rest;
            let _ = self.takes(",");
        }
    }

    fn takes(&mut self, token: &str) -> bool {
        match self.rest.trim_start().strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::traefik::rule_match::HostMatch;

    /// Format each match as an address, or with the reason why it is excluded.
    fn read(rule: &str) -> Vec<String> {
        let text = |one_match: RuleMatch| {
            let host = match one_match.host {
                Some(HostMatch::Name(name)) => name,
                Some(HostMatch::Pattern) => "many".to_owned(),
                None => "any".to_owned(),
            };
            let why = one_match.exclusion.map(|why| format!(" {}", why.about("it"))).unwrap_or_default();
            format!("{host}{}{why}", one_match.path.unwrap_or_default())
        };
        parse(rule).unwrap_or_else(|| panic!("{rule}")).into_iter().map(text).collect()
    }

    #[test]
    fn matchers_are_read_in_every_spelling() {
        for rule in [
            "Host(`a.b`)",
            "host(`a.b`)",
            "HOST ( \"a.b\" )",
            "HostHeader('a.b')",
            "Host(a.b)",
            "((Host(`a.b`)))",
            "Host(`a.b`)&&PathPrefix(`/`)",
            "HostRegexp(`^a\\.b$$`)",
            "Host(`a.b`) && !PathPrefix(`/api`)",
            "Host(`a.b`) && !(Path(`/x`) || Header(`A`, `b`))",
            "Host(`a.b`) && Method(`GET`, `POST`)",
            "Host(`a.b`) && ClientIP(`0.0.0.0/0`)",
        ] {
            assert_eq!(read(rule)[0], "a.b", "{rule}");
        }
    }

    #[test]
    fn every_alternative_is_a_match() {
        assert_eq!(read("Host(`a`,`b`)"), ["a", "b"]);
        assert_eq!(read("(Host(`a`) && PathPrefix(`/x`)) || Host(`b`)"), ["a/x", "b"]);
        assert_eq!(read("Host(`a`) && (Path(`/x`) || PathPrefix(`/y/`))"), ["a/x", "a/y"]);
        assert_eq!(read("(Host(`a`) || Host(`b`)) && Pathprefix(`/x`)"), ["a/x", "b/x"]);
        assert_eq!(read("HostRegexp(`{sub:[a-z]+}.b`)"), ["many"]);
        assert_eq!(read("HostRegexp(`.+`) && Host(`a`)"), ["a"]);
        assert_eq!(read("!Host(`a`)"), ["any"]);
        assert!(read("Host(`a`) && Host(`b`)").is_empty());
    }

    #[test]
    fn additional_conditions_exclude_a_match() {
        let with_condition = |matcher: &str| read(&format!("Host(`a`) && {matcher}")).remove(0);
        assert_eq!(
            with_condition("Header(`bypass`, `pass)word`)"),
            "a it is only for requests with the header `bypass`"
        );
        assert_eq!(
            with_condition("headersRegexp(`X`,`.*`)"),
            "a it is only for requests with the header `X`"
        );
        assert_eq!(
            with_condition("Query(`key=password`)"),
            "a it is only for requests with the query parameter `key`"
        );
        assert_eq!(with_condition("Method(`POST`)"), "a it is only for requests with the method POST");
        assert_eq!(
            with_condition("ClientIP(`10.0.0.0/8`)"),
            "a it is only for requests with certain client addresses"
        );
        assert_eq!(
            with_condition("Moon(`full`)"),
            "a it is only for requests with an unsupported condition (`Moon`)"
        );
        assert_eq!(
            with_condition("PathRegexp(`\\.jpg$`)"),
            "a it leads to it only for paths that match a pattern"
        );
        assert_eq!(with_condition("PathRegexp(`^/photos(/.*)?$`)"), "a/photos");
    }

    #[test]
    fn invalid_rules_are_rejected() {
        for rule in
            ["", "Host(`a`", "Host(`a) && b", "Host(`a`) &&", "Host", "&& Host(`a`)", "Host(`a`) Host(`b`)"]
        {
            assert_eq!(parse(rule), None, "{rule}");
        }
        assert_eq!(
            parse(&["(Host(`a`) || Host(`b`))"; 40].join(" && ")).map(|matches| matches.len()),
            Some(2)
        );
        assert_eq!(parse(&["(Path(`/a`) || Path(`/b`))"; 40].join(" && ")), None);
        assert_eq!(parse(&format!("{}Host(`a`){}", "(".repeat(9999), ")".repeat(9999))), None);
    }

    #[test]
    fn rules_of_version_1_are_read() {
        let matches = parse_version_1("Host:a.example.com, b.example.com;PathPrefix:/x").unwrap();
        let hosts: Vec<_> = matches.iter().map(|one_match| one_match.host.clone().unwrap()).collect();
        assert_eq!(hosts, ["a.example.com", "b.example.com"].map(|host| HostMatch::Name(host.to_owned())));
        assert!(matches.iter().all(|one_match| one_match.path.as_deref() == Some("/x")));
        assert!(parse_version_1("Host:a;Headers:X,y").unwrap()[0].exclusion.is_some());
    }
}
