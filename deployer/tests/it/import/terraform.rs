//! Variants of Terraform files.

use insta::assert_snapshot;

use super::{inventory, targets};

/// A tunnel with these rules.
pub(super) fn tunnel(rules: &str) -> String {
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
    # token = { env = "PLEX_TOKEN" }       # down if its libraries do not answer, too

    [[target]]
    name = "wiki"
    kind = "http"
    url = "https://wiki.example.com"
    status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; narrow it down to what the app returns
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
pub(super) fn hosts(files: &[(&str, &str)]) -> String {
    let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    let inventory = inventory(&files).unwrap();
    let host = |app: &plexmon_deploy::import::App| match &app.address {
        Ok(address) => address.host.clone(),
        Err(missing) => format!("needs {}", missing.what),
    };
    inventory.apps.iter().map(host).collect::<Vec<_>>().join(" ")
}

pub(super) fn rule(host: &str, app: &str) -> String {
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
