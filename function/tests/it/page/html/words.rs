//! What a visitor reads.

use plexmon_function::page::html::page;
use plexmon_function::page::view::{DayView, Outage, Reason};
use plexmon_function::page::{Language, View};

use super::super::examples::{self, NOW};
use super::parsed::{elements, visible};
use super::{named, pages};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// The title, the headline, and the lines below it.
fn headline(view: &View, language: Language) -> String {
    let html = page(view, language);
    let title = elements(&html).into_iter().find(|element| element.name == "title").unwrap().text;
    let title = title.replace(['\u{2068}', '\u{2069}'], "");
    let visible = visible(&html);
    // After the title of the page; until its age.
    let is_headline = |line: &&str| !line.ends_with("Refresh") && !line.ends_with("Aktualisieren");
    let lines = visible.lines().skip(1).take_while(is_headline);
    [title.as_str()].into_iter().chain(lines).map(|line| format!("    {line}\n")).collect()
}

#[test]
fn the_headline_says_whether_it_is_the_visitor_or_the_server() {
    for (language, expected) in [
        (Language::En, include_str!("words/headlines.en.txt")),
        (Language::De, include_str!("words/headlines.de.txt")),
    ] {
        let views = examples::all().into_iter().filter(|(name, _)| !["worst", "hostile"].contains(name));
        let text: String =
            views.map(|(name, view)| format!("{name}:\n{}", headline(&view, language))).collect();
        assert_eq!(text, expected, "the headlines are:\n{text}");
    }
}

#[test]
fn whole_pages_read_well() {
    for (name, view, language, expected) in [
        ("outage", examples::outage(), Language::En, include_str!("words/outage.en.txt")),
        ("degraded", examples::degraded(), Language::De, include_str!("words/degraded.de.txt")),
        ("maintenance", examples::maintenance(), Language::De, include_str!("words/maintenance.de.txt")),
        ("new", examples::new(), Language::En, include_str!("words/new.en.txt")),
    ] {
        let text = visible(&page(&view, language));
        assert_eq!(text, expected, "{name} reads:\n{text}");
    }
}

#[test]
fn every_place_of_a_text_is_filled() {
    for (name, _, html) in pages().iter().filter(|(name, _, _)| !name.starts_with("hostile")) {
        let (before, style) = html.split_once("<style>").unwrap();
        let after = style.split_once("</style>").unwrap().1;
        assert!(!before.contains(['{', '}']) && !after.contains(['{', '}']), "{name}");
        // A text between two values that are missing.
        assert!(!visible(html).contains("  ") && !visible(html).contains(": ,"), "{name}");
    }
}

#[test]
fn the_server_is_named_only_if_nothing_is_up() {
    let mut view = examples::some_down();
    let set = |view: &mut View, reason| {
        view.groups.iter_mut().flat_map(|group| &mut group.apps).for_each(|app| app.reason = Some(reason));
    };
    let advice = |view: &View, language| headline(view, language).lines().last().unwrap().trim().to_owned();
    for (reason, english, german) in [
        (
            Reason::NotReachable,
            "our checks cannot reach them either.",
            "Auch unsere Prüfung erreicht sie nicht.",
        ),
        (
            Reason::Errors,
            "our checks get errors from them too.",
            "Auch unsere Prüfung erhält von ihnen Fehler.",
        ),
    ] {
        set(&mut view, reason);
        assert_eq!(advice(&view, Language::En), format!("It is not you: {english}"));
        assert_eq!(advice(&view, Language::De), format!("Es liegt nicht an dir: {german}"));
    }
    let mut view = examples::all_down();
    set(&mut view, Reason::Errors);
    assert_eq!(advice(&view, Language::En), "It is not you: the server responds with errors.");
    view.groups[0].apps[0].reason = Some(Reason::NotReachable);
    assert_eq!(advice(&view, Language::En), "It is not you: the problem is on the server.");
}

/// The line that says how old the results are, without the link.
fn age(seconds: u64, language: Language) -> String {
    let view = View { checked: Some(NOW - seconds), ..examples::one() };
    let visible = visible(&page(&view, language));
    let line = visible.lines().find(|line| line.contains("_CET (")).unwrap();
    line.trim_end_matches("Refresh").trim_end_matches("Aktualisieren").to_owned()
}

#[test]
fn the_age_of_the_results_has_the_plural_of_the_language_and_the_time() {
    for (seconds, english, german) in [
        (0, "Checked on 25_Nov at 14:07_CET (just now)", "Geprüft am 25._Nov. um 14:07_CET (gerade eben)"),
        (
            119,
            "Checked on 25_Nov at 14:05_CET (1 minute ago)",
            "Geprüft am 25._Nov. um 14:05_CET (vor 1 Minute)",
        ),
        (
            2 * MINUTE,
            "Checked on 25_Nov at 14:05_CET (2 minutes ago)",
            "Geprüft am 25._Nov. um 14:05_CET (vor 2 Minuten)",
        ),
        (
            HOUR,
            "Checked on 25_Nov at 13:07_CET (1 hour ago)",
            "Geprüft am 25._Nov. um 13:07_CET (vor 1 Stunde)",
        ),
        (
            23 * HOUR,
            "Checked on 24_Nov at 15:07_CET (23 hours ago)",
            "Geprüft am 24._Nov. um 15:07_CET (vor 23 Stunden)",
        ),
        (DAY, "Checked on 24_Nov at 14:07_CET (1 day ago)", "Geprüft am 24._Nov. um 14:07_CET (vor 1 Tag)"),
        (
            3 * DAY,
            "Checked on 22_Nov at 14:07_CET (3 days ago)",
            "Geprüft am 22._Nov. um 14:07_CET (vor 3 Tagen)",
        ),
        (
            329 * DAY,
            "Checked on 31_Dec 2025 at 14:07_CET (329 days ago)",
            "Geprüft am 31._Dez. 2025 um 14:07_CET (vor 329 Tagen)",
        ),
    ] {
        assert_eq!(age(seconds, Language::En), english);
        assert_eq!(age(seconds, Language::De), german);
    }
    // A clock that is ahead of ours.
    let view = View { checked: Some(NOW + HOUR), ..examples::one() };
    assert!(visible(&page(&view, Language::En)).contains("Checked on 25_Nov at 15:07_CET (just now)"));
}

#[test]
fn the_interval_and_lengths_have_the_plural_of_the_language() {
    for (seconds, english, german) in [
        (MINUTE, "Checked every minute.", "Geprüft wird jede Minute."),
        (15 * MINUTE, "Checked every 15 minutes.", "Geprüft wird alle 15 Minuten."),
        (HOUR, "Checked every hour.", "Geprüft wird jede Stunde."),
        (DAY, "Checked every 24 hours.", "Geprüft wird alle 24 Stunden."),
    ] {
        let view = View { interval: Some(seconds), ..examples::one() };
        assert!(page(&view, Language::En).contains(english), "{seconds}");
        assert!(page(&view, Language::De).contains(german), "{seconds}");
    }
    for (seconds, english, german) in [
        (59, "less than 1_min", "unter 1_Min."),
        (MINUTE, "1_min", "1_Min."),
        (HOUR + 59, "1_h", "1_Std."),
        (2 * HOUR + 5 * MINUTE, "2_h 5_min", "2_Std. 5_Min."),
        (DAY + 59 * MINUTE, "1_day", "1_Tag"),
        (3 * DAY + 2 * HOUR, "3_days 2_h", "3_Tage 2_Std."),
    ] {
        let begin = NOW - seconds;
        let outage =
            Outage { end: None, begin, name: "plex".into(), label: "Plex".into(), reason: Reason::Errors };
        let view = View { outages: vec![outage], ..examples::one() };
        let line = |language| {
            let visible = visible(&page(&view, language));
            visible.lines().find_map(|line| {
                line.strip_prefix("Plex ")?.split_once(" s").map(|(length, _)| length.to_owned())
            })
        };
        assert_eq!(line(Language::En).as_deref(), Some(english));
        assert_eq!(line(Language::De).as_deref(), Some(german));
    }
}

#[test]
fn times_are_in_the_owners_zone_and_in_utc_for_programs() {
    let html = page(&examples::operational(), Language::En);
    assert!(
        html.contains("<time datetime=\"2026-11-25T13:04Z\">25\u{a0}Nov at 14:04\u{a0}CET</time>"),
        "{html}"
    );
    // Across the end of summer time, each with its own zone.
    let mut view = examples::one();
    let begin = 1_792_882_800; // 2026-10-25 01:00 CEST
    let outage = Outage {
        begin,
        end: Some(begin + 3 * HOUR),
        name: "plex".into(),
        label: "Plex".into(),
        reason: Reason::Errors,
    };
    view.outages = vec![outage];
    let text = visible(&page(&view, Language::En));
    assert!(text.contains("25_Oct, 01:00_CEST to 25_Oct, 03:00_CET"), "{text}");
    // A page in another zone names that one.
    view.clock = plexmon_function::contract::settings::Clock::default();
    assert!(visible(&page(&view, Language::En)).contains("Checked on 25_Nov at 13:04_UTC ("));
}

#[test]
fn an_uptime_is_never_rounded_up_and_has_its_period() {
    let mut view = examples::one();
    let shares = [(288, 0), (2_016, 1), (8_640, 8_639), (25_920, 25_920)];
    for ((_, share), (known, down)) in view.groups[0].apps[0].uptime.iter_mut().zip(shares) {
        (share.uptime.known, share.uptime.down) = (known, down);
    }
    let line = |view: &View, language| {
        let visible = visible(&page(view, language));
        visible.lines().find(|line| line.contains(" 24_h ") || line.contains(" 24_Std. ")).unwrap().to_owned()
    };
    assert_eq!(line(&view, Language::En), "Uptime 24_h 100_% 7_days 99.95_% 30_days 0.01_% 90_days 0.00_%");
    assert_eq!(
        line(&view, Language::De),
        "Verfügbar 24_Std. 100_% 7_Tage 99,95_% 30_Tage 0,01_% 90_Tage 0,00_%"
    );
    assert_eq!(line(&examples::new(), Language::En), "Uptime 24_h 100_% since 24_Nov 100_%");
    assert_eq!(line(&examples::never_checked(), Language::De).matches("keine Daten").count(), 4);
}

#[test]
fn only_the_latest_days_with_trouble_are_listed() {
    let mut view = examples::one();
    view.groups[0].apps = vec![examples::app("Plex", &"p".repeat(20))];
    let html = page(&view, Language::En);
    let text = visible(&html);
    assert!(text.contains("Outages on 20 days, 8_h 40_min in total\n25_Nov: down for 26_min\n"), "{text}");
    assert!(text.contains("12_Nov: down for 26_min\nand 6 more days\n"), "{text}");
    let details = elements(&html);
    assert_eq!(named(&details, "details").len(), 1);
    // Some of its addresses did not respond; it was never down as a whole.
    view.groups[0].apps[0].days.iter_mut().for_each(|(_, day)| *day = DayView { down_s: 0, ..*day });
    assert!(visible(&page(&view, Language::En)).contains("25_Nov: down at times"));
}

#[test]
fn an_announcement_that_has_ended_is_not_shown() {
    let mut view = examples::all_down();
    assert!(page(&view, Language::En).contains("technician"));
    view.announcements[0].until = NOW;
    assert!(!page(&view, Language::En).contains("technician"));
}

#[test]
fn more_outages_are_in_the_feed() {
    let mut view = examples::one();
    let outage = Outage {
        begin: NOW - HOUR,
        end: Some(NOW),
        name: "plex".into(),
        label: "Plex".into(),
        reason: Reason::Errors,
    };
    view.outages = vec![outage.clone(); 10];
    assert!(!page(&view, Language::En).contains("are in the feed"));
    view.outages.push(outage);
    let html = page(&view, Language::En);
    assert_eq!(html.matches("<bdi>Plex</bdi>").count(), 10);
    assert!(html.contains("<a href=\"feed.atom\">All outages and announcements are in the feed.</a>"));
}
