//! Builds and sends the requests of the channels that speak HTTP. [`super::answer`] decides what the answer means.

use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::answer::{AnswerReader, ChannelResponse, Received, later, received, unproven};
use super::redact::Redactor;
use super::wait;
use super::{Channel, Delivery, Sending};
use crate::contract::secrets::{ChannelSecrets, SecretValue};
use crate::endpoint::{Credentials, Endpoint};
use crate::http::{Http, SendError, seconds};
use crate::message::Message;
use crate::user_agent::user_agent;

/// The bytes of the key by which a service recognizes a repeat. ntfy accepts 64 characters of `[-_A-Za-z0-9]`, while
/// the id of a message has colons and names from the configuration.
const FOLD_KEY_BYTES: usize = 16;

/// The request for a message. Contains secrets, and therefore has no `Debug`.
pub(super) struct Post {
    service: &'static str,
    request: Request<Full<Bytes>>,
    read: AnswerReader,
    /// Whether the connection is encrypted, or stays on this machine.
    is_private: bool,
    has_secrets: bool,
    /// What must not be shown, besides the channel's secrets.
    credentials: Vec<String>,
    /// The header with the time at which the service accepts messages again, if it has one of its own.
    reset: Option<&'static str>,
}

impl Post {
    /// Post `body` to `url`.
    pub(super) fn new(
        service: &'static str,
        url: &str,
        content_type: &'static str,
        body: impl Into<Bytes>,
        read: AnswerReader,
    ) -> Result<Self, Delivery> {
        // Without the details: the address may be a secret.
        let Some(endpoint) = Endpoint::parse(url) else {
            return Err(later(format!("the address of {service} is invalid")));
        };
        let is_private = endpoint.is_private();
        let mut request = Request::new(Full::new(body.into()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = endpoint.uri;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(USER_AGENT, user_agent());
        let credentials = Vec::new();
        let post = Self { service, request, read, is_private, has_secrets: false, credentials, reset: None };
        match endpoint.credentials {
            Some(credentials) => post.with_credentials(&credentials),
            None => Ok(post),
        }
    }

    /// Post JSON to `url`.
    pub(super) fn json(
        service: &'static str,
        url: &str,
        body: &impl Serialize,
        read: AnswerReader,
    ) -> Result<Self, Delivery> {
        let body = serde_json::to_vec(body)
            .map_err(|why| later(format!("the message cannot be written as JSON: {why}")))?;
        Self::new(service, url, "application/json", body, read)
    }

    /// Send with another method than `POST`.
    pub(super) fn with_method(mut self, method: Method) -> Self {
        *self.request.method_mut() = method;
        self
    }

    /// Mark the address or the body as secret.
    pub(super) fn with_secrets(mut self) -> Self {
        self.has_secrets = true;
        self
    }

    /// Set which header says when the service accepts messages again, in Unix seconds.
    pub(super) fn with_reset(self, name: &'static str) -> Self {
        Self { reset: Some(name), ..self }
    }

    /// Add a header with a secret value.
    pub(super) fn with_secret(mut self, name: HeaderName, value: &str) -> Result<Self, Delivery> {
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            later(format!("the token of {} has characters that are not allowed in a header", self.service))
        })?;
        value.set_sensitive(true);
        self.headers().insert(name, value);
        Ok(self.with_secrets())
    }

    /// Authenticate with a token.
    pub(super) fn with_token(self, token: &SecretValue) -> Result<Self, Delivery> {
        self.with_secret(AUTHORIZATION, &format!("Bearer {}", token.expose()))
    }

    /// Authenticate with a user and a password.
    pub(super) fn with_credentials(mut self, credentials: &Credentials) -> Result<Self, Delivery> {
        self.credentials.extend(credentials.forms());
        self.with_secret(AUTHORIZATION, &format!("Basic {}", credentials.basic()))
    }

    /// Hide these in answers, too.
    pub(super) fn hiding(mut self, parts: impl IntoIterator<Item = String>) -> Self {
        self.credentials.extend(parts);
        self
    }

    /// Return the headers, to change them.
    pub(super) fn headers(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    /// Send the request, and return the result.
    pub(super) async fn deliver(self, http: &Http, secrets: &ChannelSecrets, deadline: Instant) -> Delivery {
        match self.exchange(http, deadline).await {
            Ok(exchange) => exchange.delivery(secrets),
            Err(delivery) => delivery,
        }
    }

    /// Send the request, and receive its answer.
    pub(super) async fn exchange(self, http: &Http, deadline: Instant) -> Result<Exchange, Delivery> {
        let Self { service, request, read, is_private, has_secrets, credentials, reset } = self;
        if has_secrets && !is_private {
            let why = format!("the address of {service} is plain http, and secrets are sent over https only");
            return Err(later(why));
        }
        let response = http.send(request, deadline).await.map_err(|error| match error {
            SendError::NotSent(why) => later(format!("no connection to {service}: {why}")),
            SendError::TimedOut(limit) => {
                unproven(format!("no answer from {service} within {}", seconds(limit)))
            }
            SendError::Lost => unproven(format!("{service}'s answer was lost")),
        })?;
        let (head, body) = response.into_parts();
        let body = received(body, deadline).await;
        let wait = wait::in_headers(&head.headers, reset);
        Ok(Exchange { service, status: head.status, body, read, credentials, wait })
    }
}

/// A request that was answered.
pub(super) struct Exchange {
    service: &'static str,
    status: StatusCode,
    body: Received,
    read: AnswerReader,
    credentials: Vec<String>,
    /// How long the headers ask to wait.
    wait: Option<Duration>,
}

impl Exchange {
    /// Return the body, as JSON; `Null` if it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body.bytes).unwrap_or_default()
    }

    /// Return what the answer means.
    pub(super) fn delivery(self, secrets: &ChannelSecrets) -> Delivery {
        let Self { service, status, body, read, credentials, wait } = self;
        let answer = read(status, &body.bytes);
        let mut redactor = Redactor::of(secrets);
        redactor.add(credentials);
        ChannelResponse { service, status, body: &body, wait }.delivery(answer, &redactor)
    }
}

/// Builds the request for a message.
pub(super) type Build = Box<dyn Fn(&Message, &ChannelSecrets) -> Result<Post, Delivery> + Send + Sync>;

/// A channel that sends one request for each message.
pub(super) struct OneRequest {
    pub(super) name: String,
    pub(super) http: Http,
    pub(super) build: Build,
}

impl Channel for OneRequest {
    fn name(&self) -> &str {
        &self.name
    }

    fn send<'a>(
        &'a self,
        message: &'a Message,
        secrets: &'a ChannelSecrets,
        deadline: Instant,
    ) -> Sending<'a> {
        send(&self.http, (self.build)(message, secrets), secrets, deadline)
    }
}

/// Send the request, or return why it could not be built.
pub(super) fn send<'a>(
    http: &'a Http,
    post: Result<Post, Delivery>,
    secrets: &'a ChannelSecrets,
    deadline: Instant,
) -> Sending<'a> {
    Box::pin(async move {
        match post {
            Ok(post) => post.deliver(http, secrets, deadline).await,
            Err(delivery) => delivery,
        }
    })
}

/// Return the secret with this name. If it is missing, the next run may have it.
pub(super) fn secret<'a>(
    service: &str,
    secrets: &'a ChannelSecrets,
    name: &str,
) -> Result<&'a SecretValue, Delivery> {
    secrets.get(name).ok_or_else(|| later(format!("the secret `{name}` of {service} is missing")))
}

/// Return a short key that is the same for the same message, and different for other messages.
pub(super) fn fold_key(id: &str) -> String {
    Sha256::digest(id.as_bytes()).iter().take(FOLD_KEY_BYTES).map(|byte| format!("{byte:02x}")).collect()
}

/// Return the message's address if it can be opened in a browser and is not too long: a part of it is of no use.
pub(super) fn link(message: &Message, max_bytes: usize) -> Option<&str> {
    let url = message.url.as_str();
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    (is_web && url.len() <= max_bytes).then_some(url)
}

/// Authenticate with a user and the secret `password`, if there is a user.
pub(super) fn with_login(
    post: Post,
    service: &str,
    user: Option<&str>,
    secrets: &ChannelSecrets,
) -> Result<Post, Delivery> {
    let Some(user) = user else { return Ok(post) };
    post.with_credentials(&Credentials::new(user, secret(service, secrets, "password")?.expose()))
}

/// The type of a form.
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// Return the body of a form.
pub(super) fn form(fields: &[(&str, String)]) -> String {
    let encoded =
        |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    fields.iter().map(encoded).collect::<Vec<_>>().join("&")
}

/// Append a path to the address of a server.
pub(super) fn appended(base: &str, path: &str) -> String {
    format!("{}{path}", base.trim_end_matches('/'))
}
