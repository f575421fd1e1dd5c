//! DNS records and zones in Terraform files.

use super::terraform::{hosts, rule, tunnel};

/// Records and zones have their full names if the files contain them.
#[test]
fn records_have_full_names() {
    let records = "
data \"cloudflare_zone\" \"home\" {
  filter = { name = \"example.com\" }
}
data \"cloudflare_zones\" \"all\" {
  filter {
    name = \"z.example.com\"
  }
}
resource \"cloudflare_record\" \"z\" {
  zone_id = data.cloudflare_zones.all.zones[0].id
  name    = \"h\"
}
resource \"cloudflare_record\" \"elsewhere\" {
  zone_id = var.zone_id
  name    = \"kuma\"
}
resource \"cloudflare_zone\" \"lab\" {
  zone = \"lab.example.com\"
}
resource \"cloudflare_record\" \"app\" {
  for_each = toset([\"plex\", \"@\"])
  zone_id  = data.cloudflare_zone.home.id
  name     = each.key
}
resource \"cloudflare_dns_record\" \"lab\" {
  count   = 2
  zone_id = cloudflare_zone.lab.id
  name    = \"node${count.index}\"
}
";
    let rules = [
        rule("cloudflare_record.app[\"plex\"].hostname", "a:1"),
        rule("cloudflare_record.app[\"@\"].hostname", "b:1"),
        rule("cloudflare_dns_record.lab[1].hostname", "c:1"),
        rule("[for record in cloudflare_dns_record.lab : record.hostname][0]", "d:1"),
        rule("\"${cloudflare_record.app[\"plex\"].name}2.${data.cloudflare_zone.home.name}\"", "e:1"),
        rule("cloudflare_record.app[\"none\"].hostname", "f:1"),
        rule("cloudflare_record.app[\"plex\"].modified_on", "g:1"),
        rule("cloudflare_record.z.hostname", "h:1"),
        rule("\"i.${data.cloudflare_zones.all.zones[0].name}\"", "i:1"),
        rule("cloudflare_record.elsewhere.hostname", "j:1"),
    ];
    assert_eq!(
        hosts(&[("a.tf", &format!("{records}{}", tunnel(&rules.join("\n"))))]),
        "plex.example.com example.com node1.lab.example.com node0.lab.example.com plex2.example.com needs an element \
         needs cloudflare_record.app[\"plex\"].modified_on h.z.example.com i.z.example.com \
         needs cloudflare_record.elsewhere.hostname"
    );
}

/// A tunnel may route everything to one proxy. Then only DNS has the names.
#[test]
fn dns_records_name_the_apps_of_a_catch_all_tunnel() {
    let records = "
data \"cloudflare_zone\" \"home\" {
  name = \"example.com\"
}
resource \"cloudflare_record\" \"apps\" {
  for_each = toset([\"@\", \"*\", \"sonarr\", \"plex\"])
  zone_id  = data.cloudflare_zone.home.id
  name     = each.key
  content  = \"${cloudflare_zero_trust_tunnel_cloudflared.home.id}.cfargotunnel.com\"
}
resource \"cloudflare_dns_record\" \"five\" {
  zone_id = var.zone_id
  name    = \"wiki.example.org\"
  content = cloudflare_tunnel.home.cname
}
resource \"cloudflare_record\" \"part\" {
  zone_id = var.zone_id
  name    = \"radarr\"
  value   = cloudflare_tunnel.home.cname
}
resource \"cloudflare_record\" \"mail\" {
  zone_id = data.cloudflare_zone.home.id
  name    = \"mail\"
  content = \"192.0.2.1\"
}
";
    let with = |rules: &str| hosts(&[("a.tf", &format!("{records}{}", tunnel(rules)))]);
    let plex = rule("\"plex.example.com\"", "plex");
    let rest = "ingress_rule {\n service = \"http://traefik:80\"\n }";
    assert_eq!(
        with(&format!("{plex}\n{rest}")),
        "plex.example.com example.com sonarr.example.com wiki.example.org needs cloudflare_record.part.hostname"
    );
    // Without a catch-all rule, the names are not published.
    assert_eq!(
        with(&format!("{plex}\ningress_rule {{\n service = \"http_status:404\"\n }}")),
        "plex.example.com"
    );
    let wild = rule("\"*.example.com\"", "traefik");
    let found = with(&format!("{plex}\n{wild}"));
    assert!(found.contains("sonarr.example.com") && !found.contains("wiki"), "{found}");
}
