//! The `kind` of a target.

use plexmon_function::contract::settings::{Consequence, TextCondition};
use url::Url;

use super::preset::{self, HTTP, Preset};
use super::reader::{Table, Value};
use crate::error::Result;

/// How similar a kind has to be to be suggested.
const MIN_SIMILARITY: f64 = 0.8;

/// Return the preset of this kind; by default, that of any app that speaks HTTP.
pub fn preset(kind: Option<Value<'_>>) -> Result<&'static Preset> {
    let Some(value) = kind else { return Ok(&HTTP) };
    let kind = value.string()?;
    preset::of_kind(kind).ok_or_else(|| {
        let known = preset::all().map(|preset| format!("\"{}\"", preset.kind)).collect::<Vec<_>>().join(", ");
        value
            .error(format!("is \"{kind}\", but must be one of {known}, \"tcp\" or \"dns\""))
            .hint(suggestion(kind))
    })
}

fn suggestion(kind: &str) -> String {
    let kinds = preset::all().flat_map(|preset| std::iter::once(&preset.kind).chain(preset.aliases));
    let nearest = kinds
        .chain(&["tcp", "dns"])
        .map(|known| (strsim::jaro_winkler(known, kind), known))
        .filter(|(similarity, _)| *similarity > MIN_SIMILARITY)
        .max_by(|left, right| left.0.total_cmp(&right.0));
    match nearest {
        Some((_, known)) => format!("did you mean \"{known}\"?"),
        None => "use \"http\" for any other app".to_owned(),
    }
}

/// Return the address to request: the preset's path, and its query, appended to the configured address.
pub fn requested(mut url: Url, preset: &Preset) -> Url {
    let path = preset.path_for(url.path());
    if path == url.path() {
        return url;
    }
    match path.split_once('?') {
        Some((path, query)) => {
            url.set_path(path);
            url.set_query(Some(query));
        }
        None => url.set_path(&path),
    }
    url
}

/// Return the regular expression of the preset, unless the table itself describes the body.
pub fn expression(preset: &Preset, table: &Table<'_>) -> Vec<TextCondition> {
    let is_described = table.entries().any(|(name, _)| matches!(name, "contains" | "matches"));
    let expression = preset.matches.filter(|_| !is_described);
    let condition = |text: &str| TextCondition { text: text.to_owned(), severity: Consequence::default() };
    expression.map(condition).into_iter().collect()
}
