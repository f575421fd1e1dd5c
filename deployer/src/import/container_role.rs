//! Containers that are not apps for people, identified by their images.

use crate::config::preset::image_name;

/// The role of a container that is not an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContainerRole {
    Database,
    Vpn,
    Tunnel,
    /// A reverse proxy that keeps its host names in its own files or database.
    OpaqueProxy,
    /// A server that serves its own pages or forwards requests; its own files define which.
    WebServer,
    Proxy,
    Helper,
}

/// Image names for each role. Any other image is an app.
const ROLES: [(ContainerRole, &[&str]); 7] = [
    (
        ContainerRole::Database,
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
        ContainerRole::Vpn,
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
    (ContainerRole::Tunnel, &["cloudflared", "newt", "frpc", "ngrok", "pangolin"]),
    (
        ContainerRole::OpaqueProxy,
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
        ContainerRole::WebServer,
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
        ContainerRole::Proxy,
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
        ContainerRole::Helper,
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

/// Return the role of a container with this image, or `None` for an app.
pub fn of_image(image: &str) -> Option<ContainerRole> {
    let name = image_name(image);
    let exporter = name.ends_with("-exporter") || name.ends_with("_exporter");
    let found = ROLES.iter().find(|(_, images)| images.contains(&name.as_str())).map(|(role, _)| *role);
    // The last part identifies `jwilder/nginx-proxy`, `nginxproxy/nginx-proxy`, `nginxproxymanager/…`.
    found.or_else(|| exporter.then_some(ContainerRole::Helper)).or_else(|| caddy(&name))
}

/// Return the role of a Caddy that was built with other modules, such as `caddy-cloudflare-dockerproxy`.
fn caddy(name: &str) -> Option<ContainerRole> {
    let reads_labels = name.contains("docker-proxy") || name.contains("dockerproxy");
    let is_caddy = name.starts_with("caddy-") || name.ends_with("-caddy");
    is_caddy.then_some(if reads_labels { ContainerRole::Proxy } else { ContainerRole::WebServer })
}

impl ContainerRole {
    /// Whether it forwards requests, or may do so.
    pub fn is_proxy(self) -> bool {
        matches!(self, Self::OpaqueProxy | Self::WebServer | Self::Proxy)
    }

    /// Return the reason why it is not monitored, unless a more specific one is known.
    pub fn default_reason(self) -> &'static str {
        match self {
            Self::Database => "a database; monitored through the apps that use it",
            Self::Vpn => "a VPN that publishes nothing itself",
            Self::Tunnel => "the tunnel itself; monitored through the apps behind it",
            Self::OpaqueProxy | Self::WebServer | Self::Proxy => {
                "a reverse proxy; monitored through the apps behind it"
            }
            Self::Helper => "a background service without a public host name",
        }
    }
}
