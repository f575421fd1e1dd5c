//! `init --from` reads the files of a home, and writes one file, once.

use std::path::Path;

use crate::import::{home, sections};
use crate::support::{Deploy, snapshot};

/// Run the command in a folder that contains the home in `home`.
pub(super) fn init(folder: &Path, args: &[&str]) -> crate::support::Ran {
    Deploy::new(folder).args(["init"]).args(args).run()
}

pub(super) fn with_home(name: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in home(name) {
        let path = folder.path().join("home").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

#[test]
fn a_home_becomes_a_valid_configuration() {
    let folder = with_home("tunnel");
    snapshot!(init(folder.path(), &["--from", "home"]).whole(), @"
    exit 0
    --- stdout
    wrote config.toml: 16 targets, 4 containers not monitored
    --- stderr
    next: review it, run `plexmon-deploy check`, set the environment variables that it names, then run `plexmon-deploy up`
    ");
    let written = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    let (settings, targets, channels) = sections(&written);
    let (introduction, settings) = settings.split_once("\n\n").unwrap();
    let targets = targets.trim();
    snapshot!("a_home", format!("{introduction}\n\n{targets}"));
    let example = include_str!("../../../../config.example.toml");
    assert!(example.contains(settings) && example.ends_with(channels), "{written}");
    let plan = Deploy::new(folder.path()).args(["plan"]).run();
    assert!(plan.stderr.starts_with("error: no AWS region is set"), "{}", plan.whole());

    let again = init(folder.path(), &["--from", "home"]);
    assert_eq!(again.code, Some(2), "{}", again.whole());
    assert_eq!(std::fs::read_to_string(folder.path().join("config.toml")).unwrap(), written);
}

#[test]
fn files_can_be_given_individually() {
    let folder = with_home("tunnel");
    let files = ["--from", "home/docker-compose.yml", "home/cloudflare.tf", "home/variables.tf"];
    let init = init(folder.path(), &files).ended(0);
    snapshot!(init.stdout, @"wrote config.toml: 16 targets, 4 containers not monitored");
}

#[test]
fn referenced_files_are_read() {
    let folder = with_home("traefik");
    snapshot!(init(folder.path(), &["--from", "home/docker-compose.yml"]).ended(0).stdout, @"wrote config.toml: 6 targets, 1 commented out, 5 containers not monitored");
    let written = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    assert!(written.contains("https://sonarr.example.net"), "{written}");
    assert!(written.contains("# An included file was not read: `STACK`"), "{written}");
}

#[test]
fn json_output_counts_the_targets() {
    let folder = with_home("version5");
    let init = init(folder.path(), &["--json", "--from", "home"]).ended(0);
    let expected =
        serde_json::json!({"written": "config.toml", "targets": 5, "commented_out": 1, "not_seen": 3});
    assert_eq!(init.json(), expected);
}

#[test]
fn nothing_is_written_if_nothing_is_found() {
    for name in ["malformed-yaml", "malformed-terraform"] {
        let folder = with_home(name);
        init(folder.path(), &["--from", "home"]).ended(2);
        assert!(!folder.path().join("config.toml").exists());
    }
    let empty = tempfile::tempdir().unwrap();
    snapshot!(init(empty.path(), &["--from", "."]).whole(), @"
    exit 2
    --- stderr
    error: no app with a public host name was found
      cause: these paths contain no Compose file, no *.tf, no Caddyfile and no configuration of cloudflared or Traefik

    hint: also pass the file that has the host names (cloudflare.tf, cloudflared's config.yml), or start with `plexmon-deploy init --url https://...` and add the others by hand
    ");
}

/// If only host names are missing, everything else is written.
#[test]
fn a_home_without_readable_host_names_becomes_a_skeleton() {
    let folder = with_home("no-host-names");
    snapshot!(init(folder.path(), &["--from", "home"]).whole(), @"
    exit 0
    --- stdout
    wrote config.toml: 0 targets, 1 commented out, 1 container not monitored
    --- stderr
    next: no public host name was found, so every target is commented out. Enter the host names, remove the `# ` before the targets that you want, then run `plexmon-deploy check`
    ");
    let path = folder.path().join("config.toml");
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written.contains("\n# kind = \"sonarr\"\n# url = \"https://sonarr.example.com\"\n"), "{written}");
    let check = Deploy::new(folder.path()).args(["check"]).run().ended(2);
    assert!(check.stderr.contains("there is no [[target]]"), "{}", check.whole());

    // After filling it in, it is a valid configuration.
    let lines = ["# [[target]]", "# name = \"sonarr\"", "# kind = \"sonarr\"", "# url = \"https://sonarr"];
    let filled = lines
        .iter()
        .fold(written, |text, line| text.replace(&format!("\n{line}"), &format!("\n{}", &line[2..])));
    std::fs::write(&path, filled).unwrap();
    let plan = Deploy::new(folder.path()).args(["plan"]).run();
    assert!(plan.stderr.starts_with("error: no AWS region is set"), "{}", plan.whole());
    init(folder.path(), &["--from", "home"]).ended(2);
}

/// A Caddyfile, the files that it imports, and Traefik's files next to the Compose file.
#[test]
fn files_of_proxies_are_found_in_a_folder() {
    let folder = with_home("caddyfile");
    let lost = folder.path().join("home/lost.conf");
    std::fs::write(&lost, "found.example.net {\n\treverse_proxy rest:80\n}\n").unwrap();
    snapshot!(init(folder.path(), &["--from", "home"]).ended(0).stdout, @"wrote config.toml: 7 targets, 5 containers not monitored");
    let written = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    assert!(
        written.contains("https://blog.example.net") && written.contains("https://found.example.net"),
        "{written}"
    );
    assert!(!written.contains("was not read"), "{written}");

    let folder = with_home("traefik-files");
    init(folder.path(), &["--from", "home"]).ended(0);
    let written = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    for host in ["ha.example.net", "pihole.example.net", "nas.example.net"] {
        assert!(written.contains(&format!("url = \"https://{host}")), "{written}");
    }
    let folder = with_home("traefik-files");
    init(folder.path(), &["--from", "home/compose.yaml"]).ended(0);
    let written = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    let words = written.replace("\n# ", " ");
    assert!(words.contains("Traefik also reads routers from files, and none of them was read"), "{written}");
}

#[test]
fn an_invalid_caddyfile_is_reported_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("Caddyfile"), "a.example.net {\n\treverse_proxy a:1\n").unwrap();
    snapshot!(init(folder.path(), &["--from", "Caddyfile"]).whole(), @"
    exit 2
    --- stderr
    error: Caddyfile:1: this is not a valid Caddyfile
      cause: this brace is not closed

    hint: check the braces of this block; `caddy validate` also checks the file
    ");
}

#[test]
fn missing_variables_are_named() {
    let folder = with_home("traefik");
    for env in ["home/.env", "home/media/.env"] {
        std::fs::remove_file(folder.path().join(env)).unwrap();
    }
    let compose = folder.path().join("home/media/compose.yml");
    let text = std::fs::read_to_string(&compose).unwrap().replace("status.example.net", "status.${DOMAIN}");
    std::fs::write(&compose, text).unwrap();
    let main = folder.path().join("home/docker-compose.yml");
    let text = std::fs::read_to_string(&main).unwrap().replace(":-example.org", "");
    std::fs::write(&main, text).unwrap();
    snapshot!(init(folder.path(), &["--from", "home"]).whole(), @"
    exit 2
    --- stderr
    error: no app with a public host name was found
      cause: read home/base.yml, home/docker-compose.yml, home/media/compose.yml; 5 containers not monitored
      cause: An included file was not read: `STACK` in its path has no value in `.env`.
      cause: `home/docker-compose.yml` includes `home/media/missing.yml`, which was not found.
      cause: the host names of 7 apps depend on `DOMAIN`, `HOST`, `SECOND_DOMAIN`

    hint: put the values into an `.env` file next to the Compose file and run this again
    ");
}

#[test]
fn invalid_files_are_reported_with_their_line() {
    let folder = with_home("malformed-yaml");
    snapshot!(init(folder.path(), &["--from", "home/docker-compose.yml"]).whole(), @"
    exit 2
    --- stderr
    error: home/docker-compose.yml:4: this is not valid YAML
      cause: while parsing a block mapping, did not find expected key

    hint: check the indentation of this line and the one above; `docker compose config` also validates the file
    ");
    let folder = with_home("malformed-terraform");
    snapshot!(init(folder.path(), &["--from", "home/cloudflare.tf"]).whole(), @"
    exit 2
    --- stderr
    error: home/cloudflare.tf:5: this is not valid Terraform
      cause: expected newline or eof

    hint: correct this line or the one above; `terraform validate` also checks the file
    ");
    // In a searched folder, it is a remark.
    std::fs::write(
        folder.path().join("home/compose.yml"),
        "services: { plex: { image: plex, environment: { VIRTUAL_HOST: plex.example.com } } }",
    )
    .unwrap();
    snapshot!(init(folder.path(), &["--from", "home"]).ended(0).stdout, @"wrote config.toml: 1 target");
    let written = std::fs::read_to_string(folder.path().join("config.toml")).unwrap();
    assert!(
        written.contains(
            "# Not read: home/cloudflare.tf:5: this is not valid Terraform (expected newline or eof).\n"
        ),
        "{written}"
    );
}

#[test]
fn missing_paths_are_errors() {
    let folder = with_home("minimal");
    snapshot!(init(folder.path(), &["--from", "elsewhere"]).whole(), @"
    exit 2
    --- stderr
    error: could not read `elsewhere`
      cause: No such file or directory (os error [NUMBER])

    hint: pass existing files or folders that you may read
    ");
    std::fs::write(folder.path().join("notes.txt"), "").unwrap();
    snapshot!(init(folder.path(), &["--from", "notes.txt"]).whole(), @"
    exit 2
    --- stderr
    error: `notes.txt` is not a file that `init --from` reads

    hint: pass Compose files (*.yml, *.yaml), their env files (*.env), Terraform files (*.tf, *.tfvars), a Caddyfile, Traefik's files, or a folder with such files
    ");
}

#[test]
fn url_and_from_exclude_each_other() {
    let folder = with_home("minimal");
    let both = ["--from", "home", "--url", "https://plex.example.com"];
    snapshot!(init(folder.path(), &both).whole(), @"
    exit 2
    --- stderr
    error: the argument '--from <PATH>...' cannot be used with '--url <URL>'

    Usage: plexmon-deploy init --from <PATH>...

    For more information, try '--help'.
    ");
}

/// A `config.yml` may belong to any program and have any content.
#[test]
fn unrelated_files_in_a_folder_are_ignored() {
    let folder = with_home("minimal");
    let aside = folder.path().join("home/app");
    std::fs::create_dir_all(&aside).unwrap();
    std::fs::write(aside.join("config.yml"), "{{ template }}: [").unwrap();
    std::fs::write(aside.join("values.yaml"), "a: [").unwrap();
    std::fs::create_dir_all(folder.path().join("home/.git")).unwrap();
    std::fs::write(folder.path().join("home/.git/docker-compose.yml"), "a: [").unwrap();
    snapshot!(init(folder.path(), &["--from", "home"]).ended(0).stdout, @"wrote config.toml: 1 target");
}
