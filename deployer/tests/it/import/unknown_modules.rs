//! Modules and resources that are missing or switched off.

use insta::assert_snapshot;

use super::unknown::{read, summary, tunnel};

#[test]
fn missing_modules_are_reported_with_their_inputs() {
    let text = "
module \"tunnel\" {
  source = \"git::https://user:secret@git.example.com/tunnel.git?ref=v1&token=secret\"
  rules  = [{ hostname = \"plex.example.com\", service = \"http://plex\" }]
}
module \"gone\" {
  source = \"./modules/ingress\"
}
module \"vpc\" {
  source = \"terraform-aws-modules/vpc/aws\"
}
resource \"cloudflare_tunnel_config\" \"t\" {
  config {
    ingress_rule {
      hostname = module.names.sonarr
      service  = \"http://sonarr\"
    }
    ingress_rule {
      hostname = module.tunnel.host
      service  = \"http://radarr\"
    }
  }
}
";
    let inventory = read(&[("a.tf", text)]);
    assert_snapshot!(summary(&inventory), @r#"
    sonarr needs module.names: Undefined
    radarr needs module.tunnel.host: Module("git::https://git.example.com/tunnel.git")
    plex needs module.tunnel: Module("git::https://git.example.com/tunnel.git")
    gap: module.tunnel Module("git::https://git.example.com/tunnel.git")
    gap: module.gone File
    "#);
    assert_snapshot!(inventory.remarks.join("\n"), @"
    `module.tunnel` is not in the given folders (`git::https://git.example.com/tunnel.git`), so what it publishes is not known. Add its host names by hand.
    `module.gone` could not be read, so what it publishes is not known. Add its host names by hand.
    ");
}

#[test]
fn disabled_resources_are_commented_out() {
    let module = format!(
        "variable \"token\" {{}}\n{}",
        tunnel("[{ hostname = \"plex.example.com\", service = \"http://plex\" }]")
    );
    let call = "
variable \"token\" {
  default = \"\"
}
module \"tunnel\" {
  source = \"./tunnel\"
  count  = var.token == \"\" ? 0 : 1
  token  = var.token
}
resource \"cloudflare_tunnel_config\" \"old\" {
  count = 0
  config {
    ingress_rule {
      hostname = \"wiki.example.com\"
      service  = \"http://wiki\"
    }
  }
}
";
    assert_snapshot!(summary(&read(&[("a.tf", call), ("tunnel/main.tf", &module)])), @"
    wiki needs cloudflare_tunnel_config.old.count: SwitchedOff
    plex needs module.tunnel.count: SwitchedOff
    ");
}
