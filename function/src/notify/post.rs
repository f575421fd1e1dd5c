//! What the channels that speak HTTP share: how a request is put together and sent. [`super::answer`] has the rest.

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::Full;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::answer::{Reader, bounded, judge, later};
use super::{Delivery, Sending};
use crate::http::Http;
use crate::secrets::{ChannelSecrets, Secret};

/// What makes a repeat the same to a service that folds repeats: ntfy takes 64 characters out of `[-_A-Za-z0-9]`, and
/// a message's own id has colons and people's names for things in it.
const FOLD_KEY_BYTES: usize = 16;

/// A message as a service takes it. Holds secrets, hence no `Debug`.
pub(super) struct Post {
    service: &'static str,
    request: Request<Full<Bytes>>,
    read: Reader,
    is_address_secret: bool,
}

impl Post {
    /// Posts `body` to `url`.
    pub(super) fn new(
        service: &'static str,
        url: &str,
        content_type: &'static str,
        body: impl Into<Bytes>,
        read: Reader,
    ) -> Result<Self, Delivery> {
        // What is wrong with it is not said: the address may be a secret.
        let uri = url.parse::<Uri>().ok().filter(|uri| uri.scheme().is_some() && uri.host().is_some());
        let uri = uri.ok_or_else(|| later(format!("{service}'s address cannot be understood"), false))?;
        let mut request = Request::new(Full::new(body.into()));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri;
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        headers.insert(USER_AGENT, HeaderValue::from_static(concat!("plexmon/", env!("CARGO_PKG_VERSION"))));
        Ok(Self { service, request, read, is_address_secret: false })
    }

    /// Posts JSON to `url`.
    pub(super) fn json(
        service: &'static str,
        url: &str,
        body: &impl Serialize,
        read: Reader,
    ) -> Result<Self, Delivery> {
        let body = serde_json::to_vec(body)
            .map_err(|why| later(format!("the message cannot be written as JSON: {why}"), false))?;
        Self::new(service, url, "application/json", body, read)
    }

    /// Whoever has the address may post, so that one which leads nowhere is a wrong secret.
    pub(super) fn with_secret_address(mut self) -> Self {
        self.is_address_secret = true;
        self
    }

    /// Adds a header with a secret in it.
    pub(super) fn with_secret(mut self, name: HeaderName, value: &str) -> Result<Self, Delivery> {
        let mut value = HeaderValue::from_str(value).map_err(|_| {
            later(format!("{}'s token has characters that no header takes", self.service), false)
        })?;
        value.set_sensitive(true);
        self.headers().insert(name, value);
        Ok(self)
    }

    /// Signs in with a token.
    pub(super) fn with_token(self, token: &Secret) -> Result<Self, Delivery> {
        self.with_secret(AUTHORIZATION, &format!("Bearer {}", token.expose()))
    }

    /// The headers, to add to them.
    pub(super) fn headers(&mut self) -> &mut HeaderMap {
        self.request.headers_mut()
    }

    async fn deliver(self, http: &Http, secrets: &ChannelSecrets) -> Delivery {
        let Self { service, request, read, is_address_secret } = self;
        match http.send(request).await {
            Ok(response) => {
                let (head, body) = response.into_parts();
                if head.status.is_success() {
                    return Delivery::Delivered;
                }
                let reason = read(&bounded(body).await);
                judge(service, head.status, &reason, is_address_secret, secrets)
            }
            Err(why) if why.is_connect() => later(format!("no connection to {service}"), false),
            Err(_) => later(format!("{service}'s answer was lost"), true),
        }
    }
}

/// Sends what could be put together, or says why nothing could.
pub(super) fn send<'a>(
    http: &'a Http,
    post: Result<Post, Delivery>,
    secrets: &'a ChannelSecrets,
) -> Sending<'a> {
    Box::pin(async move {
        match post {
            Ok(post) => post.deliver(http, secrets).await,
            Err(delivery) => delivery,
        }
    })
}

/// The secret with this name. A missing one may be there in the next run.
pub(super) fn secret<'a>(
    service: &str,
    secrets: &'a ChannelSecrets,
    name: &str,
) -> Result<&'a Secret, Delivery> {
    secrets
        .get(name)
        .ok_or_else(|| later(format!("there is no {name} for {service} among the secrets"), false))
}

/// The same for the same message, different for others, and short.
pub(super) fn fold_key(id: &str) -> String {
    Sha256::digest(id.as_bytes()).iter().take(FOLD_KEY_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
