//! Variants of Terraform files.

use insta::assert_snapshot;

use super::{inventory, targets};

/// A tunnel with these rules.
fn tunnel(rules: &str) -> String {
    format!("resource \"cloudflare_tunnel_config\" \"home\" {{\n  config {{\n{rules}\n  }}\n}}\n")
}

#[test]
fn dynamic_blocks_are_expanded() {
    let text = tunnel(
        "dynamic \"ingress_rule\" {\n for_each = var.apps\n iterator = app\n content {\n \
         hostname = \"${app.key}.example.com\"\n service = app.value[\"to\"]\n }\n }",
    );
    let values = "apps = {\n  plex = { to = \"http://plex:32400\" }\n  wiki = { to = \"http://wiki\" }\n}\n";
    assert_snapshot!(targets(&[("a.tf", &text), ("terraform.tfvars", values)]), @r#"
    [[target]]
    name = "plex"
    kind = "plex"
    url = "https://plex.example.com"

    [[target]]
    name = "wiki"
    kind = "http"
    url = "https://wiki.example.com"
    status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; narrow it down to what the app returns
    "#);
}

#[test]
fn access_applications_may_use_for_each() {
    let rules = ["sonarr", "radarr"].map(|name| {
        format!("ingress_rule {{\n hostname = \"{name}.example.com\"\n service = \"http://{name}\"\n }}")
    });
    let access = "
resource \"cloudflare_zero_trust_access_application\" \"apps\" {
  for_each = toset([\"sonarr\", \"radarr\"])
  domain   = format(\"%s.%s\", each.value, \"example.com\")
  policies = [cloudflare_zero_trust_access_policy.token.id]
}
resource \"cloudflare_zero_trust_access_policy\" \"token\" {
  decision = \"non_identity\"
  include { service_token = [\"some-id\"] }
}
";
    assert_snapshot!(targets(&[("a.tf", &format!("{}{access}", tunnel(&rules.join("\n"))))]), @r#"
    [[target]]
    name = "sonarr"
    kind = "sonarr"
    url = "https://sonarr.example.com"
    access = "cloudflare"
    exposure = "closed"

    [[target]]
    name = "radarr"
    kind = "radarr"
    url = "https://radarr.example.com"
    access = "cloudflare"
    exposure = "closed"

    # The service token for Cloudflare Access. Both parts come from the environment.
    [access.cloudflare]
    id = { env = "CF_ACCESS_CLIENT_ID" }         # or { file = "path" }
    secret = { env = "CF_ACCESS_CLIENT_SECRET" }
    "#);
}

/// Return the access settings that a policy results in.
fn protection(policy: &str) -> String {
    let rule = "ingress_rule {\n hostname = \"plex.example.com\"\n service = \"http://plex\"\n }";
    let access = format!(
        "resource \"cloudflare_access_application\" \"a\" {{\n  domain = \"plex.example.com\"\n}}\n\
         resource \"cloudflare_access_policy\" \"p\" {{\n  \
         application_id = \"${{cloudflare_access_application.a.id}}\"\n  {policy}\n}}\n"
    );
    let text = targets(&[("a.tf", &format!("{}{access}", tunnel(rule)))]);
    let lines = text.lines().filter(|line| line.starts_with("access =") || line.starts_with("exposure ="));
    lines.collect::<Vec<_>>().join(", ")
}

#[test]
fn policies_determine_the_protection() {
    let token = "access = \"cloudflare\", exposure = \"closed\"";
    let closed = "exposure = \"closed\"";
    for (policy, expected) in [
        ("decision = \"non_identity\"\n include {\n any_valid_service_token = true\n }", token),
        ("decision = \"non_identity\"\n include {\n service_token = [\"a\"]\n }", token),
        ("decision = \"non_identity\"\n include {\n group = [\"a\"]\n }", token),
        // These admit machines by address or certificate, neither of which a Lambda function has.
        ("decision = \"non_identity\"\n include {\n ip = [\"192.0.2.1/32\"]\n }", closed),
        ("decision = \"non_identity\"\n include {\n certificate = true\n }", closed),
        ("decision = \"bypass\"\n include {\n everyone = true\n }", ""),
        ("decision = \"bypass\"\n include {\n ip = [\"192.0.2.1/32\"]\n }", closed),
        ("decision = \"allow\"\n include {\n everyone = true\n }", closed),
        ("decision = var.decision\n include {\n everyone = true\n }", closed),
    ] {
        assert_eq!(protection(policy), expected, "{policy}");
    }
}

#[test]
fn the_most_specific_application_applies() {
    let rule = "ingress_rule {\n hostname = \"wiki.example.com\"\n service = \"http://wiki\"\n }\n\
                ingress_rule {\n hostname = \"plex.example.com\"\n service = \"http://plex\"\n }";
    let access = "
resource \"cloudflare_access_application\" \"all\" { domain = \"*.example.com\" }
resource \"cloudflare_access_application\" \"identity\" {
  domain   = \"plex.example.com/identity\"
  policies = [{ decision = \"bypass\", include = [{ everyone = {} }] }]
}
resource \"cloudflare_access_application\" \"admin\" {
  domain   = \"wiki.example.com/admin*\"
  policies = [{ decision = \"bypass\", include = [{ everyone = {} }] }]
}
resource \"cloudflare_access_application\" \"bookmark\" {
  type   = \"bookmark\"
  domain = \"https://plex.example.com\"
}
";
    let access = access.replace("{ domain = \"*.example.com\" }", "{\n  domain = \"*.example.com\"\n}");
    assert_snapshot!(targets(&[("a.tf", &format!("{}{access}", tunnel(rule)))]), @r#"
    # Cloudflare Access admits people, but no service token. To check the app's health, add a Service Auth policy (decision
    # "non_identity") and set access = "cloudflare" here. Until then, only the protection is checked.
    [[target]]
    name = "wiki"
    kind = "http"
    url = "https://wiki.example.com"
    exposure = "closed"

    [[target]]
    name = "plex"
    kind = "plex"
    url = "https://plex.example.com"
    "#);
}

#[test]
fn cyclic_references_terminate() {
    let rule = "ingress_rule {\n hostname = local.a\n service = \"http://plex\"\n }";
    let mut locals = String::from("locals {\n a = local.b\n b = \"${local.a}\"\n");
    for level in 0..40 {
        locals += &format!(" l{level} = concat(local.l{0}, local.l{0})\n", level + 1);
    }
    locals += " l40 = [\"x\"]\n c = local.l0\n}\n";
    let more = "ingress_rule {\n hostname = local.c[0]\n service = \"http://sonarr\"\n }";
    let files = [("a.tf".to_owned(), format!("{locals}{}", tunnel(&format!("{rule}\n{more}"))))];
    let inventory = inventory(&files).unwrap();
    assert!(inventory.apps.iter().all(|app| app.address.is_err()), "{:?}", inventory.apps);
}

/// Return the hosts of these files in order, or the value that is missing for each.
fn hosts(files: &[(&str, &str)]) -> String {
    let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let inventory = inventory(&files).unwrap();
    let host = |app: &plexmon_deploy::import::App| match &app.address {
        Ok(address) => address.host.clone(),
        Err(missing) => format!("needs {}", missing.what),
    };
    inventory.apps.iter().map(host).collect::<Vec<_>>().join(" ")
}

fn rule(host: &str, app: &str) -> String {
    format!("ingress_rule {{\n hostname = {host}\n service = \"http://{app}\"\n }}")
}

#[test]
fn variables_have_the_precedence_of_terraform() {
    let text = tunnel(&rule("var.host", "app"));
    let declared = format!("variable \"host\" {{\n  default = \"d.example.com\"\n}}\n{text}");
    let value = |host: &str| format!("host = \"{host}.example.com\"\n");
    let (a, b) = (value("a"), value("b"));
    let json = "{ \"host\": \"j.example.com\" }";
    for (files, expected) in [
        (vec![("x/main.tf", declared.as_str())], "d.example.com"),
        (vec![("x/main.tf", &declared), ("x/terraform.tfvars", &a)], "a.example.com"),
        (
            vec![("x/main.tf", &declared), ("x/terraform.tfvars.json", json), ("x/terraform.tfvars", &a)],
            "j.example.com",
        ),
        (vec![("x/main.tf", &declared), ("x/b.auto.tfvars", &b), ("x/a.auto.tfvars", &a)], "b.example.com"),
        (vec![("x/main.tf", &declared), ("x/terraform.tfvars", &b), ("x/home.tfvars", &a)], "a.example.com"),
        (vec![("x/main.tf", &text), ("values/home.tfvars", &a)], "a.example.com"),
        (vec![("x/main.tf", &text), ("x/one.tfvars", &a), ("x/two.tfvars", &b)], "needs var.host"),
        // Values of another configuration do not apply.
        (
            vec![("x/main.tf", &text), ("y/main.tf", "locals {}\n"), ("y/terraform.tfvars", &a)],
            "needs var.host",
        ),
        (vec![("x/main.tofu", &text), ("x/terraform.tfvars", &a)], "a.example.com"),
    ] {
        assert_eq!(hosts(&files), expected, "{files:?}");
    }
}

#[test]
fn override_files_replace_blocks_of_the_same_name() {
    let base = tunnel(&rule("local.host", "app"));
    let locals = "locals {\n  host = \"a.example.com\"\n  other = 1\n}\n";
    let over = "locals {\n  host = \"b.example.com\"\n}\n";
    assert_eq!(hosts(&[("a.tf", &format!("{base}{locals}")), ("z_override.tf", over)]), "b.example.com");
    let rules = tunnel(&rule("\"c.example.com\"", "app"));
    assert_eq!(hosts(&[("a.tf", &format!("{base}{locals}")), ("override.tf", &rules)]), "c.example.com");
}

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

#[test]
fn recursive_modules_terminate() {
    let call = |source: &str| {
        format!("module \"again\" {{\n  source = \"{source}\"\n  host = \"${{var.host}}x\"\n}}\n")
    };
    let text = tunnel(&rule("\"plex.example.com\"", "plex"));
    for files in [
        vec![("a/main.tf".to_owned(), call(".") + &text)],
        vec![("a/main.tf".to_owned(), call("../b")), ("b/main.tf".to_owned(), call("../a") + &text)],
    ] {
        let inventory = inventory(&files).unwrap();
        let hosts: Vec<_> = inventory.apps.iter().filter_map(|app| app.address.as_ref().ok()).collect();
        assert_eq!(hosts.len(), 1, "{hosts:?}");
    }
}

#[test]
fn variables_of_a_module_are_scoped() {
    let module = format!(
        "variable \"host\" {{}}\nvariable \"zone\" {{}}\n{}",
        tunnel(&rule("\"${var.host}.${var.zone}\"", "app"))
    );
    let call = "module \"m\" {\n  source = \"./m\"\n  host = \"a\"\n}\n";
    let values = "host = \"b\"\nzone = \"example.com\"\n";
    assert_eq!(
        hosts(&[("main.tf", call), ("m/main.tf", &module), ("terraform.tfvars", values)]),
        "needs module.m.var.zone"
    );
}

/// If cloudflared runs in a cluster, its configuration is often within another resource.
#[test]
fn cloudflared_configuration_in_other_resources_is_read() {
    let written = "
locals {
  rules = concat(
    [for name in [\"plex\", \"sonarr\"] : { hostname = \"${name}.example.com\", service = \"http://${name}:80\" }],
    [{ hostname = \"wiki.${var.zone}\", service = \"http://wiki:80\" }],
    [{ service = \"http_status:404\" }],
  )
}
resource \"kubernetes_config_map\" \"cloudflared\" {
  data = {
    \"config.yaml\" = yamlencode({
      tunnel  = cloudflare_zero_trust_tunnel_cloudflared.home.id
      ingress = local.rules
    })
  }
}
resource \"local_file\" \"config\" {
  filename = \"config.yml\"
  content  = <<-EOT
    tunnel: ${var.tunnel}
    ingress:
      - hostname: gitea.example.com
        service: http://gitea:3000
      - hostname: vault.${var.zone}
        service: http://vault:8200
      - service: http_status:404
    EOT
}
resource \"helm_release\" \"tunnel\" {
  values = [yamlencode({ cloudflare = { ingress = [{ hostname = \"chart.example.com\", service = \"http://c:80\" }] } })]
}
resource \"helm_release\" \"app\" {
  values = [yamlencode({ ingress = [{ hostname = \"no.example.com\", path = \"/service\" }] })]
}
";
    assert_eq!(
        hosts(&[("a.tf", written)]),
        "plex.example.com sonarr.example.com needs var.zone gitea.example.com needs var.zone chart.example.com"
    );
    let template =
        "resource \"local_file\" \"cloudflared\" {\n  content = templatefile(\"config.tftpl\", {})\n}\n";
    let inventory = inventory(&[("a.tf".to_owned(), template.to_owned())]).unwrap();
    assert_eq!(inventory.incomplete.len(), 1, "{:?}", inventory.remarks);
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

#[test]
fn installed_modules_are_read() {
    let call = "module \"outer\" {\n  source = \"example/outer/cloudflare\"\n  zone = \"example.com\"\n}\n";
    let outer = "variable \"zone\" {}\nmodule \"inner\" {\n  source = \"git::https://git.example.com/inner.git\"\n  host = \"plex.${var.zone}\"\n}\n";
    let inner = format!("variable \"host\" {{}}\n{}", tunnel(&rule("var.host", "plex")));
    let notes = r#"{"Modules": [{"Key": "", "Source": "", "Dir": "."},
        {"Key": "outer", "Source": "example/outer/cloudflare", "Dir": ".terraform/modules/outer"},
        {"Key": "outer.inner", "Source": "git::https://git.example.com/inner.git", "Dir": ".terraform/modules/outer.inner"}]}"#;
    let mut files = vec![
        ("tf/main.tf", call),
        ("tf/.terraform/modules/modules.json", notes),
        ("tf/.terraform/modules/outer/main.tf", outer),
        ("tf/.terraform/modules/outer.inner/main.tf", &inner),
    ];
    // The search skips hidden folders.
    let named: Vec<_> = files.drain(..1).map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let all: Vec<_> = files
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .chain(named.clone())
        .collect();
    let inventory = super::inventory_among(&named, &all).unwrap();
    let hosts: Vec<_> =
        inventory.apps.iter().map(|app| app.address.as_ref().unwrap().host.as_str()).collect();
    assert_eq!(hosts, ["plex.example.com"]);
}
