//! Containers, code, logins, proxies, and pages that lead to other apps.

use super::{HTTP, Preset};

/// What Gitea and its fork have in common. The database and the cache are asked; if one of them fails, the status is
/// 424.
const GITEA: Preset = Preset {
    path: "/api/healthz",
    contains: Some("\"pass\""),
    ports: &[3000],
    pages: &["/user/login", "/explore/repos"],
    ..HTTP
};

pub(super) const PRESETS: &[Preset] = &[
    Preset {
        kind: "portainer",
        label: "Portainer",
        path: "/api/system/status",
        contains: Some("\"InstanceID\""),
        images: &["portainer", "portainer-ce", "portainer-ee"],
        ports: &[9000, 9443],
        ..HTTP
    },
    Preset {
        kind: "dozzle",
        label: "Dozzle",
        path: "/healthcheck",
        // 500 if it cannot list the containers.
        matches: Some("^$"),
        images: &["dozzle"],
        ports: &[8080],
        ..HTTP
    },
    Preset { kind: "gitea", label: "Gitea", images: &["gitea"], ..GITEA },
    Preset { kind: "forgejo", label: "Forgejo", images: &["forgejo"], ..GITEA },
    Preset {
        kind: "n8n",
        label: "n8n",
        // Unlike `/healthz`, it asks the database.
        path: "/healthz/readiness",
        contains: Some("\"ok\""),
        images: &["n8n"],
        ports: &[5678],
        pages: &["/home/workflows", "/signin"],
        ..HTTP
    },
    Preset {
        kind: "umami",
        label: "Umami",
        path: "/api/heartbeat",
        contains: Some("\"ok\":true"),
        images: &["umami"],
        ports: &[3000],
        pages: &["/dashboard", "/login"],
        ..HTTP
    },
    Preset {
        kind: "authelia",
        label: "Authelia",
        path: "/api/health",
        contains: Some("\"OK\""),
        images: &["authelia"],
        ports: &[9091],
        ..HTTP
    },
    Preset {
        kind: "authentik",
        label: "authentik",
        // Unlike `/-/health/live/`, it asks the database. The body is empty; earlier versions answer 204.
        path: "/-/health/ready/",
        status: &[200, 204],
        matches: Some("^$"),
        images: &["goauthentik/server"],
        ports: &[9000, 9443],
        pages: &["/if/user", "/if/admin"],
        ..HTTP
    },
    Preset {
        kind: "traefik",
        label: "Traefik",
        // Only with `--ping`, on the entry point named there.
        path: "/ping",
        matches: Some(r"^OK\s*$"),
        ports: &[8080],
        has_common_name: true,
        ..HTTP
    },
    Preset {
        kind: "nginx-proxy-manager",
        label: "Nginx Proxy Manager",
        path: "/api/",
        contains: Some("\"OK\""),
        ports: &[81],
        pages: &["/nginx/proxy", "/login"],
        has_common_name: true,
        ..HTTP
    },
    Preset {
        kind: "homarr",
        label: "Homarr",
        // It asks the database.
        path: "/api/health/live",
        contains: Some("\"status\":\"healthy\""),
        images: &["homarr"],
        ports: &[7575],
        pages: &["/auth/login"],
        ..HTTP
    },
    Preset {
        kind: "homepage",
        label: "Homepage",
        path: "/api/healthcheck",
        matches: Some(r"^up\s*$"),
        images: &["gethomepage/homepage", "benphelps/homepage"],
        ports: &[3000],
        has_common_name: true,
        ..HTTP
    },
];
