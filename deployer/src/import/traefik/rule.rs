//! Traefik's rules, of all three versions: which requests a router takes.

use super::matcher::matcher;
use crate::import::obstacle::Obstacle;

/// Rules of people have a few matchers; what is longer is not worth its combinations.
const MOST_WAYS: usize = 200;
const DEEPEST: usize = 32;

/// One combination of matchers under which a request is taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Way {
    pub host: Option<Name>,
    pub path: Option<String>,
    pub obstacle: Option<Obstacle>,
}

/// What a rule says of the host. Variables are not filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Name {
    Plain(String),
    /// An expression that fits more than one name.
    Pattern,
}

enum Expression {
    All(Vec<Self>),
    Any(Vec<Self>),
    Not(Box<Self>),
    Matcher(String, Vec<String>),
}

/// Every way that the rule leaves open; nothing if it cannot be read.
pub fn ways(rule: &str) -> Option<Vec<Way>> {
    let expression = Parser { rest: rule }.parse()?;
    expression.ways(false)
}

/// The same of `Host:a.example.com,b.example.com;PathPrefix:/x`, as version 1 had it.
pub fn oldest(rule: &str) -> Option<Vec<Way>> {
    let mut parts = Vec::new();
    for part in rule.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (name, values) = part.split_once(':')?;
        let values = values.split(',').map(|value| value.trim().to_owned()).collect();
        parts.push(Expression::Matcher(name.trim().to_owned(), values));
    }
    Expression::All(parts).ways(false)
}

impl Expression {
    fn ways(&self, negated: bool) -> Option<Vec<Way>> {
        match (self, negated) {
            (Self::Not(inner), _) => inner.ways(!negated),
            (Self::All(parts), false) | (Self::Any(parts), true) => {
                let mut ways = vec![Way::default()];
                for part in parts {
                    let further = part.ways(negated)?;
                    ways =
                        ways.iter().flat_map(|way| further.iter().filter_map(|one| way.and(one))).collect();
                    if ways.len() > MOST_WAYS {
                        return None;
                    }
                }
                Some(ways)
            }
            (Self::Any(parts), false) | (Self::All(parts), true) => {
                let ways: Option<Vec<_>> = parts.iter().map(|part| part.ways(negated)).collect();
                ways.map(|ways| ways.concat()).filter(|ways| ways.len() <= MOST_WAYS)
            }
            // What a router leaves out says nothing about the door that remains.
            (Self::Matcher(..), true) => Some(vec![Way::default()]),
            (Self::Matcher(name, arguments), false) => Some(matcher(name, arguments)),
        }
    }
}

impl Way {
    /// Both at once; nothing if they exclude each other.
    fn and(&self, other: &Self) -> Option<Self> {
        let host = match (&self.host, &other.host) {
            (Some(Name::Plain(one)), Some(Name::Plain(two))) if one != two => return None,
            (Some(Name::Plain(name)), _) | (_, Some(Name::Plain(name))) => Some(Name::Plain(name.clone())),
            (one, two) => one.clone().or_else(|| two.clone()),
        };
        // Of two, the closer one.
        let longer = |path: &&String| path.len();
        let path = [&self.path, &other.path].into_iter().flatten().max_by_key(longer).cloned();
        let obstacle = self.obstacle.clone().or_else(|| other.obstacle.clone());
        Some(Self { host, path, obstacle })
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
        if depth > DEEPEST {
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
            // A backslash is itself only between backticks.
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

    /// Each way as an address, or with what is in its way.
    fn read(rule: &str) -> Vec<String> {
        let text = |way: Way| {
            let host = match way.host {
                Some(Name::Plain(name)) => name,
                Some(Name::Pattern) => "many".to_owned(),
                None => "any".to_owned(),
            };
            let why = way.obstacle.map(|why| format!(" {}", why.about("it"))).unwrap_or_default();
            format!("{host}{}{why}", way.path.unwrap_or_default())
        };
        ways(rule).unwrap_or_else(|| panic!("{rule}")).into_iter().map(text).collect()
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
    fn every_alternative_is_a_way_of_its_own() {
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
    fn what_is_demanded_besides_is_in_the_way() {
        let demands = |matcher: &str| read(&format!("Host(`a`) && {matcher}")).remove(0);
        assert_eq!(
            demands("Header(`bypass`, `pass)word`)"),
            "a it is only for requests with the header `bypass`"
        );
        assert_eq!(demands("headersRegexp(`X`,`.*`)"), "a it is only for requests with the header `X`");
        assert_eq!(
            demands("Query(`key=password`)"),
            "a it is only for requests with the query parameter `key`"
        );
        assert_eq!(demands("Method(`POST`)"), "a it is only for requests with the method POST");
        assert_eq!(
            demands("ClientIP(`10.0.0.0/8`)"),
            "a it is only for requests with certain client addresses"
        );
        assert_eq!(demands("Moon(`full`)"), "a it is only for requests with what the matcher `Moon` wants");
        assert_eq!(demands("PathRegexp(`\\.jpg$`)"), "a it leads there only for paths that match a pattern");
        assert_eq!(demands("PathRegexp(`^/photos(/.*)?$`)"), "a/photos");
    }

    #[test]
    fn what_is_no_rule_is_not_read() {
        for rule in
            ["", "Host(`a`", "Host(`a) && b", "Host(`a`) &&", "Host", "&& Host(`a`)", "Host(`a`) Host(`b`)"]
        {
            assert_eq!(ways(rule), None, "{rule}");
        }
        assert_eq!(ways(&["(Host(`a`) || Host(`b`))"; 40].join(" && ")).map(|ways| ways.len()), Some(2));
        assert_eq!(ways(&["(Path(`/a`) || Path(`/b`))"; 40].join(" && ")), None);
        assert_eq!(ways(&format!("{}Host(`a`){}", "(".repeat(9999), ")".repeat(9999))), None);
    }

    #[test]
    fn version_1_is_read_too() {
        let ways = oldest("Host:a.example.com, b.example.com;PathPrefix:/x").unwrap();
        let hosts: Vec<_> = ways.iter().map(|way| way.host.clone().unwrap()).collect();
        assert_eq!(hosts, ["a.example.com", "b.example.com"].map(|host| Name::Plain(host.to_owned())));
        assert!(ways.iter().all(|way| way.path.as_deref() == Some("/x")));
        assert!(oldest("Host:a;Headers:X,y").unwrap()[0].obstacle.is_some());
    }
}
