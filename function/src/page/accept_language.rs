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

/// Return the language that the header `accept-language` ranks highest; the first one if it names none of them.
pub(super) fn chosen(languages: &[String], accepted: Option<&str>) -> Language {
    let weight = |language: Language| {
        let ranges = accepted.unwrap_or_default().split(',');
        let weights = ranges.filter_map(|range| {
            let (range, parameters) = range.split_once(';').unwrap_or((range, ""));
            let primary = range.trim().split('-').next()?;
            let quality = parameters.trim().strip_prefix("q=").map_or(Some(1.0), |text| text.parse().ok());
            quality.filter(|quality| *quality > 0.0_f32 && primary.eq_ignore_ascii_case(language.code()))
        });
        weights.fold(0.0, f32::max)
    };
    let mut best = (0.0, first(languages));
    for language in known(languages) {
        let weight = weight(language);
        if weight > best.0 {
            best = (weight, language);
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
