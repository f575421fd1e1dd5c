//! Everything as JSON, in the shape of Statuspage's `summary.json`, for which clients exist.

use serde_json::{Value, json};

use super::view::{App, AppStatus, Freshness, Group, Maintenance, Outage, Overall, Reason, Span, View};
use crate::contract::history::Percent;
use crate::time::{DAY, rfc3339};

/// Return everything that is known.
pub fn summary(view: &View) -> Value {
    let (indicator, description) = overall(view);
    let ongoing = view.outages.iter().filter(|one| one.end.is_none() && one.reason != Reason::Maintenance);
    let is_current = view.freshness == Freshness::Current;
    let incidents: Vec<Value> = ongoing.filter(|_| is_current).map(|one| incident(one, view)).collect();
    let maintenances: Vec<Value> = view.maintenances.iter().map(|one| maintenance(one, view)).collect();
    let announcements: Vec<Value> = view
        .announcements
        .iter()
        .filter(|notice| notice.until > view.now)
        .map(|notice| {
            json!({
                "id": notice.id.to_string(),
                "body": notice.text,
                "created_at": rfc3339(notice.made),
                "starts_at": rfc3339(notice.from),
                "ends_at": rfc3339(notice.until),
            })
        })
        .collect();
    json!({
        "page": {
            "id": view.id,
            "name": view.title,
            "url": "./",
            "time_zone": "Etc/UTC",
            "updated_at": view.checked.map(rfc3339),
        },
        "status": { "indicator": indicator, "description": description },
        "components": components(view),
        "incidents": incidents,
        "scheduled_maintenances": maintenances,
        "announcements": announcements,
    })
}

/// Return the indicator, and the sentence that clients show.
fn overall(view: &View) -> (&'static str, String) {
    let all_down = view.apps().all(|app| app.status == AppStatus::Down);
    let (indicator, text) = match (view.overall, view.freshness) {
        (_, Freshness::Stale(since)) => return ("minor", format!("Not checked since {}", rfc3339(since))),
        (_, Freshness::NeverChecked) => ("minor", "Not checked yet"),
        (Overall::Operational, _) => ("none", "All Systems Operational"),
        (Overall::Degraded, _) => ("minor", "Partially Degraded Service"),
        (Overall::Outage, _) if all_down => ("critical", "Major Service Outage"),
        (Overall::Outage, _) => ("major", "Partial System Outage"),
        (Overall::Maintenance, _) => ("none", "Service Under Maintenance"),
        (Overall::Unknown, _) => ("minor", "Status Unknown"),
    };
    (indicator, text.to_owned())
}

fn components(view: &View) -> Vec<Value> {
    let mut components = Vec::new();
    for group in &view.groups {
        let id = group.name.as_ref().map(|name| format!("group:{name}"));
        if let (Some(id), Some(name)) = (&id, &group.name) {
            let ids: Vec<&str> = group.apps.iter().map(|app| app.name.as_str()).collect();
            let mut whole = component(view, id, name, group_status(group), components.len());
            whole["group"] = true.into();
            whole["components"] = ids.into();
            components.push(whole);
        }
        for app in &group.apps {
            let mut one = component(view, &app.name, &app.label, status(app.status), components.len());
            one["group_id"] = id.as_deref().into();
            one["description"] = description(app).into();
            one["uptime"] = uptime(app);
            components.push(one);
        }
    }
    components
}

fn component(view: &View, id: &str, name: &str, status: &str, position: usize) -> Value {
    let first = view.apps().filter_map(|app| app.days.first()).map(|(day, _)| *day).min();
    json!({
        "id": id,
        "name": name,
        "status": status,
        "created_at": first.map(|day| rfc3339(u64::from(day) * DAY)),
        "updated_at": view.checked.map(rfc3339),
        "position": position + 1,
        "description": null,
        "showcase": true,
        "start_date": null,
        "group_id": null,
        "page_id": view.id,
        "group": false,
        "only_show_if_degraded": false,
    })
}

/// Return the status of a component. There is none for an app of which nothing is known: it is not operational.
fn status(status: AppStatus) -> &'static str {
    match status {
        AppStatus::Up => "operational",
        AppStatus::Degraded | AppStatus::Unknown => "degraded_performance",
        AppStatus::Down => "major_outage",
        AppStatus::Maintenance => "under_maintenance",
    }
}

fn group_status(group: &Group) -> &'static str {
    let any = |status| group.apps.iter().any(|app| app.status == status);
    let all = |status| group.apps.iter().all(|app| app.status == status);
    match () {
        () if all(AppStatus::Down) => "major_outage",
        () if any(AppStatus::Down) => "partial_outage",
        () if any(AppStatus::Degraded) || any(AppStatus::Unknown) => "degraded_performance",
        () if any(AppStatus::Maintenance) => "under_maintenance",
        () => "operational",
    }
}

fn description(app: &App) -> Option<String> {
    match (app.status, app.reason, app.since) {
        (AppStatus::Unknown, _, Some(since)) => Some(format!("not checked since {}", rfc3339(since))),
        (AppStatus::Unknown, _, None) => Some("not checked yet".to_owned()),
        (_, reason, _) => reason.map(|reason| text(reason).to_owned()),
    }
}

/// Return a reason in visitors' words.
pub(super) fn text(reason: Reason) -> &'static str {
    match reason {
        Reason::NotReachable => "not reachable",
        Reason::Errors => "responds with errors",
        Reason::Maintenance => "planned maintenance",
    }
}

fn uptime(app: &App) -> Value {
    let mut uptime = json!({});
    for (span, share) in &app.uptime {
        let name = match span {
            Span::Day => "24h",
            Span::Week => "7d",
            Span::Month => "30d",
            Span::Quarter => "90d",
        };
        uptime[name] = share.uptime.percent().map(Percent::value).into();
    }
    uptime
}

fn incident(outage: &Outage, view: &View) -> Value {
    let id = format!("{}-{}", outage.name, outage.begin);
    let (begin, updated) = (rfc3339(outage.begin), rfc3339(view.checked.unwrap_or(outage.begin)));
    let impact = if overall(view).0 == "critical" { "critical" } else { "major" };
    json!({
        "id": id,
        "name": format!("{} is down", outage.label),
        "status": "investigating",
        "impact": impact,
        "created_at": begin,
        "updated_at": updated,
        "started_at": begin,
        "monitoring_at": null,
        "resolved_at": null,
        "shortlink": "./",
        "page_id": view.id,
        "incident_updates": [{
            "id": format!("{id}-1"),
            "incident_id": id,
            "status": "investigating",
            "body": format!("{}: {}", outage.label, text(outage.reason)),
            "created_at": begin,
            "updated_at": begin,
            "display_at": begin,
        }],
    })
}

fn maintenance(maintenance: &Maintenance, view: &View) -> Value {
    let (from, until) = (rfc3339(maintenance.from), rfc3339(maintenance.until));
    // The settings do not say when it was planned. A week before is when it was first shown at the earliest.
    let planned = rfc3339(maintenance.from.saturating_sub(7 * DAY));
    json!({
        "id": maintenance_id(maintenance),
        "name": maintenance_name(maintenance),
        "status": if view.is_on(maintenance) { "in_progress" } else { "scheduled" },
        "impact": "maintenance",
        "created_at": planned,
        "updated_at": planned,
        "started_at": from,
        "monitoring_at": null,
        "resolved_at": null,
        "shortlink": "./",
        "page_id": view.id,
        "scheduled_for": from,
        "scheduled_until": until,
        "incident_updates": [],
    })
}

/// Return the id of a maintenance: it begins at one time, for one set of apps.
pub(super) fn maintenance_id(maintenance: &Maintenance) -> String {
    let labels = crate::text::fnv(&maintenance.labels.join("\n"));
    format!("maintenance-{}-{labels:08x}", maintenance.from)
}

/// Return a maintenance with the apps that it concerns.
pub(super) fn maintenance_name(maintenance: &Maintenance) -> String {
    if maintenance.labels.is_empty() {
        return "Planned maintenance".to_owned();
    }
    format!("Planned maintenance: {}", maintenance.labels.join(", "))
}
