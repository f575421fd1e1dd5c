//! A dead man's switch: an address that hears from every run, so that somebody notices when there are none.
//!
//! As Healthchecks has it: the address itself is "all is well", with `/fail` behind it "the monitor has failed".

use std::time::Duration;

use bytes::Bytes;
use http::header::{HeaderValue, USER_AGENT};
use http::{Request, Uri};
use http_body_util::Full;
use tokio::time::timeout;

use crate::http::Http;
use crate::settings;
use crate::store::Store;
use crate::vault::Vault;

/// A run does not wait for it any longer: the next one pings again.
const PATIENCE: Duration = Duration::from_secs(3);

/// Pings.
#[derive(Debug)]
pub struct Heartbeat {
    address: settings::Heartbeat,
    http: Http,
}

impl Heartbeat {
    /// A heartbeat that goes out through `http`.
    pub fn new(address: settings::Heartbeat, http: &Http) -> Self {
        Self { address, http: http.clone() }
    }

    /// Tells how the run went. The error says why nobody heard it, and nothing of the address.
    pub async fn beat(&self, is_well: bool, vault: &mut Vault, store: &impl Store) -> Result<(), String> {
        let address = match &self.address {
            settings::Heartbeat::Address(address) => address.clone(),
            settings::Heartbeat::Secret => {
                let secrets = vault.get(store).await.map_err(|why| why.to_string())?;
                let address = secrets.heartbeat.as_ref().ok_or("there is no address among the secrets")?;
                address.expose().to_owned()
            }
        };
        let uri = place(&address, is_well).ok_or("its address cannot be understood")?;
        let mut request = Request::new(Full::new(Bytes::new()));
        *request.uri_mut() = uri;
        let agent = HeaderValue::from_static(concat!("plexmon/", env!("CARGO_PKG_VERSION")));
        request.headers_mut().insert(USER_AGENT, agent);
        match timeout(PATIENCE, self.http.send(request)).await {
            Ok(Ok(answer)) if answer.status().is_success() => Ok(()),
            Ok(Ok(answer)) => Err(format!("it answered HTTP {}", answer.status().as_u16())),
            Ok(Err(_)) => Err("no connection, or no answer".to_owned()),
            Err(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    }
}

/// `/fail` goes behind the path and before the query.
fn place(address: &str, is_well: bool) -> Option<Uri> {
    if is_well {
        return address.parse().ok();
    }
    let (path, query) = address.split_once('?').map_or((address, None), |(path, query)| (path, Some(query)));
    let path = path.trim_end_matches('/');
    query.map_or_else(|| format!("{path}/fail"), |query| format!("{path}/fail?{query}")).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_has_a_place_of_its_own() {
        for (address, expected) in [
            ("https://hc-ping.com/uuid", "https://hc-ping.com/uuid/fail"),
            ("https://hc-ping.com/uuid/", "https://hc-ping.com/uuid/fail"),
            ("https://h/key/slug?create=1", "https://h/key/slug/fail?create=1"),
        ] {
            assert_eq!(place(address, false).unwrap().to_string(), expected);
            assert_eq!(place(address, true).unwrap().to_string(), address);
        }
    }
}
