//! English.

use super::texts::Texts;

pub(super) const TEXTS: Texts = Texts {
    up: "Up",
    degraded: "Degraded",
    down: "Down",
    maintenance: "Maintenance",
    unknown: "Unknown",
    since: "since {time}",

    title_operational: "Up",
    title_degraded: "Degraded",
    title_outage: "DOWN: {apps}",
    title_maintenance: "Maintenance",
    title_unknown: "Unknown",

    all_up: |n| match n {
        1 => "{app} is working",
        _ => "Everything is working",
    },
    all_up_advice: |n| match n {
        1 => "If it does not work for you, check your own connection and device.",
        _ => "If something does not work for you, check your own connection and device.",
    },
    one_down: "{app} is down",
    one_down_since: "{app} has been down since {time}",
    some_down: |_| "{n} of {total} apps are down",
    all_down: "Everything is down",
    down_list: "Down: {apps}.",
    down_list_since: "Down since {time}: {apps}.",
    not_reachable_advice: |n| match n {
        1 => "It is not you: our checks cannot reach it either.",
        _ => "It is not you: our checks cannot reach them either.",
    },
    errors_advice: |n| match n {
        1 => "It is not you: our checks get errors from it too.",
        _ => "It is not you: our checks get errors from them too.",
    },
    down_advice: "It is not you: our checks fail too.",
    server_not_reachable_advice: "It is not you: the server is not reachable.",
    server_errors_advice: "It is not you: the server responds with errors.",
    server_advice: "It is not you: the problem is on the server.",
    one_degraded: "{app} is up, but has problems",
    some_degraded: |_| "{n} of {total} apps are up, but have problems",
    all_degraded: "All apps are up, but have problems",
    degraded_list: "Affected: {apps}.",
    degraded_advice: |n| match n {
        1 => "If it does not work well for you, it is probably not you.",
        _ => "If they do not work well for you, it is probably not you.",
    },
    one_unknown: "{app} could not be checked",
    some_unknown: |_| "{n} of {total} apps could not be checked",
    unknown_list: "Unknown: {apps}.",
    unknown_advice: |n| match n {
        1 => "It may be up or down.",
        _ => "They may be up or down.",
    },
    one_in_maintenance: "{app} is under maintenance",
    some_in_maintenance: |_| "{n} of {total} apps are under maintenance",
    all_in_maintenance: "Everything is under maintenance",
    maintenance_advice: "It is not you: planned maintenance.",
    maintenance_until: "It is not you: planned maintenance until {time}.",
    not_checked_since: "Not checked since {time}",
    not_checked_advice: "There have been no results for {duration}. The apps may be up or down.",
    not_loaded: "The results cannot be loaded right now",
    not_loaded_advice: "The apps may be up or down. Try again in a minute.",
    never_checked: "Not checked yet",
    never_checked_advice: "The first results will be here soon.",
    all_unknown: "We cannot tell whether the apps are working",
    all_unknown_advice: "They could not be checked.",
    and_more: |_| "{apps} and {n} more",

    checked_at: "{date} at {time}\u{a0}{zone}",
    checked_minutes: |n| match n {
        0 => "Checked on {time} (just now)",
        1 => "Checked on {time} ({n} minute ago)",
        _ => "Checked on {time} ({n} minutes ago)",
    },
    checked_hours: |n| match n {
        1 => "Checked on {time} ({n} hour ago)",
        _ => "Checked on {time} ({n} hours ago)",
    },
    checked_days: |n| match n {
        1 => "Checked on {time} ({n} day ago)",
        _ => "Checked on {time} ({n} days ago)",
    },
    every_minutes: |n| match n {
        1 => "Checked every minute.",
        _ => "Checked every {n} minutes.",
    },
    every_hours: |n| match n {
        1 => "Checked every hour.",
        _ => "Checked every {n} hours.",
    },
    refresh: "Refresh",

    not_reachable: "not reachable",
    errors: "responds with errors",
    planned: "planned maintenance",

    announcements: "Announcements",
    maintenances: "Maintenance",
    apps: "Apps",
    outages: "Outages",
    legend: "How to read this page",
    all_apps: "All apps",
    no_outages: |n| match n {
        1 => "None today.",
        _ => "None in the last {n} days.",
    },
    all_in_feed: "All outages and announcements are in the feed.",
    feed: "Feed of outages and announcements",

    uptime: "Uptime",
    day: "24\u{a0}h",
    week: "7\u{a0}days",
    month: "30\u{a0}days",
    quarter: "90\u{a0}days",
    since_day: "since {date}",
    no_data: "no data",
    percent: "{number}\u{a0}%",
    decimal_sign: ".",

    bars: |n| match n {
        1 => "{app}: today",
        _ => "{app}: the last {n} days",
    },
    bars_uptime: |n| match n {
        1 => "{app}: {percent} uptime today",
        _ => "{app}: {percent} uptime over the last {n} days",
    },
    downtime: |n| match n {
        1 => "Outage on {n} day, {duration}",
        _ => "Outages on {n} days, {duration} in total",
    },
    trouble: |n| match n {
        1 => "Degraded on {n} day",
        _ => "Degraded on {n} days",
    },
    day_partial: "{date}: down for {duration}",
    day_interrupted: "{date}: down at times",
    day_down: "{date}: down in every check, {duration}",
    day_degraded: "{date}: degraded",
    more_days: |n| match n {
        1 => "and {n} more day",
        _ => "and {n} more days",
    },

    response: "Response time",
    responses: "{app}: response times of the last 24 hours, {low} to {high}",
    milliseconds: "{number}\u{a0}ms",
    seconds: "{number}\u{a0}s",

    legend_text: "Each bar is a day, today on the right. Uptime is the share of checks that an app answered, not \
                  counting planned maintenance or times when nothing was checked. It is never rounded up.",
    class_up: "up",
    class_degraded: "up, but with problems",
    class_partial: "down for part of the day",
    class_down: "down in every check",
    class_maintenance: "maintenance",
    class_unknown: "no data",

    at_least: "at least {duration}",
    below_a_minute: "less than 1\u{a0}min",
    minutes: |_| "{n}\u{a0}min",
    hours: |_| "{n}\u{a0}h",
    hours_minutes: "{hours}\u{a0}h {minutes}\u{a0}min",
    days: |n| match n {
        1 => "{n}\u{a0}day",
        _ => "{n}\u{a0}days",
    },
    days_hours: |n| match n {
        1 => "{n}\u{a0}day {hours}\u{a0}h",
        _ => "{n}\u{a0}days {hours}\u{a0}h",
    },

    months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
    date: "{day}\u{a0}{month}",
    date_year: "{day}\u{a0}{month} {year}",
    time: "{time}\u{a0}{zone}",
    moment: "{date}, {time}\u{a0}{zone}",
    span: "{date}, {from}\u{a0}to\u{a0}{until}\u{a0}{zone}",
    long_span: "{from} to {until}",
};
