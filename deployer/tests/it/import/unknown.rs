//! Values that the files do not define are reported with a hint, and do not affect others.

use insta::assert_snapshot;
use plexmon_deploy::import::{Inventory, MissingReason};

use super::{inventory, targets};

pub(super) fn read(files: &[(&str, &str)]) -> Inventory {
    let files: Vec<_> = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    inventory(&files).unwrap()
}

/// A tunnel of version 5 with this expression as its rules.
pub(super) fn tunnel(rules: &str) -> String {
    format!(
        "resource \"cloudflare_zero_trust_tunnel_cloudflared_config\" \"t\" {{\n  config = {{\n    ingress = {rules}\n  }}\n}}\n"
    )
}

/// Format the known hosts, the values that others need, and incomplete parts.
pub(super) fn summary(inventory: &Inventory) -> String {
    let mut lines = Vec::new();
    for app in &inventory.apps {
        lines.push(match &app.address {
            Ok(address) => format!("{} at {address}", app.name),
            Err(missing) => format!("{} needs {}: {:?}", app.name, missing.what, missing.reason),
        });
    }
    lines.extend(inventory.not_published.iter().map(|one| format!("{}: {}", one.name, one.reason)));
    lines.extend(
        inventory.incomplete.iter().map(|gap| format!("gap: {} {:?}", gap.missing.what, gap.missing.reason)),
    );
    lines.join("\n")
}

fn summary_of(rules: &str) -> String {
    summary(&read(&[("a.tf", &tunnel(rules))]))
}

#[test]
fn an_unknown_list_is_not_empty() {
    assert_snapshot!(summary_of("var.rules"), @"gap: var.rules Variable");
    assert_snapshot!(
        summary_of(
            "concat([{ hostname = \"plex.example.com\", service = \"http://plex\" }], var.more, \
             [for name in data.external.names.result.all : { hostname = name, service = \"http://x\" }])"
        ),
        @"
        plex at https://plex.example.com
        gap: data.external.names.result.all Provider
        gap: var.more Variable
        "
    );
    assert_snapshot!(
        summary_of("[for h in concat([\"plex.example.com\"], var.hosts) : { hostname = h, service = \"http://plex\" }]"),
        @"
        plex at https://plex.example.com
        gap: var.hosts Variable
        "
    );
    assert_snapshot!(
        summary_of("values({ for k, h in merge(var.hosts, { plex = \"plex.example.com\" }) : k => { hostname = h, service = \"http://plex\" } })"),
        @"
        plex at https://plex.example.com
        gap: var.hosts Variable
        "
    );
}

#[test]
fn an_unknown_element_does_not_hide_others() {
    assert_snapshot!(
        summary_of(
            "[for h in [\"plex.example.com\", \"sonarr.${var.zone}\", aws_instance.radarr.public_dns, cidrhost(\"10.0.0.0/8\", 1)] : \
             { hostname = lower(trimspace(h)), service = \"http://x:1\" }]"
        ),
        @"
        plex at https://plex.example.com
        sonarr needs var.zone: Variable
        app needs aws_instance.radarr.public_dns: Provider
        app 2 needs cidrhost(): Function
        "
    );
}

#[test]
fn an_unknown_condition_hides_nothing() {
    assert_snapshot!(
        summary_of(
            "concat(var.with_plex ? [{ hostname = \"plex.example.com\", service = \"http://plex\" }] : [], \
             [{ hostname = var.dev ? \"dev.example.com\" : \"wiki.example.com\", service = \"http://wiki\" }], \
             [for k, on in { sonarr = var.sonarr, radarr = true, bazarr = false } : \
             { hostname = \"${k}.example.com\", service = \"http://${k}\" } if on])"
        ),
        @"
        plex needs var.with_plex: Variable
        dev needs var.dev: Variable
        radarr at https://radarr.example.com
        sonarr needs var.sonarr: Variable
        "
    );
}

#[test]
fn length_and_elements_of_an_unknown_list_are_unknown() {
    assert_snapshot!(
        summary_of(
            "[{ hostname = \"n${length(concat([\"a\"], var.more))}.example.com\", service = \"http://x:1\" }, \
             { hostname = concat(var.more, [\"b.example.com\"])[0], service = \"http://x:2\" }, \
             { hostname = try(var.map.host, \"c.example.com\"), service = \"http://x:3\" }, \
             { hostname = coalesce(var.host, \"d.example.com\"), service = \"http://x:4\" }, \
             { hostname = contains(concat([\"a\"], var.more), \"a\") ? \"e.example.com\" : \"f.example.com\", service = \"http://x:5\" }]"
        ),
        @"
        app needs var.more: Variable
        b needs var.more: Variable
        app 2 needs var.map: Variable
        app 3 needs var.host: Variable
        e at https://e.example.com
        "
    );
}

#[test]
fn dynamic_blocks_over_unknown_values_are_reported() {
    let text = "
resource \"cloudflare_tunnel_config\" \"t\" {
  config {
    dynamic \"ingress_rule\" {
      for_each = var.apps
      content {
        hostname = \"${ingress_rule.key}.example.com\"
        service  = ingress_rule.value
      }
    }
    dynamic \"ingress_rule\" {
      for_each = { plex = \"http://plex\", (var.name) = \"http://other:1\" }
      content {
        hostname = \"${ingress_rule.key}.example.com\"
        service  = ingress_rule.value
      }
    }
  }
}
";
    assert_snapshot!(summary(&read(&[("a.tf", text)])), @"
    app needs var.apps: Variable
    plex at https://plex.example.com
    app 2 needs var.name: Variable
    ");
}

#[test]
fn each_reason_has_its_hint() {
    for (expression, reason, hint) in [
        ("var.host", MissingReason::Variable, "terraform.tfvars"),
        ("local.host", MissingReason::Undefined, "the whole folder"),
        ("aws_instance.a.public_dns", MissingReason::Provider, "by hand"),
        ("data.cloudflare_zone.a.name", MissingReason::Provider, "by hand"),
        ("cidrhost(\"10.0.0.0/8\", 1)", MissingReason::Function, "by hand"),
        ("file(\"host.txt\")", MissingReason::File, "exists"),
        ("file(\"../host.txt\")", MissingReason::Outside, "--from"),
        ("{ a = 1 }.b", MissingReason::Invalid, "by hand"),
    ] {
        let rules = format!("[{{ hostname = {expression}, service = \"http://x:1\" }}]");
        let inventory = read(&[("a.tf", &tunnel(&rules))]);
        let missing = inventory.apps[0].address.as_ref().unwrap_err();
        assert_eq!(missing.reason, reason, "{expression}");
        assert!(missing.hint().contains(hint), "{expression}: {}", missing.hint());
    }
}

#[test]
fn names_without_http_are_listed() {
    assert_snapshot!(
        targets(&[(
            "a.tf",
            &tunnel(
                "[{ hostname = \"plex.example.com\", service = \"http://plex\" }, \
                 { hostname = \"ssh.example.com\", service = \"ssh://host:22\" }, \
                 { hostname = \"off.example.com\", service = \"http_status:404\" }, \
                 { hostname = \"web.example.com\", service = \"unix:/run/web.sock\" }, \
                 { hostname = \"wiki.example.com\", path = \"[a-z]+\", service = \"http://wiki\" }, \
                 { hostname = \"rdp.${var.zone}\", service = \"rdp://desktop:3389\" }, \
                 { service = \"http_status:404\" }]"
            )
        )]),
        @r#"
    [[target]]
    name = "plex"
    kind = "plex"
    url = "https://plex.example.com"
    # token = { env = "PLEX_TOKEN" }       # down if its libraries do not answer, too

    [[target]]
    name = "web.example.com"
    kind = "http"
    url = "https://web.example.com"
    status = [200, 301, 302, 303, 307, 308, 401]  # any sign of life; narrow it down to what the app returns

    # Not monitored:
    # - ssh.example.com: the tunnel leads to a service of type ssh, not to HTTP
    # - off.example.com: the tunnel returns a fixed response itself
    # - wiki.example.com: its path is a pattern, which cannot be requested
    # - rdp: the tunnel leads to a service of type rdp, not to HTTP
    "#
    );
}

#[test]
fn an_access_application_without_a_known_domain_is_reported() {
    let access = "resource \"cloudflare_access_application\" \"apps\" {\n  for_each = var.apps\n  domain = each.value\n}\n";
    let rules = "[{ hostname = \"plex.example.com\", service = \"http://plex\" }]";
    let inventory = read(&[("a.tf", &format!("{}{access}", tunnel(rules)))]);
    assert_snapshot!(inventory.remarks.join("\n"), @r#"The domain that `cloudflare_access_application.apps[*]` protects is not known: it depends on `var.apps`, which has no value in the files that were read. If it is that of a target, set `exposure = "closed"` for that target."#);
}

#[test]
fn unknown_keys_do_not_replace_each_other() {
    assert_snapshot!(
        summary_of(
            "[for k, v in merge({ (var.a) = \"http://a\" }, { (var.b) = \"http://b\" }, { \"plex.${var.c}\" = \"http://c\" }) : \
             { hostname = k, service = v }]"
        ),
        @"
        app needs var.a: Variable
        app 2 needs var.b: Variable
        plex needs var.c: Variable
        "
    );
}

#[test]
fn a_tunnel_without_host_names_is_reported() {
    let variable = "variable \"apps\" {\n  default = {}\n}\n";
    let rules = "[for k, v in var.apps : { hostname = k, service = v }]";
    let looped = tunnel(rules).replacen('{', "{\n  for_each = var.apps", 1);
    for text in [tunnel(rules), looped] {
        let inventory = read(&[("a.tf", &format!("{variable}{text}"))]);
        assert_eq!(inventory.incomplete.len(), 1, "{text}");
        assert!(inventory.remarks[0].contains("has no rule with a host name"), "{:?}", inventory.remarks);
        assert_eq!(inventory.incomplete[0].missing.reason, MissingReason::Variable);
    }
}
