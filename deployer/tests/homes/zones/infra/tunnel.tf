# The published names are in data files, one for each zone.

locals {
  folder = "${path.module}/../zones"
  zones = {
    for zone in [for name in fileset(local.folder, "*.yml") : yamldecode(file("${local.folder}/${name}"))] :
    zone.zone => zone.records
  }

  published = flatten([
    for zone, records in local.zones : [
      for record in records : {
        host   = record.name == "@" ? zone : "${record.name}.${zone}"
        tunnel = try(record.tunnel, "home")
        to     = record.to
      } if lower(record.type) == "tunnel" && lookup(record, "enabled", true)
    ]
  ])

  by_tunnel = { for entry in local.published : entry.tunnel => entry... }
}

resource "cloudflare_zero_trust_tunnel_cloudflared_config" "each" {
  for_each  = local.by_tunnel
  tunnel_id = each.key

  config {
    dynamic "ingress_rule" {
      for_each = each.value
      iterator = rule
      content {
        hostname = rule.value.host
        service  = rule.value.to
      }
    }
    ingress_rule {
      service = "http_status:404"
    }
  }
}
