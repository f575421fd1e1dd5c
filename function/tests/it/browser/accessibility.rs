//! axe-core finds nothing to complain about: contrast in both modes, names, roles, headings, landmarks, sizes of targets.

use plexmon_function::page::Language;
use plexmon_testing::browser::{Medium, Viewport};

use super::examples::Examples;
use super::{directory, start};

#[test]
fn no_example_breaks_a_rule_in_light_or_dark_mode() {
    let (browser, examples) = (start(), Examples::serve());
    for (name, language) in [
        ("operational", Language::En),
        ("outage", Language::En),
        ("outage", Language::De),
        ("degraded", Language::En),
        ("maintenance", Language::De),
        ("stale", Language::En),
        ("never-checked", Language::En),
        ("one", Language::En),
        ("forty", Language::En),
        ("not-loaded", Language::En),
        ("worst", Language::De),
        ("hostile", Language::En),
    ] {
        for medium in [Medium::Light, Medium::Dark] {
            browser.render_for(medium);
            browser.open(&examples.url(name, language));
            browser.run("document.querySelectorAll('details').forEach(one => one.open = true)");
            assert_eq!(browser.violations(directory()), [], "{name} in {language:?}, {medium:?}");
        }
    }
}

#[test]
fn no_example_breaks_a_rule_on_a_phone() {
    let (browser, examples) = (start(), Examples::serve());
    browser.resize(Viewport::NARROW);
    for name in ["operational", "outage", "maintenance", "worst"] {
        browser.open(&examples.url(name, Language::De));
        assert_eq!(browser.violations(directory()), [], "{name}");
    }
}
