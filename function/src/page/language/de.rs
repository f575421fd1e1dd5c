//! German.

use super::texts::Texts;

pub(super) const TEXTS: Texts = Texts {
    up: "Läuft",
    degraded: "Eingeschränkt",
    down: "Ausgefallen",
    maintenance: "Wartung",
    unknown: "Unbekannt",
    since: "seit {time}",

    title_operational: "Läuft",
    title_degraded: "Eingeschränkt",
    title_outage: "AUSFALL: {apps}",
    title_maintenance: "Wartung",
    title_unknown: "Unbekannt",

    all_up: |n| match n {
        1 => "{app} läuft",
        _ => "Alles läuft",
    },
    all_up_advice: |n| match n {
        1 => "Geht es bei dir trotzdem nicht, liegt es an deiner Verbindung oder deinem Gerät.",
        _ => "Geht bei dir trotzdem etwas nicht, liegt es an deiner Verbindung oder deinem Gerät.",
    },
    one_down: "{app} ist ausgefallen",
    one_down_since: "{app} ist seit {time} ausgefallen",
    some_down: |_| "{n} von {total} Apps sind ausgefallen",
    all_down: "Alles ist ausgefallen",
    down_list: "Ausgefallen: {apps}.",
    down_list_since: "Ausgefallen seit {time}: {apps}.",
    not_reachable_advice: "Es liegt nicht an dir: Der Server ist nicht erreichbar.",
    errors_advice: "Es liegt nicht an dir: Der Server antwortet mit Fehlern.",
    down_advice: "Es liegt nicht an dir: Das Problem ist beim Server.",
    one_degraded: "{app} ist langsam oder unzuverlässig",
    some_degraded: |_| "{n} von {total} Apps sind langsam oder unzuverlässig",
    all_degraded: "Alles ist langsam oder unzuverlässig",
    degraded_list: "Betroffen: {apps}.",
    one_unknown: "{app} konnte nicht geprüft werden",
    some_unknown: |_| "{n} von {total} Apps konnten nicht geprüft werden",
    unknown_list: "Unbekannt: {apps}.",
    one_in_maintenance: "{app} wird gewartet",
    some_in_maintenance: |_| "{n} von {total} Apps werden gewartet",
    all_in_maintenance: "Alles wird gewartet",
    maintenance_advice: "Es liegt nicht an dir: Das ist geplant.",
    maintenance_until: "Es liegt nicht an dir: Das ist bis {time} geplant.",
    not_checked_since: "Seit {time} nicht geprüft",
    not_checked_advice: "Seit {duration} gibt es keine Ergebnisse. Ob die Apps laufen, ist unbekannt.",
    never_checked: "Noch nicht geprüft",
    never_checked_advice: "Die ersten Ergebnisse folgen in Kürze.",
    all_unknown: "Ob die Apps laufen, ist unbekannt",
    all_unknown_advice: "Sie konnten nicht geprüft werden.",
    no_apps: "Hier wird keine App gezeigt",
    and_more: |_| "{apps} und {n} weitere",

    checked_minutes: |n| match n {
        0 => "Gerade eben geprüft ({time})",
        1 => "Vor {n} Minute geprüft ({time})",
        _ => "Vor {n} Minuten geprüft ({time})",
    },
    checked_hours: |n| match n {
        1 => "Vor {n} Stunde geprüft ({time})",
        _ => "Vor {n} Stunden geprüft ({time})",
    },
    checked_days: |n| match n {
        1 => "Vor {n} Tag geprüft ({time})",
        _ => "Vor {n} Tagen geprüft ({time})",
    },
    every_minutes: |n| match n {
        1 => "Jede Minute wird geprüft.",
        _ => "Alle {n} Minuten wird geprüft.",
    },
    every_hours: |n| match n {
        1 => "Jede Stunde wird geprüft.",
        _ => "Alle {n} Stunden wird geprüft.",
    },
    refresh: "Aktualisieren",

    not_reachable: "nicht erreichbar",
    errors: "antwortet mit Fehlern",
    planned: "geplante Wartung",

    announcements: "Ankündigungen",
    maintenances: "Wartung",
    apps: "Apps",
    outages: "Ausfälle",
    legend: "So liest du diese Seite",
    all_apps: "Alle Apps",
    no_outages: |n| match n {
        1 => "Heute keine.",
        _ => "Keine in {n} Tagen.",
    },
    all_in_feed: "Alle Ausfälle und Ankündigungen stehen im Feed.",
    feed: "Feed der Ausfälle und Ankündigungen",

    day: "24\u{a0}Std.",
    week: "7\u{a0}Tage",
    month: "30\u{a0}Tage",
    quarter: "90\u{a0}Tage",
    since_day: "seit {date}",
    no_data: "keine Daten",
    percent: "{number}\u{a0}%",
    decimal_sign: ",",

    bars: |n| match n {
        1 => "Heute",
        _ => "Die letzten {n} Tage",
    },
    bars_uptime: |n| match n {
        1 => "Heute: {percent} verfügbar",
        _ => "Die letzten {n} Tage: {percent} verfügbar",
    },
    downtime: |n| match n {
        1 => "Ausfall an {n} Tag, {duration}",
        _ => "Ausfälle an {n} Tagen, zusammen {duration}",
    },
    trouble: |n| match n {
        1 => "Eingeschränkt an {n} Tag",
        _ => "Eingeschränkt an {n} Tagen",
    },
    day_partial: "{date}: {duration} ausgefallen",
    day_interrupted: "{date}: zeitweise ausgefallen",
    day_down: "{date}: bei jeder Prüfung ausgefallen, {duration}",
    day_degraded: "{date}: eingeschränkt",
    more_days: |n| match n {
        1 => "und {n} weiterer Tag",
        _ => "und {n} weitere Tage",
    },

    response: "Antwort",
    responses: "Antwortzeiten der letzten 24 Stunden: {low} bis {high}",
    milliseconds: "{number}\u{a0}ms",
    seconds: "{number}\u{a0}s",

    legend_text: "Jeder Balken ist ein Tag, rechts ist heute. Die Verfügbarkeit ist der Anteil der Prüfungen, bei \
                  denen eine App geantwortet hat, ohne geplante Wartung und ohne Zeiten, in denen nicht geprüft \
                  wurde. Sie wird nie aufgerundet.",
    class_up: "läuft",
    class_degraded: "langsam oder unzuverlässig",
    class_partial: "teilweise ausgefallen",
    class_down: "bei jeder Prüfung ausgefallen",
    class_maintenance: "Wartung",
    class_unknown: "keine Daten",

    below_a_minute: "unter 1\u{a0}Min.",
    minutes: |_| "{n}\u{a0}Min.",
    hours: |_| "{n}\u{a0}Std.",
    hours_minutes: "{hours}\u{a0}Std. {minutes}\u{a0}Min.",
    days: |n| match n {
        1 => "{n}\u{a0}Tag",
        _ => "{n}\u{a0}Tage",
    },
    days_hours: |n| match n {
        1 => "{n}\u{a0}Tag {hours}\u{a0}Std.",
        _ => "{n}\u{a0}Tage {hours}\u{a0}Std.",
    },

    months: ["Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."],
    date: "{day}.\u{a0}{month}",
    date_year: "{day}.\u{a0}{month} {year}",
    time: "{time}\u{a0}{zone}",
    moment: "{date}, {time}\u{a0}{zone}",
    span: "{date}, {from}\u{a0}bis\u{a0}{until}\u{a0}{zone}",
    long_span: "{from} bis {until}",
};
