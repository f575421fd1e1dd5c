//! A visitor of the page.

use std::time::Duration;

use http::{HeaderMap, Method, Request};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use plexmon_function::http::Http;
use plexmon_function::probe::Tls;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::support::{Fixture, emulator, runtime, until};

/// The page's function.
pub const PAGE: &str = "plex-remote-health-page";

const LIMIT: Duration = Duration::from_secs(30);

pub struct Visitor {
    http: Http,
    base: String,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Visitor {
    /// Someone who knows the address of a function.
    pub fn of(fixture: &Fixture, function: &str) -> Self {
        let url = fixture.aws("lambda", "get_function_url_config", json!({ "FunctionName": function }));
        let url = url["FunctionUrl"].as_str().unwrap();
        let id = url.trim_start_matches("https://").split('.').next().unwrap();
        let base = format!("{}/_aws/lambda-url/{id}", emulator().endpoint());
        Self { http: Http::new(&Tls::new().unwrap()), base }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.request(&Method::GET, path)
    }

    pub fn request(&self, method: &Method, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        let request = request.body(Full::new(Bytes::new())).unwrap();
        runtime().block_on(async {
            let response = self.http.send(request, Instant::now() + LIMIT).await.unwrap();
            let (head, body) = response.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let body = String::from_utf8(body.to_vec()).unwrap();
            Answer { status: head.status.as_u16(), headers: head.headers, body }
        })
    }

    /// The page, once it says this: it may be as old as ten seconds.
    #[track_caller]
    pub fn page_with(&self, text: &str) -> String {
        let mut page = String::new();
        until(&format!("the page says {text}"), || {
            page = self.get("/").body;
            page.contains(text)
        });
        page
    }

    pub fn status(&self) -> Value {
        serde_json::from_str(&self.get("/status.json").body).unwrap()
    }
}
