//! A stand-in for Pushover and the phone: it records which messages arrived and which were rejected.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::http::{Reply, Server, reply};
use super::pushover::{self, Message, Refusal};
use crate::error::Result;

/// The path of Pushover's API.
const PATH: &str = "/1/messages.json";

/// Pushover with one application and one user, on a loopback address.
#[derive(Debug)]
pub struct PhoneStandIn {
    _server: Server,
    url: String,
    inbox: Arc<Inbox>,
}

#[derive(Debug)]
struct Inbox {
    token: String,
    user: String,
    kept: Mutex<Kept>,
    arrival: Notify,
}

#[derive(Debug, Default)]
struct Kept {
    received: Vec<Message>,
    /// How many of them [`PhoneStandIn::take_new`] has returned.
    taken: usize,
    refused: Vec<String>,
}

impl PhoneStandIn {
    /// Start a stand-in that accepts only this application `token` and `user` key.
    pub async fn start(token: &str, user: &str) -> Result<Self> {
        let inbox = Arc::new(Inbox {
            token: token.to_owned(),
            user: user.to_owned(),
            kept: Mutex::default(),
            arrival: Notify::new(),
        });
        let answering = Arc::clone(&inbox);
        let server = Server::start(move |request| answering.answer(&request)).await?;
        let url = format!("{}{PATH}", server.url());
        Ok(Self { _server: server, url, inbox })
    }

    /// The URL to post messages to.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All messages so far.
    pub fn received(&self) -> Vec<Message> {
        self.inbox.kept().received.clone()
    }

    /// The messages that arrived since the last call.
    pub fn take_new(&self) -> Vec<Message> {
        let mut kept = self.inbox.kept();
        let new = kept.received[kept.taken..].to_vec();
        kept.taken = kept.received.len();
        new
    }

    /// Like [`take_new`](Self::take_new), but wait for the first message; empty if none arrives in time.
    pub async fn wait_new(&self, timeout: Duration) -> Vec<Message> {
        let first = async {
            loop {
                let arrival = self.inbox.arrival.notified();
                let new = self.take_new();
                if !new.is_empty() {
                    return new;
                }
                arrival.await;
            }
        };
        tokio::time::timeout(timeout, first).await.unwrap_or_default()
    }

    /// Why requests were rejected, in order.
    pub fn refused(&self) -> Vec<String> {
        self.inbox.kept().refused.clone()
    }
}

impl Inbox {
    /// A poisoned lock is usable, since no panic can leave the lists half-changed.
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request<Bytes>) -> Reply {
        if request.uri().path() != PATH {
            return self.refuse(StatusCode::NOT_FOUND, json!({"errors": ["no such resource"]}));
        }
        if request.method() != Method::POST {
            return self
                .refuse(StatusCode::METHOD_NOT_ALLOWED, json!({"errors": ["requests must use POST"]}));
        }
        match pushover::examine(&pushover::parameters(request), &self.token, &self.user) {
            Ok(message) => {
                self.kept().received.push(message);
                self.arrival.notify_waiters();
                self.reply(StatusCode::OK, json!({"status": 1}))
            }
            Err(Refusal { parameter, fault, sentence }) => {
                self.refuse(StatusCode::BAD_REQUEST, json!({parameter: fault, "errors": [sentence]}))
            }
        }
    }

    fn refuse(&self, status: StatusCode, mut body: Value) -> Reply {
        self.kept().refused.push(body["errors"][0].as_str().unwrap_or_default().to_owned());
        body["status"] = json!(0);
        self.reply(status, body)
    }

    fn reply(&self, status: StatusCode, mut body: Value) -> Reply {
        let kept = self.kept();
        let number = kept.received.len() + kept.refused.len();
        body["request"] = json!(format!("00000000-0000-4000-8000-{number:012}"));
        reply(status, "application/json; charset=utf-8", body.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::super::http::client::ask;
    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";

    async fn phone() -> PhoneStandIn {
        PhoneStandIn::start("app", "me").await.unwrap()
    }

    async fn post(phone: &PhoneStandIn, body: &str) -> (u16, Value) {
        let (status, body) = ask("POST", phone.url(), FORM, body).await;
        (status, serde_json::from_str(&body).unwrap())
    }

    #[tokio::test]
    async fn a_form_arrives() {
        let phone = phone().await;
        let body =
            "token=app&user=me&title=plex&message=Plex+is+up%2C+%E2%9C%93&priority=1&url=https%3A%2F%2Fa.b";
        let (status, reply) = post(&phone, body).await;
        assert_eq!((status, &reply["status"]), (200, &json!(1)));
        assert!(reply["request"].is_string());
        let expected = Message {
            title: Some("plex".into()),
            message: "Plex is up, ✓".into(),
            priority: 1,
            url: Some("https://a.b".into()),
            url_title: None,
        };
        assert_eq!(phone.received(), [expected]);
    }

    #[tokio::test]
    async fn json_arrives_and_new_messages_are_separated_from_earlier_ones() {
        let phone = phone().await;
        let send = |text: &str| {
            let body = json!({"token": "app", "user": "me", "message": text, "priority": -1}).to_string();
            let url = phone.url().to_owned();
            async move { ask("POST", &url, "application/json", &body).await.0 }
        };
        assert_eq!(send("one").await, 200);
        assert_eq!(phone.take_new().len(), 1);
        assert!(phone.take_new().is_empty());
        let (new, status) = tokio::join!(phone.wait_new(Duration::from_secs(5)), send("two"));
        assert_eq!((new[0].message.as_str(), new[0].priority, status), ("two", -1, 200));
        assert!(phone.wait_new(Duration::from_millis(1)).await.is_empty());
        assert_eq!(phone.received().len(), 2);
    }

    #[tokio::test]
    async fn requests_that_pushover_rejects_are_rejected() {
        let phone = phone().await;
        let long = "ä".repeat(1025);
        let cases = [
            ("user=me&message=x", "token"),
            ("token=other&user=me&message=x", "token"),
            ("token=app&message=x", "user"),
            ("token=app&user=other&message=x", "user"),
            ("token=app&user=me", "message"),
            ("token=app&user=me&message=", "message"),
            (&format!("token=app&user=me&message={long}"), "message"),
            (&format!("token=app&user=me&message=x&title={}", &long[..502]), "title"),
            ("token=app&user=me&message=x&priority=3", "priority"),
            ("token=app&user=me&message=x&priority=high", "priority"),
            ("token=app&user=me&message=x&priority=2", "priority"),
        ];
        for (body, at_fault) in cases {
            let (status, reply) = post(&phone, body).await;
            assert_eq!((status, &reply["status"]), (400, &json!(0)), "{body}");
            assert!(reply[at_fault].is_string(), "{body}: {reply}");
            assert!(reply["errors"][0].is_string(), "{reply}");
        }
        assert_eq!(ask("GET", phone.url(), FORM, "").await.0, 405);
        assert!(phone.received().is_empty());
        assert_eq!(phone.refused().len(), cases.len() + 1);
    }

    #[tokio::test]
    async fn the_longest_message_is_accepted() {
        let phone = phone().await;
        let body = format!("token=app&user=me&message={}", "ä".repeat(1024));
        assert_eq!(post(&phone, &body).await.0, 200);
    }
}
