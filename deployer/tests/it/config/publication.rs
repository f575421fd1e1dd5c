//! `[page]`: the status page, and what it must not publish.

use plexmon_deploy::config::Config;

use super::{TARGET, below, parse, refuses, target, top};

const PAGE: &str = "[page]\n";

/// A page, and targets with these lines in the first one.
fn with(lines: &str) -> String {
    format!("{}\n{PAGE}", target(lines))
}

/// A page whose only target has this name.
fn named(name: &str) -> String {
    format!("{}\n{PAGE}", TARGET.replace("\"plex\"", name))
}

fn public(config: &Config) -> Vec<&str> {
    config.targets.iter().filter(|target| target.is_public()).map(|target| target.name.as_str()).collect()
}

#[test]
fn without_the_table_there_is_no_page() {
    let config = parse(TARGET).unwrap();
    assert_eq!(config.page, None);
    assert_eq!(config.settings().page, None);
}

#[test]
fn every_setting_has_a_default() {
    let config = parse(&below(PAGE)).unwrap();
    let page = config.page.as_ref().unwrap();
    assert_eq!((page.title.as_str(), page.noindex, page.concurrency), ("Status", true, Some(2)));
    assert_eq!((&page.secret_path, &page.region), (&None, &None));
    assert_eq!(page.languages, ["en", "de"]);
    assert_eq!(config.settings().schedule.as_deref(), Some("rate(5 minutes)"));
}

#[test]
fn every_setting_is_read() {
    let text = below(
        "[page]\ntitle = \" Servarr \"\nsecret_path = { env = \"PAGE_PATH\" }\nnoindex = false\n\
         concurrency = \"unreserved\"\nregion = \"eu-west-1\"\nlanguages = [\"de\", \"de\"]",
    );
    let page = parse(&text).unwrap().page.unwrap();
    assert_eq!((page.title.as_str(), page.noindex, page.concurrency), ("Servarr", false, None));
    assert_eq!((page.region.as_deref(), page.languages), (Some("eu-west-1"), vec!["de".to_owned()]));
    assert!(page.secret_path.is_some());
}

#[test]
fn invalid_settings_are_rejected() {
    refuses![
        below("[page]\ntitle = \"\""),
        below("[page]\ntitle = \"two\\nlines\""),
        below(&format!("[page]\ntitle = \"{}\"", "x".repeat(61))),
        below("[page]\nsecret_path = \"in-the-file\""),
        below("[page]\nnoindex = \"no\""),
        below("[page]\nconcurrency = 0"),
        below("[page]\nconcurrency = 101"),
        below("[page]\nconcurrency = \"none\""),
        below("[page]\nregion = \"Frankfurt\""),
        below("[page]\nlanguages = []"),
        below("[page]\nlanguages = [\"en\", \"fr\"]"),
        below("[page]\nlanguage = \"en\""),
        top("page = true"),
        below("[[page]]"),
    ];
}

#[test]
fn apps_that_only_their_owner_may_reach_are_not_public_unless_the_configuration_says_so() {
    let access = "access = { id = { env = \"A\" }, secret = { env = \"B\" } }";
    let all = [
        "name = \"plex\"\nurl = \"https://a.example.com\"".to_owned(),
        format!("name = \"sonarr\"\nurl = \"https://b.example.com\"\n{access}"),
        format!("name = \"radarr\"\nurl = \"https://c.example.com\"\n{access}\npublic = true"),
        "name = \"nas\"\nurl = \"https://d.example.com\"\nexposure = \"closed\"".to_owned(),
        "name = \"wiki\"\nurl = \"https://e.example.com\"\npublic = false".to_owned(),
        format!(
            "name = \"bazarr\"\nurl = \"https://f.example.com\"\n{access}\nexposure = \"closed\"\npublic = true"
        ),
    ];
    let all: String = all.iter().map(|lines| format!("[[target]]\n{lines}\n")).collect();
    let config = parse(&format!("{all}{PAGE}")).unwrap();
    assert_eq!(public(&config), ["plex", "radarr", "bazarr"]);
}

#[test]
fn a_page_without_anything_on_it_is_rejected() {
    refuses![
        with("public = false"),
        with("exposure = \"closed\""),
        with("access = { id = { env = \"A\" }, secret = { env = \"B\" } }"),
    ];
}

#[test]
fn names_that_say_where_a_target_is_are_rejected() {
    refuses![
        named("\"plex.example.com\""),
        named("\"Plex (https://PLEX.example.com/web)\""),
        named("\"example.com\""),
        named("\"plex:32400\""),
        named("\"192.0.2.7\""),
        with("label = \"Films on plex.example.com\""),
        with("label = \"Films at 2001:db8::7\""),
        with("label = \"Films\"\ngroup = \"nas:8080\""),
        with("site = \"10.0.0.1\""),
        below("[page]\ntitle = \"plex.example.com\""),
        format!(
            "{}{}",
            with("label = \"Films\""),
            "\n[[target]]\nname = \"films at plex.example.com\"\nurl = \"https://tv.example.com\""
        ),
    ];
}

#[test]
fn such_names_are_allowed_where_they_are_not_published() {
    for text in [
        TARGET.replace("\"plex\"", "\"plex.example.com\""),
        format!(
            "{}public = false\n[[target]]\nname = \"tv\"\nurl = \"https://tv.example.com\"\n{PAGE}",
            TARGET.replace("\"plex\"", "\"plex.example.com\"")
        ),
        named("\"Movies and series\""),
        with("label = \"4K: films from 22:00\""),
    ] {
        let parsed = parse(&text);
        assert!(parsed.is_ok(), "{text}\n{parsed:?}");
    }
}
