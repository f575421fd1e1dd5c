//! `status` says which code AWS runs.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use plexmon_deploy::artifact::pack;
use plexmon_deploy::names::ZIP_TAG;
use serde_json::{Value, json};

use crate::support::{Deploy, Fixture, bootstrap};

/// Return the lines of `status` about the code, and its entry in the document.
fn code_of(status: impl Fn(&[&str]) -> Deploy) -> (String, Value) {
    let text = status(&["status"]).run().ended(0).stdout;
    let line = text.lines().find_map(|line| line.strip_prefix("  code        ")).unwrap().to_owned();
    (line, status(&["status", "--json"]).run().ended(0).json()["code"]["running"].clone())
}

#[test]
fn code_is_compared_with_the_given_file_and_its_settings() {
    let fixture = Fixture::deployed();
    let with_file = |args: &[&str]| fixture.with_code(args);
    assert_eq!(code_of(with_file), ("exactly that of the given file".to_owned(), json!("exact")));

    let other = fixture.home().join("other");
    let mut binary = fs::read(bootstrap()).unwrap();
    binary.extend(b"other");
    fs::write(&other, binary).unwrap();
    let with_other = |args: &[&str]| fixture.deploy(args).args(["--bootstrap", "other"]);
    assert_eq!(code_of(with_other), ("that of another file".to_owned(), json!("other_file")));

    let without_file = |args: &[&str]| fixture.deploy(args);
    let expected = ("from a file that was given with --bootstrap".to_owned(), json!("other_file"));
    assert_eq!(code_of(without_file), expected);

    fixture.edit("tries = 1", "tries = 2");
    let expected = ("that of the given file, with other settings".to_owned(), json!("other_settings"));
    assert_eq!(code_of(with_file), expected);
}

/// The tags alone do not prove anything: `status` compares the zip itself with what AWS says about its own.
#[test]
fn code_with_the_right_tags_but_another_zip_is_not_exact() {
    let fixture = Fixture::named().with_deployment();
    let name = fixture.unique_name();
    let zip = pack(b"another program", "{}").unwrap();
    let code = json!({ "FunctionName": name, "ZipFile": { "base64": BASE64.encode(zip.bytes) } });
    fixture.aws("lambda", "update_function_code", code);
    let with_file = |args: &[&str]| fixture.with_code(args);
    let expected =
        ("unknown: changed outside plexmon, or uploaded by an early version".to_owned(), json!("unknown"));
    assert_eq!(code_of(with_file), expected);

    let arn = fixture.arn("lambda", &format!("function:{name}"));
    let tags = json!({ "Resource": arn, "Tags": { ZIP_TAG: zip.sha256 } });
    fixture.aws("lambda", "tag_resource", tags);
    let expected = ("that of the given file, packed differently".to_owned(), json!("same_function"));
    assert_eq!(code_of(with_file), expected);
}
