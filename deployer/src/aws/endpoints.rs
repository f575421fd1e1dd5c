//! Reject invalid regions and endpoints. The SDK would silently ignore an invalid endpoint and call AWS itself instead of
//! the intended emulator.

use url::Url;

use super::causes::printable;
use super::environment::Environment;
use super::settings::{AwsSettings, Setting};
use super::source::{Base, CredentialSource};
use crate::error::{Error, Result};

/// The services that are called, named as in `AWS_ENDPOINT_URL_<SERVICE>` and, in lower case, in a `[services]` section.
const SERVICES: [&str; 10] = [
    "CLOUDWATCH_LOGS",
    "EVENTBRIDGE",
    "FREETIER",
    "IAM",
    "LAMBDA",
    "SIGNIN",
    "SSM",
    "SSO",
    "SSO_OIDC",
    "STS",
];

/// The services that provide credentials.
const PROVIDING: [&str; 4] = ["SIGNIN", "SSO", "SSO_OIDC", "STS"];

/// An endpoint that the user configured.
struct Endpoint<'a> {
    named_by: String,
    /// `None` if it is for all services.
    service: Option<&'a str>,
    url: &'a str,
}

/// Check all endpoints of the services that are called.
pub fn check(settings: &AwsSettings<'_>, source: &CredentialSource) -> Result<()> {
    check_container(settings.environment, source)?;
    let endpoints = endpoints(settings)?;
    let ignored =
        settings.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls") == Some(true);
    if ignored {
        let calls_aws = !source.roles.is_empty()
            || matches!(source.base, Base::WebIdentity { .. } | Base::Sso { .. } | Base::Login { .. });
        let is_for_credentials =
            |endpoint: &&Endpoint<'_>| endpoint.service.is_none_or(|service| PROVIDING.contains(&service));
        return match endpoints.iter().find(is_for_credentials).filter(|_| calls_aws) {
            Some(endpoint) => Err(Error::usage(format!(
                "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is not supported for the service that provides these credentials, \
                 but {} is set",
                endpoint.named_by
            ))
            .hint("unset the endpoint instead of ignoring it")),
            None => Ok(()),
        };
    }
    for Endpoint { named_by, url, .. } in &endpoints {
        if !is_url(url) {
            return Err(not_a_url(named_by, url));
        }
    }
    Ok(())
}

/// Check the addresses of a container's credentials. The SDK panics if they are malformed.
fn check_container(environment: &Environment, source: &CredentialSource) -> Result<()> {
    if !matches!(source.base, Base::Machine { .. } | Base::Named { .. }) {
        return Ok(());
    }
    let variable = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
    if let Some(url) = environment.get(variable).filter(|url| !is_url(url)) {
        return Err(not_a_url(variable, url));
    }
    let variable = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
    match environment.get(variable).filter(|path| !path.starts_with('/')) {
        Some(path) => Err(Error::usage(format!("{variable} is not a path: `{path}`"))
            .hint("the container platform sets it, and it must begin with `/`")),
        None => Ok(()),
    }
}

fn is_url(text: &str) -> bool {
    // The SDK parses it with the same type.
    let parsed = text.parse::<http::Uri>().is_ok();
    parsed && Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

fn not_a_url(named_by: &str, url: &str) -> Error {
    Error::usage(format!("{named_by} is not a URL: `{}`", printable(url)))
        .hint("write it as https://host or http://host:port")
}

fn endpoints<'a>(settings: &AwsSettings<'a>) -> Result<Vec<Endpoint<'a>>> {
    let AwsSettings { environment, profiles, selected } = settings;
    let mut endpoints = Vec::new();
    for variable in SERVICES.iter().map(|service| format!("AWS_ENDPOINT_URL_{service}")) {
        refuse_empty(environment, &variable)?;
    }
    refuse_empty(environment, "AWS_ENDPOINT_URL")?;
    let mut add = |service, setting: Option<Setting<'a>>| {
        endpoints.extend(setting.map(|Setting { value, named_by }| Endpoint {
            named_by,
            service,
            url: value,
        }));
    };
    add(None, settings.variable("AWS_ENDPOINT_URL"));
    for service in SERVICES {
        add(Some(service), settings.variable(&format!("AWS_ENDPOINT_URL_{service}")));
    }
    add(None, settings.of_profile("endpoint_url"));
    let Some(section) = settings.profile().and_then(|profile| profile.get("services")) else {
        return Ok(endpoints);
    };
    if !profiles.has_services(section) {
        return Err(Error::usage(format!(
            "AWS profile `{}` names `services = {section}`, which does not exist",
            selected.name
        ))
        .cause(format!("there is no [services {section}] in {}", profiles.places()))
        .hint("add the section or remove the setting"));
    }
    for (key, url) in profiles.service_endpoints(section) {
        let service =
            SERVICES.into_iter().find(|service| service.eq_ignore_ascii_case(&key.replace('-', "_")));
        if service.is_some() {
            let named_by = format!("`{key}` of [services {section}]");
            add(service, Some(Setting { value: url, named_by }));
        }
    }
    Ok(endpoints)
}

/// Reject an empty endpoint, with which the SDK panics.
fn refuse_empty(environment: &Environment, variable: &str) -> Result<()> {
    if environment.has(variable) && environment.get(variable).is_none() {
        return Err(Error::usage(format!("{variable} is empty")).hint(format!("unset {variable}")));
    }
    Ok(())
}

/// Check that a region has the form of an AWS region. Names that only an emulator uses are accepted.
pub fn region(value: &str, named_by: &str) -> Result<String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let label = !value.is_empty() && value.len() <= 63 && value.bytes().all(plain);
    let zone = value.len() > 2
        && value.matches('-').count() >= 2
        && value.ends_with(|last: char| last.is_ascii_lowercase())
        && value[..value.len() - 1].ends_with(|last: char| last.is_ascii_digit());
    if label && !zone && !value.starts_with('-') && !value.ends_with('-') {
        return Ok(value.to_owned());
    }
    let shown: String = value.chars().filter(|character| !character.is_control()).take(80).collect();
    let error = Error::usage(format!("`{shown}` is not an AWS region ({named_by})"));
    if label && zone {
        let region = &value[..value.len() - 1];
        return Err(error.hint(format!("this is an availability zone; its region is {region}")));
    }
    Err(error.hint("write it like us-east-1"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_region_is_checked() {
        for good in ["us-east-1", "ap-southeast-7", "us-gov-west-1", "us-iso-east-1", "aws-global", "local"] {
            assert_eq!(region(good, "--region").unwrap(), good);
        }
        for bad in [
            "EU-CENTRAL-1",
            "eu_central_1",
            "eu central 1",
            "Frankfurt",
            "-a",
            "eu-central-1.",
            "eu-west-1\n",
        ] {
            let error = region(bad, "AWS_REGION").unwrap_err();
            assert_eq!(error.hint_text(), Some("write it like us-east-1"), "{bad}");
            assert!(error.message().ends_with("` is not an AWS region (AWS_REGION)"), "{error}");
        }
        let zone = region("us-east-1a", "--region").unwrap_err();
        assert_eq!(zone.hint_text(), Some("this is an availability zone; its region is us-east-1"));
    }
}
