# Host names that are built with many of Terraform's functions.

locals {
  zone  = trimsuffix("home.example.org.", ".")
  names = ["jellyfin", "lidarr"]

  # A list of names, and a map from names to destinations.
  media  = formatlist("%s.${local.zone}", local.names)
  routes = { for name, to in zipmap(["gitea", "vault"], ["http://gitea:3000", "http://vault:8200"]) : name => to if length(to) > 8 }

  single = {
    a = { host = replace("prowlarr.{zone}", "{zone}", local.zone), to = "http://prowlarr:9696" }
    b = { host = join(".", [lower("READARR"), local.zone]), to = "http://readarr:8787" }
    c = { host = "${split("/", "mealie/x")[0]}.${local.zone}", to = "http://mealie:9000" }
    d = { host = "${element(local.names, 3)}-uhd.${local.zone}", to = "http://lidarr2:8686" }
    e = { host = contains(local.names, "jellyfin") ? "request.${local.zone}" : "none.${local.zone}", to = "http://jellyseerr:5055" }
    f = { host = coalesce("", "paperless.${local.zone}"), to = "http://paperless:8000" }
    g = { host = "node${length(local.names) + 1}.${local.zone}", to = "http://node:9100" }
    h = { host = format("%s%02d.%s", "cam", 7, local.zone), to = "http://camera:1984" }
  }

  lines = <<-EOT
    %{~for name in ["books", "music"]~}
    ${name}.${local.zone},
    %{~endfor~}
  EOT
}

resource "cloudflare_zero_trust_tunnel_cloudflared_config" "home" {
  tunnel_id = "f00"

  config = {
    ingress = concat(
      [for host in local.media : { hostname = host, service = "http://caddy:80" }],
      [for name, to in local.routes : { hostname = "${name}-web.${local.zone}", service = to }],
      values({ for key, app in local.single : key => { hostname = app.host, service = app.to } }),
      [for host in compact(split(",", replace(local.lines, "/\\s/", ""))) : { hostname = host, service = "http://calibre:8083" }],
      [{ service = "http_status:404" }],
    )
  }
}
