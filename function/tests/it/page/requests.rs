//! Methods, paths and headers.

use aws_smithy_types::base64;
use plexmon_function::page::PageRequest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fixtures::{Memory, event, get, header, respond, settings, up};

const RESOURCES: [(&str, &str, &str); 5] = [
    ("/", "text/html; charset=utf-8", "<main data-overall=\"operational\""),
    ("/status.json", "application/json; charset=utf-8", "\"indicator\":\"none\""),
    ("/feed.atom", "application/atom+xml; charset=utf-8", "<feed xmlns="),
    ("/badge/plex.svg", "image/svg+xml; charset=utf-8", "aria-label=\"plex: up\""),
    ("/badge/plex.json", "application/json; charset=utf-8", "\"message\":\"up\""),
];

#[tokio::test]
async fn every_resource_is_served_in_its_format() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    for (path, media_type, part) in RESOURCES {
        let response = get(&settings, &memory, path).await;
        assert_eq!(response.status, 200, "{path}");
        assert!(response.body.contains(part), "{path}: {}", response.body);
        let is_badge = path.starts_with("/badge/");
        let is_shared = is_badge || path == "/status.json";
        let cache = if is_badge { "public, max-age=60" } else { "public, max-age=30" };
        for (name, expected) in [
            ("content-type", Some(media_type)),
            ("cache-control", Some(cache)),
            ("x-content-type-options", Some("nosniff")),
            ("referrer-policy", Some("no-referrer")),
            ("x-robots-tag", Some("noindex, nofollow")),
            ("access-control-allow-origin", is_shared.then_some("*")),
            ("vary", (path == "/").then_some("accept-language")),
            ("strict-transport-security", None),
        ] {
            assert_eq!(header(&response, name), expected, "{name} of {path}");
        }
    }
}

#[tokio::test]
async fn clients_of_statuspage_find_the_summary_where_they_expect_it() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    let summary = get(&settings, &memory, "/status.json").await;
    for path in ["/api/v2/summary.json", "/api/v2/status.json"] {
        assert_eq!(get(&settings, &memory, path).await, summary, "{path}");
    }
}

#[tokio::test]
async fn the_policy_allows_no_script_and_only_the_pages_own_style() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    let response = get(&settings, &memory, "/").await;
    let (_, rest) = response.body.split_once("<style>").unwrap();
    let style = rest.split_once("</style>").unwrap().0;
    let hash = base64::encode(Sha256::digest(style.as_bytes()));
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src 'self' data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    assert_eq!(header(&response, "content-security-policy"), Some(expected.as_str()));
    assert!(!response.body.contains("<script") && !response.body.contains(" style=\""));
    let badge = get(&settings, &memory, "/badge/plex.svg").await;
    assert_eq!(header(&badge, "content-security-policy"), Some("default-src 'none'; frame-ancestors 'none'"));
}

#[tokio::test]
async fn search_engines_are_admitted_only_if_the_settings_say_so() {
    let mut settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    let has_meta = |body: &str| body.contains("<meta name=\"robots\" content=\"noindex,nofollow\">");
    // A copy as a file has no headers.
    assert!(has_meta(&get(&settings, &memory, "/").await.body));
    settings.page.as_mut().unwrap().noindex = false;
    let admitted = get(&settings, &memory, "/").await;
    assert_eq!(header(&admitted, "x-robots-tag"), None);
    assert!(!has_meta(&admitted.body));
}

#[tokio::test]
async fn unknown_paths_and_other_methods_are_refused() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    let long = format!("/{}", "x".repeat(100_000));
    for path in [
        "/x",
        "//",
        "/%2F",
        "/status.json/",
        "/STATUS.JSON",
        "/badge/nas.svg",
        "/badge/plex",
        "/badge/.svg",
        "/badge/../badge/plex.svg",
        "/badge%2Fplex.svg",
        "/%ff",
        "/%",
        "status.json",
        &long,
    ] {
        let response = get(&settings, &memory, path).await;
        assert_eq!((response.status, response.body.as_str()), (404, "not found\n"), "{path:.60}");
        assert_eq!(header(&response, "cache-control"), Some("no-store"), "{path:.60}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", ""] {
        let response = respond(&settings, &memory, &event(method, "/", &[])).await;
        assert_eq!((response.status, header(&response, "allow")), (405, Some("GET, HEAD")), "{method}");
        assert_eq!(respond(&settings, &memory, &event(method, "/x", &[])).await.status, 404, "{method}");
    }
}

#[tokio::test]
async fn long_paths_lead_nowhere() {
    let name = "x".repeat(3_000);
    let settings = settings(&[&name[..2_037], &name[..2_038]]);
    let memory = Memory::with(&up(&settings), &settings);
    for (length, status) in [(2_037, 200), (2_038, 404)] {
        let path = format!("/badge/{}.svg", &name[..length]);
        assert_eq!(get(&settings, &memory, &path).await.status, status, "{} bytes", path.len());
    }
}

#[tokio::test]
async fn names_in_paths_are_decoded_segment_by_segment() {
    let names = ["a b", "a/b", "K\u{fc}che", "50% & more", "x.svg", "+1"];
    let settings = settings(&names);
    let memory = Memory::with(&up(&settings), &settings);
    for (path, name) in [
        ("/badge/a%20b.svg", "a b"),
        ("/badge/a%2Fb.svg", "a/b"),
        ("/badge/a%2fb.json", "a/b"),
        ("/badge/K%C3%BCche.svg", "K\u{fc}che"),
        ("/badge/K\u{fc}che.svg", "K\u{fc}che"),
        ("/badge/50%25%20%26%20more.svg", "50% &amp; more"),
        ("/badge/x.svg.svg", "x.svg"),
        ("/badge/+1.svg", "+1"),
        ("/%62adge/a%20b%2Esvg", "a b"),
    ] {
        let response = get(&settings, &memory, path).await;
        assert_eq!(response.status, 200, "{path}");
        assert!(response.body.contains(name), "{path}: {}", response.body);
    }
    assert_eq!(get(&settings, &memory, "/badge/a/b.svg").await.status, 404);
}

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    for path in RESOURCES.map(|(path, ..)| path).iter().chain(&["/x"]) {
        let get = get(&settings, &memory, path).await;
        let head = respond(&settings, &memory, &event("HEAD", path, &[])).await;
        assert_eq!(
            (head.status, &head.headers, head.body.as_str()),
            (get.status, &get.headers, ""),
            "{path}"
        );
    }
}

#[tokio::test]
async fn what_a_visitor_has_already_is_not_sent_again() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    for (path, media_type, _) in RESOURCES {
        let first = get(&settings, &memory, path).await;
        let tag = header(&first, "etag").unwrap();
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20, "{tag}");
        for (known, is_known) in [
            (tag.to_owned(), true),
            (format!("W/{tag}"), true),
            (format!("\"other\" , {tag},W/\"third\""), true),
            ("*".to_owned(), true),
            ("\"other\"".to_owned(), false),
            (tag.trim_matches('"').to_owned(), false),
            (String::new(), false),
        ] {
            let again = respond(&settings, &memory, &event("GET", path, &[("if-none-match", &known)])).await;
            let expected = if is_known { (304, None, 0) } else { (200, Some(media_type), first.body.len()) };
            let found = (again.status, header(&again, "content-type"), again.body.len());
            assert_eq!(found, expected, "{path} {known}");
            for name in ["etag", "cache-control", "vary"] {
                assert_eq!(header(&again, name), header(&first, name), "{name} of {path} {known}");
            }
        }
    }
}

#[tokio::test]
async fn each_language_has_its_page_and_its_tag() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    let mut tags = Vec::new();
    for (accepted, language) in [("de-AT, en;q=0.5", "de"), ("fr", "en"), ("", "en")] {
        let headers = [("accept-language", accepted)];
        let response = respond(&settings, &memory, &event("GET", "/", &headers)).await;
        assert_eq!(header(&response, "content-language"), Some(language), "{accepted}");
        assert!(response.body.contains(&format!("lang=\"{language}\"")), "{accepted}");
        tags.push(header(&response, "etag").unwrap().to_owned());
    }
    assert!(tags[0] != tags[1] && tags[1] == tags[2], "{tags:?}");
}

#[tokio::test]
async fn what_a_request_may_lack_or_have_too_much_of_does_not_matter() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    let huge = "x".repeat(1 << 20);
    let mut large =
        event("GET", "/", &[("cookie", &huge), ("accept-language", &huge), ("if-none-match", &huge)]);
    large["rawQueryString"] = huge.as_str().into();
    large["queryStringParameters"] = json!({ "a": huge });
    large["body"] = huge.as_str().into();
    large["isBase64Encoded"] = true.into();
    let odd = json!({ "rawPath": 7, "headers": ["a"], "requestContext": { "http": "x" } });
    let old = json!({ "requestContext": { "http": { "method": "GET", "path": "/" } } });
    let upper = json!({ "rawPath": "/", "headers": { "Accept-Language": "de", "x": null } });
    for event in [large, odd, old, upper, json!({}), json!(null), json!([]), json!("GET /")] {
        let response = respond(&settings, &memory, &event).await;
        assert_eq!(response.status, 200, "{:.80}", event.to_string());
        assert!(response.body.contains("<main "), "{:.80}", event.to_string());
    }
    let upper = json!({ "headers": { "Accept-Language": "de" } });
    assert_eq!(PageRequest::of(&upper).header("accept-language"), Some("de"));
}

#[tokio::test]
async fn a_response_has_the_form_that_lambda_expects() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    let response = get(&settings, &memory, "/status.json").await;
    let body = response.body.clone();
    let sent = response.into_json();
    assert_eq!(sent["statusCode"], 200);
    assert_eq!(sent["isBase64Encoded"], false);
    assert_eq!(sent["body"], body);
    assert!(sent["headers"].as_object().unwrap().values().all(Value::is_string), "{sent}");
}
