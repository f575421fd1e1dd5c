//! Methods, paths and headers.

use super::fixtures::{Memory, event, get, header, respond, settings, up};

#[tokio::test]
async fn every_resource_is_served_in_its_format() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    for (path, media_type, part) in [
        ("/", "text/html; charset=utf-8", "<main data-overall=\"operational\""),
        ("/status.json", "application/json; charset=utf-8", "\"indicator\":\"none\""),
        ("/feed.atom", "application/atom+xml; charset=utf-8", "<feed xmlns="),
        ("/badge/plex.svg", "image/svg+xml; charset=utf-8", "aria-label=\"plex: up\""),
        ("/badge/plex.json", "application/json; charset=utf-8", "\"message\":\"up\""),
    ] {
        let response = get(&settings, &memory, path).await;
        assert_eq!(response.status, 200, "{path}");
        assert_eq!(header(&response, "content-type"), Some(media_type), "{path}");
        assert!(response.body.contains(part), "{path}: {}", response.body);
        assert_eq!(header(&response, "x-content-type-options"), Some("nosniff"), "{path}");
    }
}

#[tokio::test]
async fn unknown_paths_and_other_methods_are_refused() {
    let settings = settings(&["plex"]);
    let memory = Memory::with(&up(&settings), &settings);
    for path in ["/x", "//", "/status.json/", "/badge/nas.svg", "/badge/plex", "/%ff", "/badge%2Fplex.svg"] {
        let response = get(&settings, &memory, path).await;
        assert_eq!((response.status, response.body.as_str()), (404, "not found\n"), "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "get", ""] {
        let response = respond(&settings, &memory, &event(method, "/", &[])).await;
        assert_eq!((response.status, header(&response, "allow")), (405, Some("GET, HEAD")), "{method}");
    }
}
