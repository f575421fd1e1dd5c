//! Invalid configurations and the exact messages about them.

use insta::assert_snapshot;
use plexmon_deploy::config::Config;

use super::{TARGET, below, parse, refuses, target, top};

#[test]
fn unknown_keys_are_rejected_with_the_nearest_known_key() {
    refuses![
        top("shedule = \"rate(5 minutes)\""),
        top("something = 1"),
        target("stauts = [200]"),
        "[[target]]\nname = \"plex\"\nulr = \"https://plex.example.com\"\n".to_owned(),
        below("[notfy.pushover]\ntoken = { env = \"A\" }"),
        below("[notify.pushbulet]\ntoken = { env = \"A\" }"),
        below("[notify.pushover]\ntoken = { env = \"A\" }\nuser = { env = \"B\" }\nusr = { env = \"B\" }"),
        below("[notify.pushover]\ntoken = { env = \"A\", fle = \"a\" }\nuser = { env = \"B\" }"),
        below("[state]\nparamter = \"/homelab/plex\""),
        below("[function]\ntimeout = 30"),
    ];
}

#[test]
fn a_key_that_shares_its_words_with_a_missing_one_is_taken_for_it() {
    let of = |kind: &str, lines: &str| target(&format!("kind = \"{kind}\"\n{lines}"));
    let key = "api_key = { env = \"KEY\" }";
    refuses![
        below("[notify.telegram]\ntoken = { env = \"A\" }\nchat_id = 1"),
        below("[notify.gotify]\ntoken = { env = \"A\" }\nserver_url = \"https://gotify.example.com\""),
        of("sonarr", &format!("disk_free = \"50 GB\"\n{key}")),
        of("sonarr", &format!("disk_min_free = \"50 GB\"\n{key}")),
        of("sonarr", "disk_free_min = \"50 GB\"\nsonarr_api_key = { env = \"KEY\" }"),
        of("kopia", "backup_age = \"26h\"\nuser = \"u\"\npassword = { env = \"KEY\" }"),
    ];
}

#[test]
fn a_value_of_another_type_is_rejected_with_an_example() {
    let of = |kind: &str, lines: &str| target(&format!("kind = \"{kind}\"\n{lines}"));
    let key = "api_key = { env = \"KEY\" }";
    refuses![
        target("json = \"$.freeSpace\""),
        target("metrics = [\"node_load5\"]"),
        target("header = \"Content-Type: json\""),
        target("redirect = true"),
        of("sonarr", &format!("disk_free_min = 50\n{key}")),
        of("kopia", "backup_max_age = 26\nuser = \"u\"\npassword = { env = \"KEY\" }"),
    ];
}

#[test]
fn names_and_regions_are_checked() {
    refuses![
        top("name = \"\""),
        top("name = \"plex health\""),
        top(&format!("name = \"{}\"", "x".repeat(41))),
        top("region = \"Frankfurt\""),
        top("region = \"eu-central\""),
        top("region = \"EU-CENTRAL-1\""),
    ];
}

#[test]
fn schedules_that_aws_would_reject_are_rejected() {
    refuses![
        top("schedule = \"rate(1 minutes)\""),
        top("schedule = \"cron(*/5 * * * *)\""),
        top("schedule = \"every 5 minutes\""),
        format!("schedule = \"rate(1 minute)\"\n{TARGET}\n[function]\ntimeout_s = 60\n"),
        format!("schedule = \"cron(* * * * ? *)\"\n{TARGET}\n[function]\ntimeout_s = 300\n"),
        format!("schedule = \"cron(0,58 0,23 * * ? *)\"\n{TARGET}\n[function]\ntimeout_s = 120\n"),
        format!("{TARGET}\n[function]\nmemory_mb = 128\ntimeout_s = 300\n"),
    ];
}

#[test]
fn addresses_are_complete_and_contain_no_credentials() {
    let url = |url: &str| format!("[[target]]\nname = \"plex\"\nurl = \"{url}\"\n");
    refuses![
        url("plex.example.com"),
        url("ftp://plex.example.com"),
        url("https://me:secret@plex.example.com"),
        url("https://me@plex.example.com"),
        url("https://"),
        below(
            "[notify.pushover]\ntoken = { env = \"A\" }\nuser = { env = \"B\" }\nurl = \"api.pushover.net\""
        ),
    ];
}

#[test]
fn targets_are_required_and_have_unique_names() {
    refuses![
        String::new(),
        "target = []\n".to_owned(),
        format!("{TARGET}\n{TARGET}"),
        "[[target]]\nurl = \"https://plex.example.com\"\n".to_owned(),
        "[[target]]\nname = \"plex\"\n".to_owned(),
        "[[target]]\nname = \" plex\"\nurl = \"https://plex.example.com\"\n".to_owned(),
        "[[target]]\nname = \"{{plex}}\"\nurl = \"https://plex.example.com\"\n".to_owned(),
        "[target]\nname = \"plex\"\nurl = \"https://plex.example.com\"\n".to_owned(),
    ];
}

#[test]
fn more_targets_than_the_state_has_room_for_are_rejected() {
    let many: String =
        (0..2_000).map(|number| TARGET.replace("plex\"", &format!("plex{number}\""))).collect();
    assert_snapshot!(parse(&many).unwrap_err(), @"
    error: config.toml:1: `target` has 2000 entries, but the state has room for 1192

    hint: the state is kept in at most 48 SSM parameters of 4 KB: use shorter names, or a second deployment with another `name`
    ");
}

#[test]
fn conditions_of_a_target_are_checked() {
    refuses![
        target("kind = \"pterodactyl\""),
        target("kind = \"grafanna\""),
        target("status = [200, 600]"),
        target("status = 99"),
        target("status = []"),
        target("contains = \"\""),
        target("timeout_s = 0"),
        target("timeout_s = 16"),
        target("headers = { \"not a name\" = \"x\" }"),
        target("headers = { Accept = \"two\\nlines\" }"),
        target("headers = { Accept = 5 }"),
    ];
}

#[test]
fn literal_secrets_are_rejected() {
    refuses![
        below("[notify.pushover]\ntoken = \"azGDORePK8gMaC0QOYAMyEEuzJnyUi\"\nuser = { env = \"B\" }"),
        below("[notify.pushover]\ntoken = { env = \"A\" }\nuser = \"uQiRzpo4DXghDmr9QzzfQu27cmVRsG\""),
        below("[notify.pushover]\ntoken = { env = \"A\" }"),
        below("[notify.pushover]\ntoken = { env = \"A\", file = \"a\" }\nuser = { env = \"B\" }"),
        below("[notify.pushover]\ntoken = {}\nuser = { env = \"B\" }"),
        below("[notify.pushover]\ntoken = { env = \"$TOKEN\" }\nuser = { env = \"B\" }"),
        target("headers = { Authorization = { var = \"A\" } }"),
        target("headers = { Authorization = { env = \"A\" } }").replace("https://", "http://"),
        target("secrets_over_http = \"yes\""),
    ];
}

#[test]
fn parameter_names_follow_the_rules_of_ssm() {
    let parameter = |name: &str| below(&format!("[state]\nparameter = \"{name}\""));
    refuses![
        parameter("homelab/plex"),
        parameter("/homelab/plex/"),
        parameter("/homelab//plex"),
        parameter("/homelab/plex status"),
        parameter("/aws/plex"),
        parameter("/SSM/plex"),
        parameter(&"/x".repeat(16)),
        parameter("/homelab/plex_secrets"),
        parameter("/homelab/plex_part2"),
    ];
}

#[test]
fn settings_of_the_function_stay_within_the_limits_of_lambda() {
    refuses![
        below("[function]\narchitecture = \"aarch64\""),
        below("[function]\nmemory_mb = 64"),
        below("[function]\nmemory_mb = -128"),
        below("[function]\ntimeout_s = 15"),
        below("[function]\ntimeout_s = 901"),
        below("[function]\nlog_retention_days = 0"),
        below("[function]\nlog_retention_days = 10"),
        below("[function]\npermissions_boundary = \"boundary\""),
    ];
}

#[test]
fn values_of_the_wrong_type_are_rejected() {
    refuses![
        top("name = 5"),
        top("schedule = 5"),
        "target = \"https://plex.example.com\"\n".to_owned(),
        "target = [\"https://plex.example.com\"]\n".to_owned(),
        target("status = \"200\""),
        target("timeout_s = 1.5"),
        target("headers = \"Accept\""),
        below("[function]\nmemory_mb = \"128\""),
        top("function = 128"),
        top("notify = true"),
    ];
}

#[test]
fn invalid_toml_is_reported_with_its_line() {
    refuses![
        top("name = plex"),
        top("region = \"us-east-1"),
        below("[function\nmemory_mb = 128"),
        top("name = \"a\"\nname = \"b\""),
        below("[function]\nmemory_mb 128"),
    ];
}

/// Only the first of several errors is reported; it comes from the target here.
#[test]
fn a_target_is_rejected_before_an_unknown_key_elsewhere() {
    let error = parse(&below("[stat]\nparameter = \"/x\"\n\n[[target]]\nname = \"b\"\n")).unwrap_err();
    assert_snapshot!(error, @r#"
    error: config.toml:8: [[target]] needs `url`

    hint: add, for example: url = "https://plex.example.com"
    "#);
}

#[test]
fn a_missing_configuration_leads_to_init() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let error = Config::load(&path).unwrap_err().to_string();
    assert_snapshot!(error.replace(&folder.path().display().to_string(), "FOLDER"), @"
    error: could not read `FOLDER/config.toml`
      cause: No such file or directory (os error 2)

    hint: create one with `plexmon-deploy init`, or pass the path of yours with `--config PATH`
    ");
}

#[test]
fn a_configuration_that_is_not_utf8_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, b"name = \"\xff\"\n").unwrap();
    let error = Config::load(&path).unwrap_err().to_string();
    assert_snapshot!(error.replace(&folder.path().display().to_string(), "FOLDER"), @"
    error: could not read `FOLDER/config.toml`
      cause: stream did not contain valid UTF-8

    hint: the configuration must be a readable text file in UTF-8
    ");
}

#[test]
fn a_ca_file_must_exist_and_contain_certificates() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("key.pem"), "-----BEGIN PRIVATE KEY-----\n").unwrap();
    let refusal = |file: &str| {
        let text = target(&format!("ca_file = \"{file}\""));
        let error = Config::parse(&text, &folder.path().join("config.toml")).unwrap_err().to_string();
        error.replace(&folder.path().display().to_string(), "FOLDER")
    };
    assert_snapshot!(refusal("nowhere.pem"), @"
    error: FOLDER/config.toml:4: `[[target]] ca_file` names `FOLDER/nowhere.pem`, which cannot be read
      cause: No such file or directory (os error 2)
    ");
    assert_snapshot!(refusal("key.pem"), @"
    error: FOLDER/config.toml:4: `[[target]] ca_file` names `FOLDER/key.pem`, which has a private key at line 1

    hint: leave only the certificate in the file; the key is not needed to trust it
    ");
}
