//! Requests to Home Assistant, and the outcomes of its answers.

use plexmon_function::contract::delivery::Delivery;
use plexmon_function::contract::secrets::ChannelSecrets;
use plexmon_function::contract::settings::ChannelKind;
use plexmon_function::message::Message;
use serde_json::json;

use super::{Posted, endless, later, message, refused, secrets, send, sent};
use crate::server::{Answer, http};

fn at_service(service: &str, address: &str) -> (ChannelKind, ChannelSecrets) {
    let kind = ChannelKind::HomeAssistant { url: address.to_owned(), service: service.to_owned() };
    (kind, secrets(&[("token", "ey.long.lived")]))
}

fn phone(address: &str) -> (ChannelKind, ChannelSecrets) {
    at_service("notify.mobile_app_pixel", address)
}

/// Accepts what its API accepts: services of other integrations refuse `data`.
fn service(request: &str) -> Answer {
    let posted = Posted::of(request);
    if posted.header("authorization") != "Bearer ey.long.lived" {
        return http("401 Unauthorized", "", "401: Unauthorized");
    }
    let is_phone = posted.line == "POST /api/services/notify/mobile_app_pixel HTTP/1.1";
    if !is_phone && posted.line != "POST /api/services/notify/family HTTP/1.1" {
        return http("400 Bad Request", "", "400: Bad Request");
    }
    if !posted.is_json() || posted.text("message").is_empty() || posted.body["data"].is_object() != is_phone {
        return http("400 Bad Request", "", "400: Bad Request");
    }
    http("200 OK", "content-type: application/json\r\n", "[]")
}

#[tokio::test]
async fn a_phone_gets_a_link_and_an_outage_arrives_at_once() {
    let data = sent(phone, service, &message()).await.body["data"].clone();
    assert_eq!(data["url"], "https://plex.example.com/identity");
    assert_eq!((&data["priority"], &data["ttl"]), (&json!("high"), &json!(0)));
    let again = sent(phone, service, &message()).await.body["data"]["tag"].clone();
    assert_eq!(again, data["tag"], "a repeat replaces the message");
    let quiet = sent(phone, service, &Message { urgent: false, url: String::new(), ..message() }).await;
    assert_eq!(quiet.body["data"], json!({"tag": data["tag"]}));
}

#[tokio::test]
async fn other_services_get_no_options() {
    let posted = sent(|address| at_service("family", address), service, &message()).await;
    assert_eq!(posted.body, json!({"title": "plex is DOWN", "message": "Ünable & co"}));
}

#[tokio::test]
async fn long_messages_are_shortened() {
    assert_eq!(sent(phone, service, &endless()).await.text("message").chars().count(), 1_500);
}

#[tokio::test]
async fn every_answer_has_its_outcome() {
    for (status, body, expected) in [
        (
            "400 Bad Request",
            "400: Bad Request",
            refused("Home Assistant answered HTTP 400: Bad Request (see `service`)", false),
        ),
        (
            "401 Unauthorized",
            "401: Unauthorized",
            refused("Home Assistant answered HTTP 401: Unauthorized", true),
        ),
        ("403 Forbidden", "403: Forbidden", refused("Home Assistant answered HTTP 403: Forbidden", true)),
        ("500 Error", "500 Internal Server Error", later("Home Assistant answered HTTP 500", false)),
        ("502 Bad Gateway", "<html>502</html>", later("Home Assistant answered HTTP 502", false)),
        (
            "401 Unauthorized",
            "<html>401</html>",
            later("something in front of Home Assistant answered HTTP 401", false),
        ),
        ("200 OK", r#"[{"entity_id":"notify.phone"}]"#, Delivery::Delivered),
    ] {
        assert_eq!(send(phone, http(status, "", body), &message()).await, expected, "{status}");
    }
}
