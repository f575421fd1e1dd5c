//! Plex's libraries.

use plexmon_function::contract::settings::{InsideCheck, Target};
use plexmon_function::probe::{Cause, Observation, Verdict};

use super::{UP, json, listed, observe, target};
use crate::server::{Answer, Server, http};

async fn plex(timeout_s: u32, answers: &[Answer]) -> Observation {
    let server = Server::start(answers).await;
    let inside_headers = vec!["X-Plex-Token".to_owned()];
    let target = target("Plex", server.url(), InsideCheck::PlexLibraries);
    let observation = observe(&Target { timeout_s, inside_headers, ..target }).await;
    let requests = server.requests();
    assert!(!requests[0].contains("hush"), "{}", requests[0]);
    observation
}

async fn libraries(answer: Answer) -> Observation {
    plex(1, &[http("200 OK", "", UP), answer]).await
}

#[tokio::test]
async fn libraries_that_answer_are_counted() {
    for (answer, expected) in [
        (json(r#"{"MediaContainer":{"size":3,"Directory":[]}}"#), "libraries:size: ok: Plex has 3 libraries"),
        (json(r#"{"MediaContainer":{"size":1}}"#), "libraries:size: ok: Plex has 1 library"),
        (json(r#"{"MediaContainer":{"size":0}}"#), "libraries:size: WARNING: Plex has no libraries"),
        (
            json(r#"{"MediaContainer":{}}"#),
            "libraries: unknown: libraries: Plex does not say how many libraries it has",
        ),
        (json("<MediaContainer/>"), "libraries: unknown: libraries: the body is not JSON"),
        (
            http("302 Found", "location: https://login.example.com/?next=https://plex\r\n", ""),
            "libraries: unknown: libraries: a login page answers instead of the app (login.example.com)",
        ),
    ] {
        let observation = libraries(answer).await;
        assert!(observation.ok && !observation.secret_refused, "{observation:?}");
        assert_eq!(listed(&observation), expected);
    }
}

#[tokio::test]
async fn a_refused_token_is_a_warning() {
    let observation = libraries(http("401 Unauthorized", "", "<html>401 Unauthorized</html>")).await;
    assert!(observation.ok && observation.secret_refused);
    assert_eq!(listed(&observation), "libraries:token: WARNING: Plex refuses the token");
}

/// `check` runs on a machine that may not have the token.
#[tokio::test]
async fn without_the_token_nothing_is_known() {
    let server = Server::start(&[http("200 OK", "", UP)]).await;
    let inside_headers = vec!["X-Plex-Token".to_owned()];
    let target = target("Plex", server.url(), InsideCheck::PlexLibraries);
    let observation = super::probe_without_secrets(&Target { inside_headers, ..target }).await;
    assert!(observation.ok, "{observation:?}");
    let expected = "libraries: unknown: libraries: the secret header X-Plex-Token has no value";
    assert_eq!(listed(&observation), expected);
}

#[tokio::test]
async fn libraries_that_do_not_answer_are_an_outage() {
    for (answer, why) in [
        (Answer::Hang(Vec::new()), "no answer in time"),
        (Answer::Hang(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{".to_vec()), "no answer in time"),
        (Answer::Reset, "connection reset by the server"),
        (http("500 Oh", "", ""), "Plex answers HTTP 500"),
        (http("504 Gateway Timeout", "", ""), "Plex does not respond to the proxy in time (504)"),
    ] {
        let observation = libraries(answer).await;
        let failed = observation.failed.as_ref().unwrap();
        assert_eq!(failed.to_string(), format!("Plex responds, but its libraries do not ({why})"));
        assert_eq!((failed.cause, observation.verdict()), (Cause::App, Verdict::Down));
        assert!(observation.links.is_sorted_by_key(|link| link.name), "{:?}", observation.links);
    }
}

#[tokio::test]
async fn plex_may_be_busy_with_its_own_maintenance() {
    let page = "<Response code=\"503\" title=\"Maintenance\" status=\"Plex Media Server is currently running \
                database migrations.\"/>";
    let observation = libraries(http("503 Service Unavailable", "", page)).await;
    assert_eq!(observation.verdict(), Verdict::Unknown);
    assert_eq!(observation.cause(), Some(Cause::Maintenance));
}

/// The response time is that of the target alone.
#[tokio::test]
async fn the_time_of_the_libraries_is_not_a_part_of_the_response_time() {
    let observation = libraries(Answer::Hang(Vec::new())).await;
    assert!(observation.total_ms < 900.0, "{observation:?}");
}
