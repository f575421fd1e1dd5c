//! Shapes of Terraform files, one by one.

use insta::assert_snapshot;

use super::{inventory, targets};

/// A tunnel with these rules.
fn tunnel(rules: &str) -> String {
    format!("resource \"cloudflare_tunnel_config\" \"home\" {{\n  config {{\n{rules}\n  }}\n}}\n")
}

#[test]
fn dynamic_blocks_are_written_out() {
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
    status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; see what it should be
    "#);
}

#[test]
fn applications_may_be_made_by_a_loop() {
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

    # The service token that lets the monitor through Cloudflare Access. Its two halves come from the environment.
    [access.cloudflare]
    id = { env = "CF_ACCESS_CLIENT_ID" }         # or { file = "path" }
    secret = { env = "CF_ACCESS_CLIENT_SECRET" }
    "#);
}

/// The policy of an application, and what it is written as.
fn gate(policy: &str) -> String {
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
fn policies_decide_what_a_monitor_can_see() {
    let token = "access = \"cloudflare\", exposure = \"closed\"";
    let closed = "exposure = \"closed\"";
    for (policy, expected) in [
        ("decision = \"non_identity\"\n include {\n any_valid_service_token = true\n }", token),
        ("decision = \"non_identity\"\n include {\n service_token = [\"a\"]\n }", token),
        ("decision = \"non_identity\"\n include {\n group = [\"a\"]\n }", token),
        // Those let machines in by where they are or by certificate: a function in AWS has neither.
        ("decision = \"non_identity\"\n include {\n ip = [\"192.0.2.1/32\"]\n }", closed),
        ("decision = \"non_identity\"\n include {\n certificate = true\n }", closed),
        ("decision = \"bypass\"\n include {\n everyone = true\n }", ""),
        ("decision = \"bypass\"\n include {\n ip = [\"192.0.2.1/32\"]\n }", closed),
        ("decision = \"allow\"\n include {\n everyone = true\n }", closed),
        ("decision = var.decision\n include {\n everyone = true\n }", closed),
    ] {
        assert_eq!(gate(policy), expected, "{policy}");
    }
}

#[test]
fn the_application_that_fits_most_closely_decides() {
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
    # Cloudflare Access lets people in, but no service token: its health cannot be seen until a Service Auth policy
    # (decision "non_identity") is added, and access = "cloudflare" here. Until then, only the lock is watched.
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
fn expressions_that_lead_in_circles_end() {
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
