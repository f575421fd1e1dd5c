# Version 5 of the provider: attributes instead of blocks, and policies that several applications share.

locals {
  zone = "${var.name}.example.com"
  apps = {
    jellyfin = { port = 8096, gate = "open" }
    sonarr   = { port = 8989, gate = "machines" }
    photos   = { port = 2283, gate = "people" }
  }
}

resource "cloudflare_zero_trust_tunnel_cloudflared_config" "home" {
  account_id = var.account_id
  tunnel_id  = cloudflare_zero_trust_tunnel_cloudflared.home.id

  config = {
    ingress = concat(
      [for name, app in local.apps : {
        hostname = "${name}.${local.zone}"
        service  = "http://${name}:${app.port}"
      }],
      [
        {
          hostname = "notes.${var.second_zone}"
          service  = "http://notes:8080"
        },
        {
          hostname       = "cloud.${local.zone}"
          service        = "https://cloud:443"
          origin_request = { no_tls_verify = true }
        },
        {
          hostname = "cloud.${local.zone}"
          path     = "^/push(/.*)?$"
          service  = "http://push:7867"
        },
        {
          hostname = "ssh.${local.zone}"
          service  = "ssh://host.docker.internal:22"
        },
        { service = "http_status:404" },
      ],
    )
  }
}

resource "cloudflare_zero_trust_access_policy" "people" {
  account_id = var.account_id
  name       = "People"
  decision   = "allow"
  include    = [{ email = { email = "owner@example.com" } }]
}

resource "cloudflare_zero_trust_access_policy" "machines" {
  account_id = var.account_id
  name       = "Machines"
  decision   = "non_identity"
  include    = [{ any_valid_service_token = {} }]
}

resource "cloudflare_zero_trust_access_application" "everything" {
  account_id = var.account_id
  name       = "Everything"
  type       = "self_hosted"
  domain     = "*.${local.zone}"
  policies   = [{ id = cloudflare_zero_trust_access_policy.people.id, precedence = 1 }]
}

resource "cloudflare_zero_trust_access_application" "sonarr" {
  account_id   = var.account_id
  name         = "Sonarr"
  type         = "self_hosted"
  destinations = [{ type = "public", uri = "sonarr.${local.zone}" }]
  policies = [
    { id = cloudflare_zero_trust_access_policy.people.id, precedence = 2 },
    { id = cloudflare_zero_trust_access_policy.machines.id, precedence = 1 },
  ]
}

resource "cloudflare_zero_trust_access_application" "jellyfin" {
  account_id = var.account_id
  name       = "Jellyfin"
  type       = "self_hosted"
  domain     = "jellyfin.${local.zone}"
  policies = [{
    name     = "Everyone"
    decision = "bypass"
    include  = [{ everyone = {} }]
  }]
}

resource "cloudflare_zero_trust_access_application" "cloud" {
  account_id = var.account_id
  name       = "Cloud"
  type       = "self_hosted"
  domain     = "cloud.${local.zone}"
  policies   = [var.policy_of_the_company]
}
