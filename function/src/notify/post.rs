//! Builds and sends the requests of the channels that speak HTTP. [`super::answer`] decides what the answer means.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use http_body_util::Full;
use serde::Serialize;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::answer::{AnswerReader, ChannelResponse, later, received, unproven};
use super::redact::Redactor;
use super::{Delivery, Sending};
use crate::contract::secrets::{ChannelSecrets, SecretValue};
use crate::endpoint::{Credentials, Endpoint};
use crate::http::{Http, SendError, seconds};
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
        let post = Self { service, request, read, is_private, has_secrets: false, credentials: Vec::new() };
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

    /// Mark the address or the body as secret.
    pub(super) fn with_secrets(mut self) -> Self {
        self.has_secrets = true;
        self
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

    /// Return the headers, to change them.
    pub(super) fn headers(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    async fn deliver(self, http: &Http, secrets: &ChannelSecrets, deadline: Instant) -> Delivery {
        let Self { service, request, read, is_private, has_secrets, credentials } = self;
        if has_secrets && !is_private {
            let why = format!("the address of {service} is plain http, and secrets are sent over https only");
            return later(why);
        }
        let response = match http.send(request, deadline).await {
            Ok(response) => response,
            Err(SendError::NotSent(why)) => {
                return later(format!("no connection to {service}: {why}"));
            }
            Err(SendError::TimedOut(limit)) => {
                return unproven(format!("no answer from {service} within {}", seconds(limit)));
            }
            Err(SendError::Lost) => return unproven(format!("{service}'s answer was lost")),
        };
        let (head, body) = response.into_parts();
        let body = received(body, deadline).await;
        let answer = read(head.status, &body.bytes);
        let mut redactor = Redactor::of(secrets);
        redactor.add(credentials);
        ChannelResponse { service, status: head.status, body: &body }.delivery(answer, &redactor)
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
