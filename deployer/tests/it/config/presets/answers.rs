//! What apps answer when they are healthy, and when they are not.

/// Status and body.
pub type Answer = (u16, &'static str);

const GATEWAY: Answer = (502, "<title>502 Bad Gateway</title>");

/// Kind, healthy answer, unhealthy answer: at least one row for each preset.
pub const ANSWERS: &[(&str, Answer, Answer)] = &[
    ("plex", (200, "<MediaContainer size=\"0\" machineIdentifier=\"1f\">"), (200, "<Response code=\"503\">")),
    ("jellyfin", (200, "Healthy"), (503, "Degraded")),
    ("emby", (200, "Emby Server"), GATEWAY),
    ("navidrome", (200, "."), (200, "<!doctype html><title>Navidrome</title>.")),
    (
        "audiobookshelf",
        (
            200,
            "{\"app\":\"audiobookshelf\",\"serverVersion\":\"2.30.0\",\"isInit\":true,\"language\":\"en-us\"}",
        ),
        (
            200,
            "{\"app\":\"audiobookshelf\",\"serverVersion\":\"2.30.0\",\"isInit\":false,\"ConfigPath\":\"/config\"}",
        ),
    ),
    ("immich", (200, "{\"res\":\"pong\"}"), (404, "{\"message\":\"Cannot GET /api/server/ping\"}")),
    ("photoprism", (200, "{\"status\":\"operational\"}"), (200, "<title>PhotoPrism</title>")),
    ("stash", (200, "."), (200, "<title>Stash</title>.")),
    ("kavita", (200, "Ok"), (200, "<title>Kavita</title> Ok")),
    ("kavita", (200, "\"Ok\""), GATEWAY),
    ("komga", (200, "{\"status\":\"UP\"}"), (503, "{\"status\":\"DOWN\"}")),
    (
        "calibre-web",
        (200, "<title>Library | Login</title><input type=\"checkbox\" name=\"remember_me\" checked>"),
        (200, "<title>500 Internal Server Error</title>"),
    ),
    (
        "romm",
        (200, "{\"SYSTEM\":{\"VERSION\":\"4.1.0\"},\"METADATA_SOURCES\":{\"IGDB_API_ENABLED\":true}}"),
        (500, "Internal Server Error"),
    ),
    ("sonarr", (200, "{\n  \"status\": \"OK\"\n}"), (500, "{\n  \"status\": \"Error\"\n}")),
    ("radarr", (200, "{\"status\":\"OK\"}"), (500, "{\"status\":\"Error\"}")),
    ("lidarr", (200, "{\n  \"status\": \"OK\"\n}"), (500, "{\n  \"status\": \"Error\"\n}")),
    ("readarr", (200, "{\"status\": \"OK\"}"), (500, "{\"status\": \"Error\"}")),
    ("whisparr", (200, "{\"status\": \"OK\"}"), (500, "{\"status\": \"Error\"}")),
    ("prowlarr", (200, "{\"status\": \"OK\"}"), (500, "{\"status\": \"Error\"}")),
    ("bazarr", (200, "{\"status\": \"OK\"}"), GATEWAY),
    (
        "overseerr",
        (200, "{\"initialized\":true,\"applicationTitle\":\"Requests\"}"),
        (200, "{\"message\":\"Internal Server Error\"}"),
    ),
    ("ombi", (200, "200"), (200, "<title>Ombi</title><script src=\"200.js\">")),
    (
        "tautulli",
        (200, "{\"result\": \"success\", \"message\": \"Ok\"}"),
        (500, "{\"result\": \"error\", \"message\": \"Failed\"}"),
    ),
    ("wizarr", (200, "{\"status\":\"ok\"}"), (200, "{\"status\":\"error\"}")),
    ("maintainerr", (200, "{\"status\":1,\"version\":\"2.0\"}"), (200, "{\"status\":0}")),
    (
        "tdarr",
        (200, "{\"status\":\"good\",\"os\":\"linux\",\"version\":\"2.27.02\",\"uptime\":1234}"),
        (200, "<title>Tdarr</title>"),
    ),
    (
        "unmanic",
        (200, "{\"version\": \"0.3.0~1a2b3c4\"}"),
        (500, "{\"error\": \"500: Internal Server Error\", \"messages\": {}}"),
    ),
    ("qbittorrent", (200, "<title>qBittorrent WebUI</title>"), GATEWAY),
    ("transmission", (409, "<h1>409: Conflict</h1><p>invalid session_id</p>"), (421, "<h1>421</h1>")),
    ("transmission", (401, "<h1>401: Unauthorized</h1>"), (403, "<h1>403: Forbidden</h1>")),
    ("deluge", (200, "<title>Deluge: Web UI 2.1.1</title>"), GATEWAY),
    ("sabnzbd", (200, "{\"version\":\"4.5.1\"}"), (200, "{\"status\":false,\"error\":\"not implemented\"}")),
    ("nzbget", (401, ""), GATEWAY),
    ("nzbget", (200, "<title>NZBGet</title>"), (404, "<title>404 Not Found</title>")),
    ("autobrr", (200, "OK"), (500, "Unhealthy. Database unreachable")),
    (
        "nextcloud",
        (200, "{\"installed\":true,\"maintenance\":false,\"needsDbUpgrade\":false,\"version\":\"31.0.5.1\"}"),
        (200, "{\"installed\":true,\"maintenance\":true,\"needsDbUpgrade\":false,\"version\":\"31.0.5.1\"}"),
    ),
    (
        "nextcloud",
        (200, "{\"installed\":true,\"maintenance\":false,\"needsDbUpgrade\":false,\"edition\":\"\"}"),
        (200, "{\"installed\":true,\"maintenance\":false,\"needsDbUpgrade\":true,\"edition\":\"\"}"),
    ),
    ("syncthing", (200, "{\n  \"status\": \"OK\"\n}\n"), (403, "Host check error\n")),
    (
        "vaultwarden",
        (200, "\"2026-11-26T10:05:29.123456Z\""),
        (200, "<img width=\"20\"><img width=\"2026\">"),
    ),
    (
        "paperless",
        (200, "<meta name=\"author\" content=\"Paperless-ngx project and contributors\">"),
        (500, "<h1>Server Error (500)</h1>"),
    ),
    (
        "mealie",
        (200, "{\"production\":true,\"version\":\"v2.8.0\",\"demoStatus\":false}"),
        (500, "Internal Server Error"),
    ),
    (
        "bookstack",
        (200, "{\"database\":true,\"cache\":true,\"session\":true}"),
        (500, "{\"database\":false,\"cache\":true,\"session\":true}"),
    ),
    ("wiki-js", (200, "{\"ok\":true}"), (503, "{\"ok\":false}")),
    (
        "linkding",
        (200, "{\"version\": \"1.41.0\", \"status\": \"healthy\"}"),
        (500, "{\"version\": \"1.41.0\", \"status\": \"unhealthy\"}"),
    ),
    ("miniflux", (200, "OK"), (503, "Database Connection Error: \"refused\"\n")),
    ("miniflux", (200, "OK"), (200, "Miniflux is in maintenance: everything will be OK")),
    (
        "stirling-pdf",
        (200, "{\"version\":\"1.0.2\",\"status\":\"UP\"}"),
        (200, "<title>Stirling PDF</title>"),
    ),
    ("open-webui", (200, "{\"status\":true}"), (500, "Internal Server Error")),
    (
        "home-assistant",
        (200, "{\"name\":\"Home Assistant\",\"short_name\":\"Assistant\"}"),
        (400, "400: Bad Request"),
    ),
    (
        "home-assistant",
        (200, "{\n  \"name\": \"Home Assistant\"\n}"),
        (200, "<title>Home Assistant</title> starting"),
    ),
    ("node-red", (200, "<title>Node-RED</title>"), (503, "Not started")),
    ("zigbee2mqtt", (200, "<title>Zigbee2MQTT</title>"), GATEWAY),
    ("frigate", (200, "0.15.1-1a2b3c4"), GATEWAY),
    ("frigate", (401, "<title>401 Authorization Required</title>"), (500, "")),
    (
        "adguard-home",
        (
            200,
            "<link rel=\"mask-icon\" href=\"assets/safari-pinned-tab.svg\" color=\"#67B279\"><title>Login</title>",
        ),
        (404, "404 page not found\n"),
    ),
    (
        "pihole",
        (401, "{\"session\":{\"valid\":false,\"totp\":false,\"sid\":null,\"validity\":-1},\"took\":0.0001}"),
        (401, "<title>401 Authorization Required</title>"),
    ),
    (
        "pihole",
        (200, "{\"session\":{\"valid\":true,\"totp\":false,\"sid\":null,\"validity\":-1},\"took\":0.0001}"),
        (404, "{\"error\":{\"key\":\"not_found\"}}"),
    ),
    ("uptime-kuma", (200, "{\"type\":\"entryPage\",\"entryPage\":\"dashboard\"}"), (200, "<html></html>")),
    ("uptime-kuma", (200, "{\"type\":\"statusPageMatchedDomain\",\"statusPageSlug\":\"a\"}"), (200, "")),
    ("healthchecks", (200, "OK"), (500, "<h1>Server Error (500)</h1>")),
    ("kopia", (401, "Missing credentials.\n"), GATEWAY),
    ("kopia", (200, "<title>Kopia UI</title>"), (403, "")),
    ("scrutiny", (200, "{\"success\":true}"), (500, "{\"success\":false,\"error\":\"sqlite\"}")),
    (
        "speedtest-tracker",
        (200, "{\"message\":\"Speedtest Tracker is running!\"}"),
        (500, "{\"message\":\"Server Error\"}"),
    ),
    (
        "grafana",
        (200, "{\n  \"database\": \"ok\",\n  \"version\": \"12.0.1\",\n  \"commit\": \"80658a73\"\n}"),
        (503, "{\n  \"database\": \"failing\",\n  \"version\": \"12.0.1\"\n}"),
    ),
    ("grafana", (200, "{\"database\":\"ok\"}"), (200, "<title>Grafana</title>")),
    ("prometheus", (200, "Prometheus Server is Healthy.\n"), (503, "Service Unavailable")),
    (
        "influxdb",
        (200, "{\"name\":\"influxdb\", \"message\":\"ready for queries and writes\", \"status\":\"pass\"}"),
        (503, "{\"name\":\"influxdb\", \"status\":\"fail\"}"),
    ),
    ("ntfy", (200, "{\"healthy\":true}\n"), (200, "{\"healthy\":false}\n")),
    (
        "gotify",
        (200, "{\"health\":\"green\",\"database\":\"green\"}"),
        (500, "{\"health\":\"orange\",\"database\":\"red\"}"),
    ),
    (
        "portainer",
        (200, "{\"Version\":\"2.27.6\",\"InstanceID\":\"299ab403-70a8-4c05-92f7-bf7a994d50df\"}"),
        (404, "404 page not found\n"),
    ),
    ("dozzle", (200, ""), (500, "Error listing containers\n")),
    (
        "gitea",
        (
            200,
            "{\n  \"status\": \"pass\",\n  \"checks\": {\n    \"database:ping\": [\n      { \"status\": \"pass\" }\n    ]\n  }\n}",
        ),
        (424, "{\n  \"status\": \"fail\",\n  \"checks\": {}\n}"),
    ),
    ("forgejo", (200, "{\n  \"status\": \"pass\"\n}"), (424, "{\n  \"status\": \"fail\"\n}")),
    ("n8n", (200, "{\"status\":\"ok\"}"), (503, "{\"status\":\"error\"}")),
    ("n8n", (200, "{\"status\":\"ok\"}"), (200, "n8n is starting up. Please wait")),
    ("umami", (200, "{\"ok\":true}"), (500, "Internal Server Error")),
    ("authelia", (200, "{\"status\":\"OK\"}"), (404, "{\"status\":\"KO\"}")),
    ("authentik", (200, ""), (503, "")),
    ("authentik", (204, ""), (200, "<title>authentik</title>")),
    ("traefik", (200, "OK"), (503, "Service Unavailable")),
    ("traefik", (200, "OK"), (404, "404 page not found\n")),
    (
        "nginx-proxy-manager",
        (200, "{\"status\":\"OK\",\"setup\":true,\"version\":{\"major\":2}}"),
        (502, "<h1>502 Bad Gateway</h1><hr><center>openresty</center>"),
    ),
    (
        "homarr",
        (
            200,
            "{\"status\":\"healthy\",\"healthChecks\":{\"database\":{\"status\":\"healthy\",\"latency\":1.2}}}",
        ),
        (500, "{\"status\":\"unhealthy\",\"healthChecks\":{\"database\":{\"status\":\"unhealthy\"}}}"),
    ),
    ("homepage", (200, "up"), (400, "{\"error\":\"Host validation failed. See logs for more details.\"}")),
    ("homepage", (200, "up"), (200, "<title>Startup</title>")),
];

/// What proxies, parking pages and login pages answer in place of any app.
pub const PROXIES: &[&str] = &[
    "<html><head><title>Welcome to nginx!</title></head><body><h1>Welcome to nginx!</h1>\
     <p>Further configuration is required for SSL. Thank you for using nginx, and look up the support.</p></body></html>",
    "<html><body><h1>It works!</h1></body></html>",
    "<!doctype html><html lang=\"en\"><head><title>Login - Authelia</title><meta name=\"viewport\" \
     content=\"width=device-width, initial-scale=1\"></head><body data-basepath=\"\"><div id=\"root\"></div></body></html>",
    "<html><head><title>Just a moment...</title><meta http-equiv=\"refresh\" content=\"360\"></head>\
     <body><div width=\"200\">Checking your browser.</div><script>var ok = true, status = 200; // OK up.</script></body></html>",
    "{\"message\":\"Not found\",\"status\":404}",
    "<html><body>This domain is parked. \"2026\" <img width=\"20\" height=\"20\"> OK? Sign up.</body></html>",
    "404 page not found\n",
];
