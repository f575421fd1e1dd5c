//! The regions that use a role, as the role's tags name them. IAM is global, so they are found from any region.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::names::REGION_TAG_PREFIX;

/// The value of a region's tag if the monitor is in the same region.
const IN_USE: &str = "in use";
/// Precedes the monitor's region in the value of the tag.
const FOR: &str = "for ";

/// The regions that use a role, each with the region of its monitor: the same deployment in another region has the same
/// role, and is none of our business.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Regions(BTreeMap<String, String>);

impl Regions {
    /// Return one region, whose monitor is in `home`.
    pub fn one(region: &str, home: &str) -> Self {
        Self(BTreeMap::from([(region.to_owned(), home.to_owned())]))
    }

    /// Return the regions that these tags name.
    pub fn of_tags<'a>(tags: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let region = |(key, value): (&'a str, &'a str)| {
            let region = key.strip_prefix(REGION_TAG_PREFIX)?;
            Some((region.to_owned(), value.strip_prefix(FOR).unwrap_or(region).to_owned()))
        };
        Self(tags.filter_map(region).collect())
    }

    /// Return the tags with their values.
    pub fn tags(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|(region, home)| {
            let value = if region == home { IN_USE.to_owned() } else { format!("{FOR}{home}") };
            (Self::key(region), value)
        })
    }

    /// Return the key of a region's tag.
    pub fn key(region: &str) -> String {
        format!("{REGION_TAG_PREFIX}{region}")
    }

    /// Return the names of the regions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Return the regions that serve a monitor in `home`.
    pub fn of_home<'a>(&'a self, home: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(_, of)| *of == home).map(|(region, _)| region.as_str())
    }

    /// Return these regions and those of `other`, which decides about the ones that are in both.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self(self.0.iter().chain(&other.0).map(|(region, home)| (region.clone(), home.clone())).collect())
    }

    /// Return those for which `is_kept` is true, which gets the region and its monitor's.
    #[must_use]
    pub fn only(&self, is_kept: impl Fn(&str, &str) -> bool) -> Self {
        let kept = self.0.iter().filter(|(region, home)| is_kept(region, home));
        Self(kept.map(|(region, home)| (region.clone(), home.clone())).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn contains(&self, region: &str) -> bool {
        self.0.contains_key(region)
    }

    /// Whether all regions of `other` are among these, with the same monitors.
    pub fn include(&self, other: &Self) -> bool {
        other.0.iter().all(|(region, home)| self.0.get(region) == Some(home))
    }

    /// Return the regions that are not in `other`.
    pub fn missing_in<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        self.names().filter(|region| !other.contains(region))
    }
}

impl Serialize for Regions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(region, home)| match region == home {
            true => region.clone(),
            false => format!("{region} for {home}"),
        }))
    }
}
