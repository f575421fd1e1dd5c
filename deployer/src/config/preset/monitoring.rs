//! What watches, measures, notifies and backs up.

use super::{HTTP, Preset};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        kind: "uptime-kuma",
        label: "Uptime Kuma",
        path: "/api/entry-page",
        // The only key that is always present.
        contains: Some("\"type\""),
        images: &["uptime-kuma"],
        ports: &[3001],
        pages: &["/dashboard"],
        ..HTTP
    },
    Preset {
        kind: "healthchecks",
        label: "Healthchecks",
        // It asks the database.
        path: "/api/v3/status/",
        matches: Some(r"^OK\s*$"),
        images: &["healthchecks"],
        ports: &[8000],
        pages: &["/accounts/login"],
        ..HTTP
    },
    Preset {
        kind: "kopia",
        label: "Kopia",
        path: "/",
        // All pages require a login (401), unless the server was started without a password.
        status: &[200, 401],
        images: &["kopia"],
        ports: &[51515],
        ..HTTP
    },
    Preset {
        kind: "scrutiny",
        label: "Scrutiny",
        // It asks both databases.
        path: "/api/health",
        contains: Some("\"success\":true"),
        images: &["scrutiny"],
        ports: &[8080],
        pages: &["/web/dashboard", "/web"],
        ..HTTP
    },
    Preset {
        kind: "speedtest-tracker",
        label: "Speedtest Tracker",
        path: "/api/healthcheck",
        contains: Some("Speedtest Tracker is running"),
        images: &["speedtest-tracker"],
        ports: &[80],
        pages: &["/admin/login", "/admin"],
        ..HTTP
    },
    Preset {
        kind: "grafana",
        label: "Grafana",
        // It asks the database, at most every 5 s.
        path: "/api/health",
        contains: Some("\"ok\""),
        images: &["grafana", "grafana-oss", "grafana-enterprise"],
        ports: &[3000],
        pages: &["/dashboards", "/login"],
        ..HTTP
    },
    Preset {
        kind: "prometheus",
        label: "Prometheus",
        path: "/-/healthy",
        contains: Some("is Healthy."),
        images: &["prometheus"],
        ports: &[9090],
        pages: &["/query", "/graph"],
        ..HTTP
    },
    Preset {
        kind: "influxdb",
        label: "InfluxDB",
        path: "/health",
        contains: Some("\"pass\""),
        ports: &[8086],
        // For `init --from`, it is the database of another app.
        has_common_name: true,
        ..HTTP
    },
    Preset {
        kind: "ntfy",
        label: "ntfy",
        path: "/v1/health",
        contains: Some("\"healthy\":true"),
        images: &["ntfy"],
        ports: &[80],
        ..HTTP
    },
    Preset {
        kind: "gotify",
        label: "Gotify",
        path: "/health",
        contains: Some("\"database\":\"green\""),
        images: &["gotify/server"],
        ports: &[80],
        ..HTTP
    },
];
