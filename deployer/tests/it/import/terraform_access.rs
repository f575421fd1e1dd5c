//! Cloudflare Access in Terraform files: which protection a target has.

use insta::assert_snapshot;

use super::targets;
use super::terraform::tunnel;

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
    # disk_free_min = "50 GB"              # warn when less is free on its disk
    # api_key = { env = "SONARR_API_KEY" } # in Settings > General

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
    # token = { env = "PLEX_TOKEN" }       # down if its libraries do not answer, too
    "#);
}
