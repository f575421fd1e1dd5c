//! Texts from outside cannot change the page, even those that the view should have cleaned.

use plexmon_function::page::Language;
use plexmon_function::page::html::page;

use super::super::examples::{self, HOSTILE};
use super::parsed::elements;

#[test]
fn a_hostile_text_adds_no_element_and_no_attribute() {
    for language in Language::ALL {
        let hostile = elements(&page(&examples::hostile(), language));
        let mut usual = examples::hostile();
        usual.title = "Home".to_owned();
        for group in &mut usual.groups {
            group.name = Some("Group".to_owned());
            group
                .apps
                .iter_mut()
                .for_each(|app| (app.name, app.label) = ("app".to_owned(), "App".to_owned()));
        }
        usual.outages.iter_mut().for_each(|outage| outage.label = "App".to_owned());
        usual.announcements[0].text = "Soon".to_owned();
        usual.maintenances[0].labels = vec!["App".to_owned()];
        let usual = elements(&page(&usual, language));
        let shape = |elements: &[super::Element]| -> Vec<_> {
            let names = |one: &super::Element| {
                one.attributes.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()
            };
            elements.iter().map(|one| (one.name.clone(), names(one), one.within.clone())).collect()
        };
        assert_eq!(shape(&hostile), shape(&usual));
        let shown = |name: &str| hostile.iter().filter(|one| one.name == name && one.text == HOSTILE).count();
        assert!(shown("h3") == 6 && shown("bdi") > 5, "the text itself is shown");
        let targets = hostile.iter().filter(|one| one.attribute("data-target") == Some(HOSTILE));
        assert_eq!(targets.count(), 6);
    }
}

#[test]
fn a_very_long_text_is_cut() {
    let mut view = examples::one();
    view.groups[0].apps[0].label = "x".repeat(10_000);
    view.announcements = examples::all_down().announcements;
    view.announcements[0].text = "y".repeat(10_000);
    let html = page(&view, Language::En);
    assert!(html.len() < 18_000, "{} bytes", html.len());
    assert!(html.contains("xxx…") && html.contains("yyy…"));
}

#[test]
fn a_label_cannot_reorder_the_sentence_around_it() {
    let mut view = examples::outage();
    view.groups[0].apps[0].label = "\u{5e4}\u{5dc}\u{5e7}\u{5e1}".to_owned();
    let html = page(&view, Language::En);
    let isolated = "\u{2068}\u{5e4}\u{5dc}\u{5e7}\u{5e1}\u{2069}";
    assert!(html.contains(&format!("<title>DOWN: {isolated} · ")), "{html}");
    assert!(html.contains(&format!("<h1>{isolated} has been down since ")), "{html}");
}
