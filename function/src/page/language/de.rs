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
        1 => "Wenn es bei dir trotzdem nicht geht, prüfe deine Verbindung und dein Gerät.",
        _ => "Wenn bei dir trotzdem etwas nicht geht, prüfe deine Verbindung und dein Gerät.",
    },
    one_down: "{app} ist ausgefallen",
    one_down_since: "{app} ist seit {time} ausgefallen",
    some_down: |_| "{n} von {total} Apps sind ausgefallen",
    all_down: "Alles ist ausgefallen",
    down_list: "Ausgefallen: {apps}.",
    down_list_since: "Ausgefallen seit {time}: {apps}.",
    not_reachable_advice: |n| match n {
        1 => "Es liegt nicht an dir: Auch unsere Prüfung erreicht es nicht.",
        _ => "Es liegt nicht an dir: Auch unsere Prüfung erreicht sie nicht.",
    },
    errors_advice: |n| match n {
        1 => "Es liegt nicht an dir: Auch unsere Prüfung erhält davon Fehler.",
        _ => "Es liegt nicht an dir: Auch unsere Prüfung erhält von ihnen Fehler.",
    },
    down_advice: "Es liegt nicht an dir: Auch unsere Prüfung schlägt fehl.",
    server_not_reachable_advice: "Es liegt nicht an dir: Der Server ist nicht erreichbar.",
    server_errors_advice: "Es liegt nicht an dir: Der Server antwortet mit Fehlern.",
    server_advice: "Es liegt nicht an dir: Das Problem liegt am Server.",
    one_degraded: "{app} läuft mit Einschränkungen",
    some_degraded: |_| "{n} von {total} Apps laufen mit Einschränkungen",
    all_degraded: "Alles läuft mit Einschränkungen",
    degraded_list: "Betroffen: {apps}.",
    degraded_advice: |n| match n {
        1 => "Wenn es bei dir nicht richtig geht, liegt es vermutlich nicht an dir.",
        _ => "Wenn sie bei dir nicht richtig gehen, liegt es vermutlich nicht an dir.",
    },
    one_unknown: "{app} konnte nicht geprüft werden",
    some_unknown: |_| "{n} von {total} Apps konnten nicht geprüft werden",
    unknown_list: "Unbekannt: {apps}.",
    unknown_advice: |n| match n {
        1 => "Ob es läuft, ist unbekannt.",
        _ => "Ob sie laufen, ist unbekannt.",
    },
    one_in_maintenance: "{app} wird gewartet",
    some_in_maintenance: |_| "{n} von {total} Apps werden gewartet",
    all_in_maintenance: "Überall laufen Wartungsarbeiten",
    maintenance_advice: "Es liegt nicht an dir: Das ist eine geplante Wartung.",
    maintenance_until: "Es liegt nicht an dir: Das ist eine geplante Wartung bis {time}.",
    not_checked_since: "Seit {time} nicht geprüft",
    not_checked_advice: "Seit {duration} gibt es keine Ergebnisse. Ob die Apps laufen, ist unbekannt.",
    not_loaded: "Die Ergebnisse lassen sich gerade nicht laden",
    not_loaded_advice: "Ob die Apps laufen, ist unbekannt. Versuche es in einer Minute noch einmal.",
    never_checked: "Noch nicht geprüft",
    never_checked_advice: "Die ersten Ergebnisse folgen in Kürze.",
    all_unknown: "Ob die Apps laufen, ist unbekannt",
    all_unknown_advice: "Sie konnten nicht geprüft werden.",
    and_more: |_| "{apps} und {n} weitere",

    checked_at: "{date} um {time}\u{a0}{zone}",
    checked_minutes: |n| match n {
        0 => "Geprüft am {time} (gerade eben)",
        1 => "Geprüft am {time} (vor {n} Minute)",
        _ => "Geprüft am {time} (vor {n} Minuten)",
    },
    checked_hours: |n| match n {
        1 => "Geprüft am {time} (vor {n} Stunde)",
        _ => "Geprüft am {time} (vor {n} Stunden)",
    },
    checked_days: |n| match n {
        1 => "Geprüft am {time} (vor {n} Tag)",
        _ => "Geprüft am {time} (vor {n} Tagen)",
    },
    every_minutes: |n| match n {
        1 => "Geprüft wird jede Minute.",
        _ => "Geprüft wird alle {n} Minuten.",
    },
    every_hours: |n| match n {
        1 => "Geprüft wird jede Stunde.",
        _ => "Geprüft wird alle {n} Stunden.",
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
        _ => "Keine in den letzten {n} Tagen.",
    },
    all_in_feed: "Alle Ausfälle und Ankündigungen stehen im Feed.",
    feed: "Feed der Ausfälle und Ankündigungen",

    uptime: "Verfügbar",
    day: "24\u{a0}Std.",
    week: "7\u{a0}Tage",
    month: "30\u{a0}Tage",
    quarter: "90\u{a0}Tage",
    since_day: "seit {date}",
    no_data: "keine Daten",
    percent: "{number}\u{a0}%",
    decimal_sign: ",",

    bars: |n| match n {
        1 => "{app}: heute",
        _ => "{app}: die letzten {n} Tage",
    },
    bars_uptime: |n| match n {
        1 => "{app}: heute zu {percent} verfügbar",
        _ => "{app}: in den letzten {n} Tagen zu {percent} verfügbar",
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
    day_down: "{date}: durchgehend ausgefallen, {duration}",
    day_degraded: "{date}: eingeschränkt",
    more_days: |n| match n {
        1 => "und {n} weiterer Tag",
        _ => "und {n} weitere Tage",
    },

    response: "Antwortzeit",
    responses: "{app}: Antwortzeiten der letzten 24 Stunden, {low} bis {high}",
    milliseconds: "{number}\u{a0}ms",
    seconds: "{number}\u{a0}s",

    legend_text: "Jeder Balken ist ein Tag, rechts ist heute. Die Verfügbarkeit ist der Anteil der Prüfungen, auf \
                  die eine App geantwortet hat, ohne geplante Wartung und Zeiten ohne Prüfung. Sie wird nie \
                  aufgerundet.",
    class_up: "läuft",
    class_degraded: "läuft mit Einschränkungen",
    class_partial: "teilweise ausgefallen",
    class_down: "durchgehend ausgefallen",
    class_maintenance: "Wartung",
    class_unknown: "keine Daten",

    at_least: "mindestens {duration}",
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
