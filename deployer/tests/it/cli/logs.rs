//! `logs`, from the answers of CloudWatch to the lines on the screen.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use serde_json::json;
use tempfile::TempDir;

use crate::support::{Deploy, Ran, snapshot};

/// A run that saw an outage, and one that Lambda stopped.
fn events() -> String {
    let run = |status: &str, cause: &str| {
        format!(
            "{{\"previous\":\"up\",\"current\":\"{status}\",\"http\":502,\"targets\":[{{\"name\":\"plex\",\
             \"status\":\"{status}\",\"since\":1793700300,\"http\":502{cause},\"ms\":141.6}}],\"notices\":[\
             {{\"channel\":\"pushover\",\"target\":\"plex\",\"kind\":\"down\",\"outcome\":\"delivered\"}}],\
             \"problems\":[],\"dead_letters\":0,\"phases\":{{}}}}\n"
        )
    };
    let messages = [
        "INIT_START Runtime Version: provided:al2023.v87\n".to_owned(),
        "START RequestId: 8f507cfc-1c1d-4c2e-9d7f-0b6a3c1f5a11 Version: $LATEST\n".to_owned(),
        run("down", ",\"cause\":\"app\",\"why\":\"Plex is stopped; nginx returns 502\""),
        "END RequestId: 8f507cfc-1c1d-4c2e-9d7f-0b6a3c1f5a11\n".to_owned(),
        "REPORT RequestId: 8f507cfc-1c1d-4c2e-9d7f-0b6a3c1f5a11\tDuration: 812.11 ms\t\n".to_owned(),
        "2026-11-03T10:10:30.000Z 8f507cfc-1c1d-4c2e-9d7f-0b6a3c1f5a12 Task timed out after 30.03 seconds\n\n"
            .to_owned(),
    ];
    let event = |(index, message): (usize, &String)| json!({ "eventId": index.to_string(), "timestamp": 1_793_700_307_000_u64 + index as u64, "message": message });
    json!({ "events": messages.iter().enumerate().map(event).collect::<Vec<_>>() }).to_string()
}

/// Answer every request with these events, in a thread that ends with the process.
fn cloud_watch(events: String) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = answer(stream, &events);
        }
    });
    url
}

fn answer(mut stream: TcpStream, body: &str) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line)? > 2 {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or_default();
        }
        line.clear();
    }
    reader.take(length).read_to_end(&mut Vec::new())?;
    let head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.1\r\nConnection: close\r\nContent-Length:";
    write!(stream, "{head} {}\r\n\r\n{body}", body.len())
}

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = "region = \"eu-central-1\"\n[[target]]\nname = \"plex\"\nurl = \"https://plex.example.com\"\n";
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    home
}

fn with_aws(deploy: Deploy, events: &str) -> Deploy {
    let deploy = deploy.env("AWS_ENDPOINT_URL", cloud_watch(events.to_owned()));
    deploy.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test")
}

fn logs(events: &str, args: &[&str]) -> Ran {
    let home = home();
    with_aws(Deploy::new(home.path()), events).args(["logs"].iter().chain(args)).run().ended(0)
}

#[test]
fn each_check_is_a_readable_line_and_platform_lines_are_omitted() {
    snapshot!(logs(&events(), &[]).whole(), @"
    exit 0
    --- stdout
    2026-11-03T10:05:07Z plex    down [TIME]  app: Plex is stopped; nginx returns 502
    2026-11-03T10:05:07Z pushover delivered: plex is DOWN
    2026-11-03T10:05:07Z failed  Task timed out after 30.03 seconds
    ");
}

#[test]
fn raw_shows_every_line_as_it_was_logged() {
    let raw = logs(&events(), &["--raw"]).stdout;
    assert!(raw.contains("Z START RequestId: 8f507cfc") && raw.contains("Z REPORT RequestId:"), "{raw}");
    assert!(raw.contains("Z {\"previous\":\"up\",\"current\":\"down\""), "{raw}");
}

#[test]
fn json_has_the_runs_as_logged_and_platform_lines_only_with_raw() {
    let count = |args: &[&str]| logs(&events(), args).json()["events"].as_array().unwrap().len();
    assert_eq!((count(&["--json"]), count(&["--json", "--raw"])), (2, 6));
    let document = logs(&events(), &["--json"]).json();
    let run: serde_json::Value =
        serde_json::from_str(document["events"][0]["message"].as_str().unwrap()).unwrap();
    assert_eq!(run["targets"][0]["name"], "plex");
}

#[test]
fn quiet_shows_the_lines_without_notes() {
    assert_eq!(logs(&events(), &["-q"]).stdout, logs(&events(), &[]).stdout);
    let nothing = logs("{\"events\":[]}", &[]);
    assert_eq!((nothing.stdout.as_str(), nothing.stderr.as_str()), ("", "no log lines in the last 1h\n"));
    assert_eq!(logs("{\"events\":[]}", &["-q"]).stderr, "");
}

#[cfg(unix)]
#[test]
fn lines_are_wrapped_on_a_narrow_terminal_and_plain_with_no_color() {
    let home = home();
    let on_a_terminal = |color: &str| {
        let deploy = Deploy::on_a_terminal(home.path(), 60, "", "");
        with_aws(deploy, &events()).env("NO_COLOR", color).args(["logs"]).run().ended(0)
    };
    assert!(on_a_terminal("").stderr.contains("colors:"));
    let plain = on_a_terminal("1");
    assert_eq!(plain.stderr, "");
    snapshot!(plain.stdout, @"
    2026-11-03T10:05:07Z plex    down [TIME]  app: Plex
                         is stopped; nginx returns 502
    2026-11-03T10:05:07Z pushover delivered: plex is DOWN
    2026-11-03T10:05:07Z failed  Task timed out after 30.03
                         seconds
    ");
}
