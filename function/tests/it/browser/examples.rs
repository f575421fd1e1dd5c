//! Serves the example pages, with the headers that browsers obey.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use plexmon_function::page::content::content;
use plexmon_function::page::route::{Destination, FirstSegment};
use plexmon_function::page::{Language, View};
use plexmon_testing::bench::{Request, Server, response};

use crate::page::examples;

/// A server of all examples, each at `/NAME/LANGUAGE/`.
pub struct Examples {
    server: Server,
    pub views: BTreeMap<&'static str, View>,
}

impl Examples {
    pub fn serve() -> Self {
        let views: BTreeMap<_, _> = examples::all().into_iter().collect();
        let served = views.clone();
        let server = Server::start(None, Duration::ZERO, move |request| {
            let not_found = || response("404 Not Found", "", "not found");
            Some(resource(request, &served).unwrap_or_else(not_found))
        });
        Self { server, views }
    }

    /// The address of an example in a language.
    pub fn url(&self, name: &str, language: Language) -> String {
        format!("http://{}/{name}/{}/", self.server.address, language.code())
    }

    /// All examples with their addresses, in all languages.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &View, String)> {
        let in_all = |(name, view)| Language::ALL.map(|language| (name, view, language));
        self.views
            .iter()
            .flat_map(move |(name, view)| in_all((*name, view)))
            .map(|(name, view, language)| (name, view, self.url(name, language)))
    }
}

fn resource(request: &Request, views: &BTreeMap<&str, View>) -> Option<Vec<u8>> {
    let path = request.head.strip_prefix("GET /")?.split(' ').next()?;
    let (name, rest) = path.split_once('/')?;
    let (language, rest) = rest.split_once('/')?;
    let Destination::At(route) = FirstSegment::Public.destination(&format!("/{rest}")) else { return None };
    let content = content(&route, views.get(name)?, Language::of(language)?)?;
    let mut headers = format!("content-type: {}\r\n", content.media_type);
    let _ = write!(headers, "content-security-policy: {}\r\n", content.policy);
    headers += "x-content-type-options: nosniff\r\nreferrer-policy: no-referrer\r\n";
    Some(response("200 OK", &headers, &content.body))
}
