//! Secret headers: when they are sent, and when the probe fails instead.

use std::collections::BTreeMap;

use plexmon_function::contract::settings::HeaderValue;
use plexmon_function::probe::{LinkName, Tls, probe};

use super::{GOOD, assert_failed, observe, secret_header, target};
use crate::server::{Server, http};

#[tokio::test]
async fn a_secret_without_a_value_is_not_sent_empty() {
    let server = Server::start(&[http("200 OK", "", GOOD)]).await;
    let mut target = target(server.url());
    target.headers = BTreeMap::from([("X-Api-Key".to_owned(), HeaderValue::Secret)]);
    target.secrets_over_http = true;
    assert_failed(&observe(&target).await, LinkName::Dns, "the secret header X-Api-Key has no value");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_secret_is_not_sent_over_plain_http() {
    // The name does not exist, and is never resolved.
    let mut target = target("http://plex.example.invalid/identity".to_owned());
    target.headers = BTreeMap::from([("X-Api-Key".to_owned(), HeaderValue::Secret)]);
    let secrets = secret_header();
    let observation = probe(&target, &secrets, &Tls::new().unwrap()).await;
    assert_failed(&observation, LinkName::Dns, "the secret header X-Api-Key is not sent over plain http");
}

#[tokio::test]
async fn a_secret_is_sent_over_plain_http_on_this_machine() {
    let server = Server::start(&[http("200 OK", "", GOOD)]).await;
    let mut target = target(server.url());
    target.headers = BTreeMap::from([("X-Api-Key".to_owned(), HeaderValue::Secret)]);
    let observation = probe(&target, &secret_header(), &Tls::new().unwrap()).await;
    assert!(observation.ok, "{observation:?}");
    assert!(server.requests()[0].contains("x-api-key: hush\r\n"));
}

#[tokio::test]
async fn a_secret_is_not_sent_to_the_host_of_a_redirect() {
    let other = Server::start(&[http("200 OK", "", GOOD)]).await;
    let redirect = format!("location: {}\r\n", other.url());
    let server = Server::start(&[http("307 Temporary Redirect", &redirect, "")]).await;
    let mut target = target(server.url());
    target.headers = BTreeMap::from([("X-Api-Key".to_owned(), HeaderValue::Secret)]);
    target.secrets_over_http = true;
    let secrets = secret_header();
    let observation = probe(&target, &secrets, &Tls::new().unwrap()).await;
    assert!(!observation.ok && server.requests()[0].contains("hush"), "{observation:?}");
    assert!(other.requests().is_empty());
}
