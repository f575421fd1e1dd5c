//! Containers that are no apps for people: what they are there for, going by their images.

use crate::config::preset::image_name;

/// What a container is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Database,
    Vpn,
    Tunnel,
    /// A reverse proxy that keeps its host names in its own files or database.
    SilentProxy,
    /// It serves pages of its own, or passes requests on: its own files say which.
    WebServer,
    Proxy,
    Helper,
}

/// Parts of image names. An image that is none of them is an app.
const ROLES: [(Role, &[&str]); 7] = [
    (
        Role::Database,
        &[
            "postgres",
            "postgresql",
            "pgvecto-rs",
            "pgvector",
            "timescaledb",
            "mariadb",
            "mysql",
            "mongo",
            "mongodb",
            "redis",
            "valkey",
            "keydb",
            "memcached",
            "influxdb",
            "elasticsearch",
            "opensearch",
            "meilisearch",
            "typesense",
            "clickhouse-server",
            "dragonfly",
            "postgis",
            "redis-stack-server",
            "solr",
            "rabbitmq",
            "eclipse-mosquitto",
            "chromadb",
            "qdrant",
        ],
    ),
    (
        Role::Vpn,
        &[
            "gluetun",
            "wireguard",
            "tailscale",
            "openvpn",
            "openvpn-client",
            "zerotier",
            "netbird",
            "nordlynx",
            "protonvpn",
            "wg-easy",
        ],
    ),
    (Role::Tunnel, &["cloudflared", "newt", "frpc", "ngrok", "pangolin"]),
    (
        Role::SilentProxy,
        &[
            "swag",
            "nginx-proxy-manager",
            "npmplus",
            "nginx-proxy-manager-plus",
            "haproxy",
            "letsencrypt",
            "zoraxy",
            "cosmos-server",
            "nginx-ui",
            "bunkerweb",
            "envoy",
            "goproxy",
        ],
    ),
    (
        Role::WebServer,
        &[
            "nginx",
            "nginx-unprivileged",
            "caddy",
            "caddy-cloudflare",
            "httpd",
            "apache",
            "openresty",
            "angie",
        ],
    ),
    (
        Role::Proxy,
        &[
            "traefik",
            "nginx-proxy",
            "jwilder",
            "caddy-docker-proxy",
            "docker-gen",
            "acme-companion",
            "letsencrypt-nginx-proxy-companion",
        ],
    ),
    (
        Role::Helper,
        &[
            "watchtower",
            "diun",
            "autoheal",
            "ofelia",
            "docker-socket-proxy",
            "socket-proxy",
            "cadvisor",
            "node-exporter",
            "cloudflare-ddns",
            "ddclient",
            "ddns-updater",
            "ddns",
            "unpackerr",
            "recyclarr",
            "flaresolverr",
            "byparr",
            "promtail",
            "alloy",
            "telegraf",
            "busybox",
            "alpine",
            "hello-world",
            "docker-cleanup",
            "duckdns",
            "exportarr",
            "kometa",
            "plex-meta-manager",
            "decluttarr",
            "deunhealth",
            "ouroboros",
            "dozzle-agent",
            "portainer-agent",
            "agent",
        ],
    ),
];

/// The role of a container with this image.
pub fn of_image(image: &str) -> Option<Role> {
    let name = image_name(image);
    let exporter = name.ends_with("-exporter") || name.ends_with("_exporter");
    let found = ROLES.iter().find(|(_, images)| images.contains(&name.as_str())).map(|(role, _)| *role);
    // `jwilder/nginx-proxy`, `nginxproxy/nginx-proxy`, `nginxproxymanager/…`: the last part says it already.
    found.or_else(|| exporter.then_some(Role::Helper)).or_else(|| caddy(&name))
}

/// The role of a Caddy that was built with other modules: `caddy-cloudflare-dockerproxy` and the like.
fn caddy(name: &str) -> Option<Role> {
    let reads_labels = name.contains("docker-proxy") || name.contains("dockerproxy");
    let is_caddy = name.starts_with("caddy-") || name.ends_with("-caddy");
    is_caddy.then_some(if reads_labels { Role::Proxy } else { Role::WebServer })
}

impl Role {
    /// Whether requests may only pass through it.
    pub fn is_proxy(self) -> bool {
        matches!(self, Self::SilentProxy | Self::WebServer | Self::Proxy)
    }

    /// Why nobody outside can see it, unless there is more to say.
    pub fn why_unseen(self) -> &'static str {
        match self {
            Self::Database => "only a database; the apps that use it show when it fails",
            Self::Vpn => "only a network, and nothing of its own is published",
            Self::Tunnel => "the tunnel itself; when it fails, all that is behind it cannot be reached",
            Self::SilentProxy | Self::WebServer | Self::Proxy => {
                "the proxy in front of the others, which are seen through it"
            }
            Self::Helper => "works in the background and has no public host name",
        }
    }
}
