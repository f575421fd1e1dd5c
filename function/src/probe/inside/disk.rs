//! Free space, as Sonarr, Radarr and their relatives report it: the file systems that their container sees.

use serde_json::Value;

use super::client::Client;
use super::finding::{Failed, finding};
use crate::contract::settings::{Limits, Quantity};
use crate::probe::condition::limits;
use crate::probe::finding::{Finding, Level};
use crate::text::single_line;

pub(super) const NAME: &str = "disk";

/// What every container has, beside what was mounted for its data.
const OF_CONTAINER: [&str; 2] = ["/", "/config"];

const MAX_PATH_CHARS: usize = 60;
const MAX_LISTED: usize = 5;

/// One file system, in bytes.
struct Disk<'a> {
    path: &'a str,
    free: f64,
    total: f64,
}

pub(super) async fn check(
    client: &Client<'_>,
    api: &str,
    min: &Quantity,
    paths: &[String],
) -> Result<Vec<Finding>, Failed> {
    let answer = client.get(&format!("/api/{api}/diskspace")).await?;
    let app = client.app();
    if answer.is_refusal() {
        return Err(Failed::Refused(format!("{app} refuses the API key")));
    }
    let json = client.json(&answer)?;
    let disks: Vec<Disk<'_>> = json.as_array().into_iter().flatten().filter_map(read).collect();
    if disks.is_empty() {
        return Err(Failed::Unknown(format!("{app} lists no disk")));
    }
    if paths.is_empty() {
        return Ok(largest(&disks).map(|disk| evaluate(disk, min)).into_iter().collect());
    }
    let of_path = |path: &String| {
        let disk = disks.iter().find(|disk| bare(disk.path) == bare(path));
        disk.map_or_else(|| missing(path, &disks, app), |disk| evaluate(disk, min))
    };
    Ok(paths.iter().map(of_path).collect())
}

fn read(entry: &Value) -> Option<Disk<'_>> {
    let bytes = |key: &str| entry.get(key)?.as_f64().filter(|bytes| *bytes >= 0.0);
    Some(Disk { path: entry.get("path")?.as_str()?, free: bytes("freeSpace")?, total: bytes("totalSpace")? })
}

/// Return the path without a slash at its end, of which apps and people are not consistent.
fn bare(path: &str) -> &str {
    path.trim_end_matches(['/', '\\'])
}

/// Return the largest file system for data. The same one may be listed under several paths: the first one by name counts,
/// in every run.
fn largest<'a>(disks: &'a [Disk<'a>]) -> Option<&'a Disk<'a>> {
    let is_for_data = |disk: &&Disk<'_>| !OF_CONTAINER.contains(&disk.path);
    let by_size =
        |one: &&Disk<'_>, other: &&Disk<'_>| one.total.total_cmp(&other.total).then(other.path.cmp(one.path));
    disks.iter().filter(is_for_data).max_by(by_size).or_else(|| disks.iter().max_by(by_size))
}

fn evaluate(disk: &Disk<'_>, min: &Quantity) -> Finding {
    let free = if min.is_percentage() { disk.free / disk.total.max(1.0) * 100.0 } else { disk.free };
    let limits = Limits { min: Some(min.clone()), max: None, newer_than_s: None };
    let level = limits::compare(&limits, free).level;
    let limit = match level {
        Level::NotMet => format!(", less than {min}"),
        Level::NearLimit => format!(", close to its limit of {min}"),
        Level::Met | Level::Unknown => String::new(),
    };
    let path = single_line(disk.path, MAX_PATH_CHARS);
    finding(NAME, bare_key(disk.path), level, format!("Disk {path}: {} free{limit}", min.show(free)))
}

/// A path that was configured and has disappeared, most likely because it is no longer mounted.
fn missing(path: &str, disks: &[Disk<'_>], app: &str) -> Finding {
    let mut listed: Vec<String> =
        disks.iter().take(MAX_LISTED).map(|disk| single_line(disk.path, MAX_PATH_CHARS)).collect();
    if disks.len() > MAX_LISTED {
        listed.push("more".to_owned());
    }
    let why = format!("Disk {path}: missing; {app} lists {}", listed.join(", "));
    finding(NAME, bare_key(path), Level::NotMet, why)
}

/// Return the part of the key for a path; `/` keeps its slash.
fn bare_key(path: &str) -> &str {
    if bare(path).is_empty() { path } else { bare(path) }
}
