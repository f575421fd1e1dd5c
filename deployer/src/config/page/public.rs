//! What the status page would publish of the targets: their names, labels and headings must not say where they are.

use std::net::IpAddr;

use plexmon_function::contract::settings::Target;
use url::Url;

use crate::config::reader::{Table, Value, tables};
use crate::error::Result;

/// What a text says about where something is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Host(String),
    Address(IpAddr),
    Port(String),
}

/// Reject a page with nothing on it, and a title that would publish where a target is.
pub fn check_page(page: &Value<'_>, targets: &[Target]) -> Result<()> {
    if !targets.iter().any(Target::is_public) {
        return Err(page
            .error("has nothing to show: no target is public")
            .hint("set `public = true` in the [[target]] tables that visitors may see, or remove [page]"));
    }
    match page.table("[page]")?.get("title") {
        Some(title) => reject(&title, &hosts(targets), "choose another title"),
        None => Ok(()),
    }
}

/// Reject texts of public targets that would publish where a target is. `list` has the targets as they are written.
pub fn check_names(list: Option<&Value<'_>>, targets: &[Target]) -> Result<()> {
    let Some(list) = list else { return Ok(()) };
    let hosts = hosts(targets);
    for value in tables(list)? {
        let table = value.table("[[target]]")?;
        let name = table.get("name").and_then(|name| name.value.as_str().map(str::to_owned));
        let is_public =
            targets.iter().any(|target| Some(&target.name) == name.as_ref() && target.is_public());
        if is_public {
            check_target(&table, &hosts)?;
        }
    }
    Ok(())
}

fn hosts(targets: &[Target]) -> Vec<String> {
    targets.iter().filter_map(|target| host(&target.url)).collect()
}

/// The name is published even if there is a label: in the addresses of badges, for example.
fn check_target(table: &Table<'_>, hosts: &[String]) -> Result<()> {
    let shown = [
        ("name", "choose another `name`, or set `public = false` to leave this target out"),
        ("label", "choose another `label`, or set `public = false` to leave this target out"),
        ("group", "choose another name for the group"),
        ("site", "choose another name for the site"),
    ];
    for (key, hint) in shown {
        if let Some(value) = table.get(key) {
            reject(&value, hosts, hint)?;
        }
    }
    Ok(())
}

fn reject(value: &Value<'_>, hosts: &[String], hint: &str) -> Result<()> {
    let why = match place(value.string()?, hosts) {
        None => return Ok(()),
        Some(Place::Host(host)) => format!("the host name \"{host}\""),
        Some(Place::Address(address)) => format!("the IP address {address}"),
        Some(Place::Port(port)) => format!("the port \"{port}\""),
    };
    Err(value.error(format!("would publish {why} on the status page")).hint(hint))
}

/// Return the host of an address, if it is a name that can lead someone there: `plex` alone cannot.
fn host(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let host = url.host_str()?.trim_end_matches('.').to_ascii_lowercase();
    // Addresses are found in any text, whether or not they are those of a target.
    let is_name = host.contains('.') && host.parse::<IpAddr>().is_err();
    is_name.then_some(host)
}

/// Find a host of the configuration, an IP address or a port in a text.
fn place(text: &str, hosts: &[String]) -> Option<Place> {
    let lower = text.to_lowercase();
    if let Some(host) = hosts.iter().find(|host| lower.contains(host.as_str())) {
        return Some(Place::Host(host.clone()));
    }
    let is_separator = |letter: char| letter.is_whitespace() || "()<>{}\"',;|/@=".contains(letter);
    lower.split(is_separator).find_map(|word| of_word(word.trim_end_matches(['.', ':']), hosts))
}

fn of_word(word: &str, hosts: &[String]) -> Option<Place> {
    let bare = |word: &str| word.trim_matches(['[', ']']).parse().ok();
    // `Version 1.2.3.4` looks like an address, too. It has no place on the page either.
    if let Some(address) = bare(word) {
        return Some(Place::Address(address));
    }
    // The domain of a host leads to the host.
    let is_domain_of = |host: &&String| host.strip_suffix(word).is_some_and(|rest| rest.ends_with('.'));
    if word.contains('.') && hosts.iter().any(|host| is_domain_of(&host)) {
        return Some(Place::Host(word.to_owned()));
    }
    let (before, port) = word.rsplit_once(':')?;
    if let Some(address) = bare(before) {
        return Some(Place::Address(address));
    }
    let is_number = |text: &str, digits: std::ops::RangeInclusive<usize>| {
        digits.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    // `22:00` is a time of day.
    let is_time = is_number(before, 1..=2) && is_number(port, 2..=2);
    (is_number(port, 2..=5) && !is_time).then(|| Place::Port(word.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<Place> {
        let hosts: Vec<String> = [
            "https://plex.example.com:32400/identity",
            "tcp://nas:22",
            "https://192.0.2.7/",
            "dns://home.example.net",
        ]
        .into_iter()
        .filter_map(host)
        .collect();
        place(text, &hosts)
    }

    #[test]
    fn places_are_found_in_any_form() {
        let host = |host: &str| Some(Place::Host(host.to_owned()));
        let port = |port: &str| Some(Place::Port(port.to_owned()));
        let address = |address: &str| Some(Place::Address(address.parse().unwrap()));
        for (text, expected) in [
            ("plex.example.com", host("plex.example.com")),
            ("Plex (PLEX.Example.com)", host("plex.example.com")),
            ("https://plex.example.com/web", host("plex.example.com")),
            ("Films at example.com", host("example.com")),
            ("home.example.net.", host("home.example.net")),
            ("192.0.2.7", address("192.0.2.7")),
            ("NAS 10.0.0.5", address("10.0.0.5")),
            ("10.0.0.5:5000", address("10.0.0.5")),
            ("[2001:db8::7]:443", address("2001:db8::7")),
            ("fd00::1", address("fd00::1")),
            ("plex:32400", port("plex:32400")),
            ("Plex :32400", port(":32400")),
            ("nas1:80/web", port("nas1:80")),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn usual_names_are_no_places() {
        for text in [
            "plex",
            "nas",
            "Movies and series",
            "Backup 22:00",
            "Booking.com",
            "Sonarr 4.0",
            "4K: films",
            "Mr. Robot",
            "Films: 2026",
            "com",
            "ratio 16:9",
            "Überblick 🎬",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
