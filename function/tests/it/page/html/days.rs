//! The drawings of days and of response times.

use plexmon_function::page::html::page;
use plexmon_function::page::view::{DayClass, Group};
use plexmon_function::page::{Language, View};

use super::super::examples;
use super::parsed::{Element, elements};

/// Return the path's numbers after each of its commands.
fn commands(path: &str) -> Vec<(char, Vec<i64>)> {
    let mut commands = Vec::new();
    let mut rest = path;
    while let Some(command) = rest.chars().next() {
        let end = rest[1..].find(char::is_alphabetic).map_or(rest.len(), |at| at + 1);
        let numbers = rest[1..end].replace('-', " -");
        commands.push((command, numbers.split_whitespace().map(|number| number.parse().unwrap()).collect()));
        rest = &rest[end..];
    }
    commands
}

/// Return the letters of the days as the paths draw them.
fn drawn(paths: &[&Element], days: usize) -> String {
    let mut letters = vec!['?'; days];
    for path in paths {
        let letter = path.attribute("class").unwrap().parse().unwrap();
        let mut at = 0;
        for (command, numbers) in commands(path.attribute("d").unwrap()) {
            match (command, &numbers[..]) {
                ('M', [x, 4]) => at = *x,
                ('m', [x, 0]) => at += x,
                ('h', [length]) => {
                    for day in
                        &mut letters[usize::try_from(at).unwrap()..][..usize::try_from(*length).unwrap()]
                    {
                        assert_eq!(std::mem::replace(day, letter), '?', "a day is drawn once");
                    }
                    at += length;
                }
                other => panic!("{other:?}"),
            }
        }
    }
    letters.into_iter().collect()
}

#[test]
fn the_bars_are_one_path_for_each_state_and_show_every_day() {
    let mut numbers = 1_u64;
    let random = |n: usize| -> String {
        let letters: Vec<char> = "uwpdmn".chars().collect();
        let mut next = || {
            numbers = numbers.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(n as u64 | 1);
            usize::try_from(numbers >> 33).unwrap()
        };
        (0..90).map(|_| letters[next() % (n % 6 + 1)]).collect()
    };
    let apps: Vec<_> = (0..12).map(random).map(|past| examples::app("Plex", &past)).collect();
    let mut views = vec![View { groups: vec![Group { name: None, apps }], ..examples::one() }];
    views.extend(examples::all().into_iter().map(|(_, view)| view));
    for view in views {
        let elements = elements(&page(&view, Language::En));
        for (at, target) in elements.iter().enumerate() {
            let Some(days) = target.attribute("data-days") else { continue };
            let bars = at
                + elements[at..]
                    .iter()
                    .position(|element| element.attribute("preserveAspectRatio").is_some())
                    .unwrap();
            let paths: Vec<_> =
                elements[bars + 2..].iter().take_while(|element| element.name == "path").collect();
            let width: usize =
                elements[bars].attribute("viewBox").unwrap().split(' ').nth(2).unwrap().parse().unwrap();
            assert_eq!(drawn(&paths, width), days[days.len() - width..]);
            let mut classes: Vec<_> = paths.iter().filter_map(|path| path.attribute("class")).collect();
            classes.sort_unstable();
            classes.dedup();
            assert_eq!(classes.len(), paths.len(), "one path for each state");
        }
    }
}

#[test]
fn all_days_are_drawn_unless_the_past_was_wild() {
    let html = page(&examples::many(20), Language::En);
    assert_eq!(html.matches("viewBox=\"0 0 90 8\"").count(), 20);
}

#[test]
fn fewer_days_fill_the_same_width() {
    let mut view = examples::one();
    let app = &mut view.groups[0].apps[0];
    app.days.drain(..83);
    app.days[0].1.class = DayClass::Down;
    let html = page(&view, Language::En);
    assert!(html.contains("viewBox=\"0 0 7 8\"") && html.contains("d=\"M1 4h6\""), "{html}");
    assert!(html.contains("data-days-from=\"2026-11-19\" data-days=\"duuuuuu\""), "{html}");
}

#[test]
fn response_times_are_drawn_with_gaps_and_described() {
    let mut view = examples::one();
    view.groups[0].apps[0].response_ms = vec![Some(100.0), Some(200.0), None, Some(1_600.0), None, Some(0.0)];
    let elements = elements(&page(&view, Language::En));
    let title = elements.iter().position(|one| {
        one.name == "title"
            && one.text
                == "\u{2068}Plex\u{2069}: response times of the last 24 hours, 0\u{a0}ms to 1.6\u{a0}s"
    });
    let path = elements[title.unwrap() + 1].attribute("d").unwrap();
    let lines: Vec<_> = commands(path);
    let expected = [
        ('M', vec![0, 16]),
        ('l', vec![0, 0, 3, -1]),
        ('M', vec![9, 1]),
        ('l', vec![0, 0]),
        ('M', vec![15, 17]),
        ('l', vec![0, 0]),
    ];
    assert_eq!(lines, expected);
    view.groups[0].apps[0].response_ms = vec![None; 24];
    assert!(!page(&view, Language::En).contains("Response time"), "nothing is drawn without any");
}
