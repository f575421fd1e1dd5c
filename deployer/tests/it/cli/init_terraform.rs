//! `init --from` with Terraform files: files that they refer to are read from the disk, within limits.

use std::path::Path;

use crate::support::{Deploy, Ran, snapshot};

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn init(folder: &Path, from: &[&str]) -> Ran {
    Deploy::new(folder).args(["init", "--from"]).args(from).run()
}

/// A tunnel with one rule, whose host name is this expression.
fn tunnel(host: &str) -> String {
    format!(
        "resource \"cloudflare_tunnel_config\" \"t\" {{\n  config {{\n    ingress_rule {{\n      hostname = {host}\n      \
         service  = \"http://plex:32400\"\n    }}\n  }}\n}}\n"
    )
}

#[test]
fn modules_of_a_given_file_are_read() {
    let call = "module \"t\" {\n  source = \"./modules/tunnel\"\n  host   = \"plex.example.com\"\n}\n";
    let module = format!("variable \"host\" {{}}\n{}", tunnel("var.host"));
    let folder = folder(&[("main.tf", call), ("modules/tunnel/main.tf", &module)]);
    snapshot!(init(folder.path(), &["main.tf"]).ended(0).stdout, @"wrote config.toml: 1 target");
}

#[test]
fn data_is_read_within_given_folders_and_their_repository() {
    let text = tunnel("yamldecode(file(\"${path.module}/../data/hosts.yml\")).host");
    let files = [("infra/main.tf", text.as_str()), ("data/hosts.yml", "host: plex.example.com\n")];
    let home = folder(&files);
    snapshot!(init(home.path(), &["infra"]).whole(), @"
    exit 2
    --- stderr
    error: no app with a public host name was found
      cause: read infra/main.tf; 0 containers not monitored
      cause: the host names of 1 app depend on `./../data/hosts.yml` (which is outside the given folders)

    hint: also pass the folder that has the file with `--from`
    ");
    init(home.path(), &["infra", "data"]).ended(0);
    let repository = folder(&[files[0], files[1], (".git/HEAD", "")]);
    init(repository.path(), &["infra"]).ended(0);
}

#[test]
fn the_hint_matches_the_missing_value() {
    let remote = "module \"tunnel\" {\n  source = \"example/tunnel/cloudflare\"\n}\n";
    snapshot!(init(folder(&[("main.tf", remote)]).path(), &["main.tf"]).whole(), @"
    exit 2
    --- stderr
    error: no app with a public host name was found
      cause: read main.tf; 0 containers not monitored
      cause: `module.tunnel` is not in the given folders (`example/tunnel/cloudflare`), so what it publishes is not known. Add its host names by hand.

    hint: start with `plexmon-deploy init --url https://...` and add the other hosts by hand
    ");
    let variable = tunnel("\"plex.${var.zone}\"");
    snapshot!(init(folder(&[("main.tf", &variable)]).path(), &["main.tf"]).whole(), @"
    exit 2
    --- stderr
    error: no app with a public host name was found
      cause: read main.tf; 0 containers not monitored
      cause: the host names of 1 app depend on `var.zone`

    hint: put the values into a `terraform.tfvars` file next to the *.tf files, or pass the file that has them with `--from`, and run this again
    ");
}
