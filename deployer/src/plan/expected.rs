//! The plan that a user has reviewed and expects, and how the current one differs from it.

use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value, json};

use super::text::shortened;
use super::{Place, Plan, digest};

/// How many characters a SHA-256 has in hexadecimal.
const DIGEST_LENGTH: usize = 64;

/// What the user expects.
#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// Its digest, from which the plan itself is not known.
    Digest(String),
    /// The plan, as `plan --json` wrote it.
    Document(Document),
}

/// The parts of a document of `plan --json` that are compared.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Document {
    pub digest: String,
    pub place: Place,
    pub steps: Vec<DocumentStep>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DocumentStep {
    action: String,
    kind: String,
    name: String,
    region: String,
    needs: Vec<DocumentNeed>,
    changes: Vec<DocumentChange>,
}

/// What a step waits for. The position of the other step in the plan is not compared: it changes with those before.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct DocumentNeed {
    action: String,
    kind: String,
    name: String,
    region: String,
    until: String,
    #[serde(default)]
    blocks: Value,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct DocumentChange {
    field: String,
    #[serde(default)]
    from: Value,
    #[serde(default)]
    to: Value,
}

/// Why a text is not a document of `plan --json`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotADocument {
    Malformed(String),
    /// Its digest is not that of its steps.
    Altered,
}

/// Return the digest that a text is, in lower case; `None` if it is something else.
pub fn parse_digest(text: &str) -> Option<String> {
    let is_digest = text.len() == DIGEST_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_digest.then(|| text.to_ascii_lowercase())
}

impl Document {
    /// Parse what `plan --json` wrote, and check that it is still what was written.
    pub fn parse(text: &str) -> Result<Self, NotADocument> {
        let malformed = |error: serde_json::Error| NotADocument::Malformed(error.to_string());
        let value: Value = serde_json::from_str(text).map_err(malformed)?;
        let document = Self::deserialize(&value).map_err(malformed)?;
        if digest::of_json(json!([value["place"], value["steps"]])) != document.digest {
            return Err(NotADocument::Altered);
        }
        Ok(document)
    }

    fn of(plan: &Plan) -> Option<Self> {
        serde_json::to_value(plan).ok().and_then(|value| Self::deserialize(value).ok())
    }
}

impl Expected {
    pub fn digest(&self) -> &str {
        match self {
            Self::Digest(digest) => digest,
            Self::Document(document) => &document.digest,
        }
    }

    /// Whether it is this plan.
    pub fn is(&self, plan: &Plan) -> bool {
        self.digest() == plan.digest()
    }

    /// Describe how this plan differs, as far as that is known: one text for each difference.
    pub fn differences(&self, plan: &Plan) -> Vec<String> {
        let Self::Document(expected) = self else { return Vec::new() };
        if expected.place != plan.place {
            return vec![format!("the expected plan is for {}, this one for {}", expected.place, plan.place)];
        }
        Document::of(plan).map_or_else(Vec::new, |current| compared(&expected.steps, current.steps))
    }
}

/// Compare the steps that are about the same, each with the first one that is left.
fn compared(expected: &[DocumentStep], mut added: Vec<DocumentStep>) -> Vec<String> {
    let mut differences = Vec::new();
    for step in expected {
        match added.iter().position(|other| other.is_about(step)) {
            None => differences.push(format!("no longer planned: {}", step.title())),
            Some(place) => {
                let current = added.remove(place);
                if current != *step {
                    differences.push(step.changed_to(&current));
                }
            }
        }
    }
    differences.extend(added.iter().map(|step| format!("planned in addition: {}", step.whole())));
    if differences.is_empty() {
        differences.push("the order of the steps".to_owned());
    }
    differences
}

impl DocumentStep {
    fn is_about(&self, other: &Self) -> bool {
        let identity = |step: &Self| [&step.action, &step.kind, &step.name, &step.region].map(Clone::clone);
        identity(self) == identity(other)
    }

    fn title(&self) -> String {
        format!("{} {} {} in {}", self.action, self.kind.replace('_', " "), self.name, self.region)
    }

    /// The title, and the changes of an update.
    fn whole(&self) -> String {
        let mut text = self.title();
        if self.action == "update" {
            for change in &self.changes {
                let _ = write!(text, "\n{}", change.text());
            }
        }
        text
    }

    fn changed_to(&self, current: &Self) -> String {
        let mut text = format!("planned differently: {}", self.title());
        let is_changed = |change: &&DocumentChange, others: &[DocumentChange]| !others.contains(change);
        for change in self.changes.iter().filter(|change| is_changed(change, &current.changes)) {
            let _ = write!(text, "\nexpected {}", change.text());
        }
        for change in current.changes.iter().filter(|change| is_changed(change, &self.changes)) {
            let _ = write!(text, "\nnow      {}", change.text());
        }
        if self.needs != current.needs {
            text += "\nit waits for other steps than expected";
        }
        text
    }
}

impl DocumentChange {
    fn text(&self) -> String {
        let (from, to) = shortened(&self.from, &self.to);
        format!("{}: {from} -> {to}", self.field)
    }
}
