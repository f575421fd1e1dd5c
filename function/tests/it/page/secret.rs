//! The secret first segment of every path.

use sha2::{Digest, Sha256};

use super::fixtures::{Memory, event, get, header, respond, settings, up};

const SECRET: &str = "Zt4vQ9-kP2_x7LmN8wRb3c";

fn secret_settings() -> plexmon_function::contract::settings::Settings {
    let mut settings = settings(&["plex"]);
    let digest: String = Sha256::digest(SECRET.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let page = settings.page.as_mut().unwrap();
    (page.secret_sha256, page.noindex) = (Some(digest), false);
    settings
}

#[tokio::test]
async fn only_the_secret_path_answers_and_only_to_its_visitor() {
    let settings = secret_settings();
    let memory = Memory::with(&up(&settings), &settings);
    for path in ["/", "/status.json", "/feed.atom", "/badge/plex.svg", "/badge/plex.json"] {
        let response = get(&settings, &memory, &format!("/{SECRET}{path}")).await;
        assert_eq!(response.status, 200, "{path}");
        let cache = header(&response, "cache-control").unwrap();
        assert!(cache.starts_with("private, max-age="), "{cache}");
        let robots = header(&response, "x-robots-tag");
        assert_eq!(robots, Some("noindex, nofollow"), "whatever `noindex` says");
        assert!(!response.body.contains(SECRET), "{path}");
        assert!(response.headers.iter().all(|(_, value)| !value.contains(SECRET)), "{path}");
    }
}

#[tokio::test]
async fn everything_else_gets_the_same_answer_as_an_unknown_path() {
    let settings = secret_settings();
    let memory = Memory::with(&up(&settings), &settings);
    let digest = settings.page.as_ref().unwrap().secret_sha256.clone().unwrap();
    let unknown = get(&settings, &memory, &format!("/{SECRET}/x")).await;
    assert_eq!((unknown.status, unknown.body.as_str()), (404, "not found\n"));
    let (longer, shorter, lower) =
        (format!("/{SECRET}x/"), format!("/{}/", &SECRET[1..]), SECRET.to_lowercase());
    for path in [
        "",
        "/",
        "//",
        "/status.json",
        "/badge/plex.svg",
        &longer,
        &shorter,
        &format!("/{lower}/"),
        &format!("//{SECRET}/"),
        &format!("/{digest}/"),
        &format!("/{SECRET}%00/"),
        &format!("/{SECRET}%2F"),
        &format!("/x/{SECRET}/"),
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            let response = respond(&settings, &memory, &event(method, path, &[("if-none-match", "*")])).await;
            assert_eq!(response, unknown, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_missing_slash_is_added_by_a_relative_redirect() {
    let settings = secret_settings();
    let memory = Memory::with(&up(&settings), &settings);
    for method in ["GET", "HEAD"] {
        let response = respond(&settings, &memory, &event(method, &format!("/{SECRET}"), &[])).await;
        let location = format!("./{SECRET}/");
        assert_eq!((response.status, header(&response, "location")), (308, Some(location.as_str())));
        assert_eq!(header(&response, "referrer-policy"), Some("no-referrer"));
        assert!(!response.body.contains(SECRET));
    }
    let response = respond(&settings, &memory, &event("POST", &format!("/{SECRET}"), &[])).await;
    assert_eq!(response.status, 405);
}

#[tokio::test]
async fn an_invalid_digest_hides_the_page() {
    let mut settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    for digest in ["", "00", "zz", &"0".repeat(64), &"+f".repeat(32), &"\u{fc}".repeat(32)] {
        settings.page.as_mut().unwrap().secret_sha256 = Some((*digest).to_owned());
        for path in ["/", "//", "/status.json", "/x/"] {
            assert_eq!(get(&settings, &memory, path).await.status, 404, "{digest} {path}");
        }
    }
}
