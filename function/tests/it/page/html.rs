//! The page as HTML.

mod current;
mod days;
mod escaping;
mod parsed;
mod style;
mod words;

use plexmon_function::page::html::page;
use plexmon_function::page::{Language, View};

use self::parsed::{Element, elements};
use super::examples;

/// Every example in every language, with its name.
fn pages() -> Vec<(String, View, String)> {
    let pages = examples::all().into_iter().flat_map(|(name, view)| {
        Language::ALL
            .map(|language| (format!("{name}.{}", language.code()), view.clone(), page(&view, language)))
    });
    pages.collect()
}

fn named<'a>(elements: &'a [Element], name: &str) -> Vec<&'a Element> {
    elements.iter().filter(|element| element.name == name).collect()
}

#[test]
#[ignore = "writes the examples into the folder that PLEXMON_PAGES names, to look at them"]
fn write_the_examples() {
    let folder = std::path::PathBuf::from(std::env::var_os("PLEXMON_PAGES").unwrap());
    for (name, _, html) in pages() {
        std::fs::write(folder.join(name).with_added_extension("html"), html).unwrap();
    }
}

#[test]
fn the_attributes_of_the_contract_are_on_every_page() {
    for (name, view, html) in pages() {
        let elements = elements(&html);
        let overall: Vec<_> =
            named(&elements, "main").iter().map(|main| main.attribute("data-overall")).collect();
        assert_eq!(overall, [Some(view.overall.as_str())], "{name}");
        let targets: Vec<_> =
            elements.iter().filter(|element| element.attribute("data-target").is_some()).collect();
        assert_eq!(targets.len(), view.apps().count(), "{name}");
        for (target, app) in targets.into_iter().zip(view.apps()) {
            let percent = app.uptime[3].1.uptime.percent().map(|percent| format!("{:.2}", percent.value()));
            let days: String = app.days.iter().map(|(_, day)| day.class.letter()).collect();
            let expected = [
                ("data-target", app.name.as_str()),
                ("data-status", app.status.as_str()),
                ("data-uptime-90d", percent.as_deref().unwrap_or_default()),
                ("data-days-from", "2026-08-28"),
                ("data-days", &days),
            ];
            let found: Vec<_> =
                target.attributes.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}

#[test]
fn a_page_with_20_apps_has_at_most_30_kb_whatever_happened() {
    for language in Language::ALL {
        let usual = page(&examples::many(20), language);
        assert!(usual.len() <= 30_000, "{} bytes", usual.len());
        assert!(usual.contains("<details>"), "the usual past is written out");
        // The longest labels, of characters that are escaped.
        let mut worst = examples::worst();
        for text in [None, Some("K\u{fc}che & G\u{e4}ste "), Some("\u{1f3ac}"), Some("\"&<")] {
            if let Some(text) = text {
                let label = text.repeat(60).chars().take(60).collect::<String>();
                worst.title.clone_from(&label);
                for app in worst.groups.iter_mut().flat_map(|group| &mut group.apps) {
                    app.label.clone_from(&label);
                }
                worst.announcements.iter_mut().for_each(|notice| notice.text = text.repeat(500));
                worst.outages.iter_mut().for_each(|outage| outage.label.clone_from(&label));
                worst.maintenances.iter_mut().for_each(|one| one.labels = vec![label.clone(); 20]);
            }
            let html = page(&worst, language);
            assert!(html.len() <= 30_000, "{} bytes with {text:?} in {}", html.len(), language.code());
            assert_eq!(html.matches("<article data-target").count(), 20);
        }
    }
}

#[test]
fn a_page_has_a_heading_and_titles_for_everyone_who_cannot_see_it() {
    for (name, _, html) in pages() {
        let elements = elements(&html);
        assert_eq!(named(&elements, "h1").len(), 1, "{name}");
        let headings = elements.iter().filter_map(|one| one.name.strip_prefix('h')?.parse::<u8>().ok());
        let headings: Vec<u8> = headings.collect();
        assert!(headings.windows(2).all(|two| two[1] <= two[0] + 1), "{name}: {headings:?} skips a level");
        for (at, svg) in elements.iter().enumerate().filter(|(_, element)| element.name == "svg") {
            let title = elements.get(at + 1).filter(|next| next.name == "title" && !next.text.is_empty());
            match svg.attribute("role") {
                Some("img") => assert!(title.is_some(), "{name}: an image has a title"),
                _ => {
                    assert_eq!(svg.attribute("aria-hidden"), Some("true"), "{name}: what has none is hidden")
                }
            }
        }
        for list in named(&elements, "ul") {
            assert!(!list.text.is_empty(), "{name}: a list has entries");
        }
        let mut ids: Vec<_> = elements.iter().filter_map(|element| element.attribute("id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{name}: an id is there once");
        let lang = named(&elements, "html")[0].attribute("lang");
        assert_eq!(lang, name.rsplit('.').next(), "{name}");
    }
}

#[test]
fn a_page_loads_nothing_and_all_its_links_are_relative() {
    for (name, _, html) in pages() {
        assert!(!html.replace("(https", "").contains("://"), "{name} has an address");
        for element in elements(&html) {
            for (attribute, value) in &element.attributes {
                assert!(attribute != "style" && !attribute.starts_with("on") && attribute != "src", "{name}");
                let is_ours = match element.name.as_str() {
                    "use" => value.starts_with('#'),
                    "a" => ["", "feed.atom"].contains(&value.as_str()),
                    _ => value == "feed.atom" || value.starts_with("data:image/svg+xml,"),
                };
                assert!(attribute != "href" || is_ours, "{name}: {value}");
            }
        }
    }
}
