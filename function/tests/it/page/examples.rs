//! Views of homes that are doing well, and less well.
//!
//! Long because all homes are made from the same few parts, and are compared side by side.

mod parts;

use plexmon_function::contract::settings::Clock;
use plexmon_function::page::View;
use plexmon_function::page::view::{
    App, AppStatus, DayClass, DayView, Freshness, Group, Maintenance, Notice, Outage, Overall, Reason,
};

use self::parts::{DAY, HOUR, counted, ended, group};
pub use self::parts::{NOW, app};

/// What a text may look like that means harm.
pub const HOSTILE: &str =
    "<script>alert(1)</script> \"'&amp;]]>--><svg onload=x>\u{202e}txet\u{200f} {time} {{";

/// All examples with their names.
pub fn all() -> Vec<(&'static str, View)> {
    vec![
        ("operational", operational()),
        ("outage", outage()),
        ("all-down", all_down()),
        ("degraded", degraded()),
        ("maintenance", maintenance()),
        ("stale", stale()),
        ("never-checked", never_checked()),
        ("one", one()),
        ("new", new()),
        ("twenty", many(20)),
        ("forty", many(40)),
        ("some-down", some_down()),
        ("all-unknown", all_unknown()),
        ("not-loaded", not_loaded()),
        ("worst", worst()),
        ("hostile", hostile()),
    ]
}

/// All apps are up, after some trouble in the last weeks.
pub fn operational() -> View {
    let watch = vec![
        app("Movies and series", "uuuuuupuuuuuuuuuuuuuuuuuuuuuuuuuuuu"),
        app("Requests", "uuuuuuuuuuuwuuu"),
        app("Music", "u"),
    ];
    let home = vec![
        app("Photos", "pduuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuumuuuuuuuuuuuuuu"),
        app("Files", "u"),
        app("Passwords", "u"),
    ];
    let outages = vec![
        ended(&home[0], 9, 47 * 60, Reason::NotReachable),
        ended(&watch[0], 690, 26 * 60, Reason::Errors),
        ended(&home[0], 1_490, 30 * HOUR, Reason::NotReachable),
    ];
    View {
        id: "home".to_owned(),
        title: "Status of our home".to_owned(),
        is_unlisted: true,
        now: NOW,
        clock: Clock::of_rule("CET-1CEST,M3.5.0,M10.5.0/3"),
        freshness: Freshness::Current,
        checked: Some(NOW - 130),
        interval: Some(300),
        is_history_known: true,
        overall: Overall::Operational,
        groups: vec![group("Watch and listen", watch), group("At home", home)],
        outages,
        maintenances: Vec::new(),
        announcements: Vec::new(),
    }
}

fn change(view: &mut View, at: (usize, usize), status: AppStatus, since: u64, reason: Option<Reason>) {
    let app = &mut view.groups[at.0].apps[at.1];
    (app.status, app.since, app.reason) = (status, Some(NOW - since), reason);
    if status == AppStatus::Down {
        let last = app.days.last_mut().unwrap();
        last.1 = DayView { class: DayClass::Partial, down_s: since.min(NOW % DAY) };
        let (name, label) = (app.name.clone(), app.label.clone());
        let reason = reason.unwrap_or(Reason::Errors);
        view.outages.insert(0, Outage { name, label, begin: NOW - since, end: None, reason });
    }
    let app = &mut view.groups[at.0].apps[at.1];
    *app = counted(app.clone());
}

/// One app is down.
pub fn outage() -> View {
    let mut view = View { overall: Overall::Outage, ..operational() };
    change(&mut view, (0, 0), AppStatus::Down, 3_600, Some(Reason::NotReachable));
    view
}

/// All apps are down, and the owner has said why.
pub fn all_down() -> View {
    let mut view = View { overall: Overall::Outage, ..operational() };
    for at in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)] {
        change(&mut view, at, AppStatus::Down, 2 * HOUR, Some(Reason::NotReachable));
    }
    view.announcements = vec![Notice {
        id: 2,
        text: "The provider has trouble in our street.\nA technician comes this afternoon.".to_owned(),
        made: NOW - HOUR,
        from: NOW - HOUR,
        until: NOW + DAY,
    }];
    view
}

/// Two apps are down, for different reasons, since different times.
pub fn some_down() -> View {
    let mut view = outage();
    change(&mut view, (1, 1), AppStatus::Down, 26 * HOUR, Some(Reason::Errors));
    view
}

/// No app could be checked, since the monitor itself had no network.
pub fn all_unknown() -> View {
    let mut view = View { overall: Overall::Unknown, ..operational() };
    for app in view.groups.iter_mut().flat_map(|group| &mut group.apps) {
        (app.status, app.since) = (AppStatus::Unknown, Some(NOW - 900));
    }
    view
}

/// The page has just started, and the store does not answer.
pub fn not_loaded() -> View {
    let since = NOW - 20;
    let mut view = View { freshness: Freshness::Stale(since), ..never_checked() };
    view.groups.iter_mut().flat_map(|group| &mut group.apps).for_each(|app| app.since = Some(since));
    view
}

/// Two apps are slow or unreliable, one could not be checked.
pub fn degraded() -> View {
    let mut view = View { overall: Overall::Degraded, ..operational() };
    change(&mut view, (0, 0), AppStatus::Degraded, 900, None);
    change(&mut view, (1, 1), AppStatus::Degraded, 26 * HOUR, None);
    change(&mut view, (1, 2), AppStatus::Unknown, 600, None);
    view.groups[0].apps[0].response_ms =
        (0..24).map(|hour| (hour != 5 && hour != 6).then(|| 150.0 + f64::from(hour) * 60.0)).collect();
    view
}

/// One app is in maintenance, and all will be.
pub fn maintenance() -> View {
    let mut view = View { overall: Overall::Maintenance, ..operational() };
    change(&mut view, (1, 0), AppStatus::Maintenance, 900, Some(Reason::Maintenance));
    let photos = view.groups[1].apps[0].label.clone();
    view.maintenances = vec![
        Maintenance { labels: vec![photos], from: NOW - 900, until: NOW + 6_300 },
        Maintenance { labels: Vec::new(), from: NOW + 3 * DAY, until: NOW + 3 * DAY + 2 * HOUR },
    ];
    view.announcements = vec![Notice {
        id: 1,
        text: "New disks on Saturday: everything is off for two hours.".to_owned(),
        made: NOW - 2 * DAY,
        from: NOW + 3 * DAY,
        until: NOW + 3 * DAY + 2 * HOUR,
    }];
    view
}

/// Nothing was checked for three hours.
pub fn stale() -> View {
    let since = NOW - 3 * HOUR;
    let mut view = View {
        overall: Overall::Unknown,
        freshness: Freshness::Stale(since),
        checked: Some(since),
        ..operational()
    };
    for app in view.groups.iter_mut().flat_map(|group| &mut group.apps) {
        (app.status, app.since) = (AppStatus::Unknown, Some(since));
        app.response_ms.splice(21.., [None; 3]);
    }
    view
}

/// The function has not run yet.
pub fn never_checked() -> View {
    let mut view = View {
        overall: Overall::Unknown,
        freshness: Freshness::NeverChecked,
        checked: None,
        outages: Vec::new(),
        ..operational()
    };
    for app in view.groups.iter_mut().flat_map(|group| &mut group.apps) {
        for (_, day) in &mut app.days {
            *day = DayView { class: DayClass::Unknown, down_s: 0 };
        }
        let unknown =
            App { status: AppStatus::Unknown, since: None, response_ms: vec![None; 24], ..app.clone() };
        *app = counted(unknown);
    }
    view
}

/// A single app without a group.
pub fn one() -> View {
    let group = Group { name: None, apps: vec![app("Plex", "u")] };
    View { title: "Plex".to_owned(), groups: vec![group], outages: Vec::new(), ..operational() }
}

/// Checked since yesterday.
pub fn new() -> View {
    let mut view = operational();
    view.outages.clear();
    let unknown = "n".repeat(88) + "uu";
    for app_ in view.groups.iter_mut().flat_map(|group| &mut group.apps) {
        *app_ = App { since: Some(NOW - DAY), ..app(&app_.label, &unknown) };
    }
    view
}

/// Many apps in groups of five, with a usual past.
pub fn many(apps: usize) -> View {
    let labels = [
        "Movies",
        "Series",
        "Music",
        "Photos",
        "Files",
        "Requests",
        "Passwords",
        "Recipes",
        "Books",
        "Notes",
    ];
    let pasts = ["u", "puuuuuuuuuuuuuu", "wuuuuu", "duuupuuuwuuuuuuuuuuumuuuuu", "uuuuuu"];
    let all: Vec<App> = (0..apps)
        .map(|n| {
            let label = format!("{} {}", labels[n % labels.len()], n / labels.len() + 1);
            app(label.trim_end_matches(" 1"), pasts[n % pasts.len()])
        })
        .collect();
    let groups = all.chunks(5).enumerate().map(|(n, apps)| group(&format!("Group {}", n + 1), apps.to_vec()));
    View { groups: groups.collect(), ..operational() }
}

/// Twenty apps with the longest labels, and a past that changes every day.
pub fn worst() -> View {
    let mut view = many(20);
    let past: String = "uwpdmn".chars().cycle().take(90).collect();
    for (n, app_) in view.groups.iter_mut().flat_map(|group| &mut group.apps).enumerate() {
        let label = format!("{n:02} {}", "The longest label that is allowed, by far".repeat(2));
        let label: String = label.chars().take(60).collect();
        let name: String = label.to_lowercase().replace(' ', "-").chars().take(40).collect();
        let all_different = (0..24).map(|hour| Some(100.0 + f64::from(hour * 13 % 24) * 400.0)).collect();
        *app_ = App { name, label, response_ms: all_different, ..app("", &past) };
        (app_.status, app_.reason) = (AppStatus::Down, Some(Reason::Errors));
    }
    view.overall = Overall::Outage;
    let label = view.groups[0].apps[0].label.clone();
    view.outages = (0..40)
        .map(|n| Outage {
            label: label.clone(),
            ..ended(&view.groups[0].apps[0], 100 + n * 30, 700, Reason::NotReachable)
        })
        .collect();
    view.maintenances = (0..20)
        .map(|n| Maintenance {
            labels: vec![label.clone(); 5],
            from: NOW + n * DAY,
            until: NOW + n * DAY + 3_600,
        })
        .collect();
    let text = "An announcement. ".repeat(58);
    view.announcements = (0..9)
        .map(|id| Notice {
            id,
            text: text.clone(),
            made: NOW - id * HOUR,
            from: NOW - id * HOUR,
            until: NOW + DAY,
        })
        .collect();
    view
}

/// Every text is hostile, and the bounds of the view were ignored.
pub fn hostile() -> View {
    let mut view = all_down();
    view.title = HOSTILE.to_owned();
    for group in &mut view.groups {
        group.name = Some(HOSTILE.to_owned());
        for app in &mut group.apps {
            (app.name, app.label) = (HOSTILE.to_owned(), HOSTILE.to_owned());
        }
    }
    for outage in &mut view.outages {
        (outage.name, outage.label) = (HOSTILE.to_owned(), HOSTILE.to_owned());
    }
    view.announcements[0].text = HOSTILE.repeat(20);
    view.maintenances =
        vec![Maintenance { labels: vec![HOSTILE.to_owned()], from: NOW - 9, until: u64::MAX }];
    view
}
