//! Which of the page's languages a visitor reads.

use super::language::Language;

/// Return the languages of the settings. Settings of a later release may name others.
fn known(languages: &[String]) -> impl Iterator<Item = Language> {
    languages.iter().filter_map(|code| Language::of(code))
}

/// Return the first language of the settings.
pub(super) fn first(languages: &[String]) -> Language {
    known(languages).next().unwrap_or(Language::DEFAULT)
}

/// Return the language that the header `accept-language` ranks highest, the earlier one of equal ones; the first one of the
/// settings if it names none of them.
pub(super) fn chosen(languages: &[String], accepted: Option<&str>) -> Language {
    let mut best = (0.0, first(languages));
    for range in accepted.unwrap_or_default().split(',') {
        let (range, parameters) = range.split_once(';').unwrap_or((range, ""));
        let primary = range.trim().split('-').next().unwrap_or_default();
        let named = known(languages).find(|language| primary.eq_ignore_ascii_case(language.code()));
        let quality = parameters.trim().strip_prefix("q=").map_or(Ok(1.0_f32), str::parse);
        if let (Some(language), Ok(quality)) = (named, quality)
            && quality > best.0
        {
            best = (quality, language);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_visitors_language_is_chosen_if_the_page_has_it() {
        let languages = ["en".to_owned(), "de".to_owned()];
        for (accepted, expected) in [
            (None, "en"),
            (Some("de"), "de"),
            (Some("de-AT,de;q=0.9,en;q=0.8"), "de"),
            (Some("fr, en;q=0.5, DE;q=0.7"), "de"),
            (Some("de;q=0, en"), "en"),
            (Some("de,en"), "de"),
            (Some("fr,de;q=0.5,en;q=0.5"), "de"),
            (Some("en;q=0.5,de;q=0.5"), "en"),
            (Some("en;q=0.5,de;q=0.5,en;q=0.1"), "en"),
            (Some("de;q=0"), "en"),
            (Some("de;q=x,*"), "en"),
            (Some("fr"), "en"),
            (Some(",;,;q=,-"), "en"),
        ] {
            assert_eq!(chosen(&languages, accepted).code(), expected, "{accepted:?}");
        }
        assert_eq!(chosen(&[], Some("de")), Language::En);
        assert_eq!(chosen(&languages[1..], Some("en")), Language::De);
        assert_eq!(chosen(&["xx".to_owned(), "de".to_owned()], Some("xx")), Language::De);
    }
}
