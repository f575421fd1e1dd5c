//! Names the AWS operation of a request, for each protocol of the services that the deployer calls.

use bytes::Bytes;
use http::{Method, Request};

/// The operation's name in IAM: `events:PutRule`. An unknown one keeps its method and path.
pub fn aws_operation(request: &Request<Bytes>) -> String {
    let service = service(request);
    if let Some(target) = header(request, "x-amz-target") {
        return format!("{service}:{}", target.rsplit('.').next().unwrap_or(target));
    }
    let form = std::str::from_utf8(request.body()).unwrap_or_default();
    match form.split('&').find_map(|pair| pair.strip_prefix("Action=")) {
        Some(action) => format!("{service}:{action}"),
        None => format!("{service}:{}", by_path(request.method(), request.uri().path())),
    }
}

fn header<'a>(request: &'a Request<Bytes>, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// The service, from the signature's scope, `Credential=KEY/DATE/REGION/SERVICE/aws4_request`.
fn service(request: &Request<Bytes>) -> &str {
    let scope = header(request, "authorization").and_then(|text| text.split("Credential=").nth(1));
    scope.and_then(|scope| scope.split('/').nth(3)).unwrap_or("unsigned")
}

/// Lambda's operations. Each path begins with the date of the API version that introduced it.
fn by_path(method: &Method, path: &str) -> String {
    let parts: Vec<&str> = path.trim_matches('/').split('/').skip(1).collect();
    let name = match (method.as_str(), parts.as_slice()) {
        ("POST", ["functions"]) => "CreateFunction",
        ("GET", ["functions"]) => "ListFunctions",
        ("GET", ["functions", _]) => "GetFunction",
        ("DELETE", ["functions", _]) => "DeleteFunction",
        ("GET", ["functions", _, "configuration"]) => "GetFunctionConfiguration",
        ("PUT", ["functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("PUT", ["functions", _, "code"]) => "UpdateFunctionCode",
        ("POST", ["functions", _, "invocations"]) => "Invoke",
        ("GET", ["functions", _, "policy"]) => "GetPolicy",
        ("POST", ["functions", _, "policy"]) => "AddPermission",
        ("DELETE", ["functions", _, "policy", _]) => "RemovePermission",
        ("PUT", ["functions", _, "event-invoke-config"]) => "PutFunctionEventInvokeConfig",
        ("GET", ["functions", _, "event-invoke-config"]) => "GetFunctionEventInvokeConfig",
        ("POST", ["functions", _, "versions"]) => "PublishVersion",
        ("GET", ["functions", _, "versions"]) => "ListVersionsByFunction",
        ("GET", ["functions", _, "aliases", _]) => "GetAlias",
        ("POST", ["functions", _, "aliases"]) => "CreateAlias",
        ("PUT", ["functions", _, "aliases", _]) => "UpdateAlias",
        ("POST", ["functions", _, "url"]) => "CreateFunctionUrlConfig",
        ("GET", ["functions", _, "url"]) => "GetFunctionUrlConfig",
        ("PUT", ["functions", _, "url"]) => "UpdateFunctionUrlConfig",
        ("DELETE", ["functions", _, "url"]) => "DeleteFunctionUrlConfig",
        ("GET", ["account-settings"]) => "GetAccountSettings",
        ("GET", ["functions", _, "concurrency"]) => "GetFunctionConcurrency",
        ("PUT", ["functions", _, "concurrency"]) => "PutFunctionConcurrency",
        ("DELETE", ["functions", _, "concurrency"]) => "DeleteFunctionConcurrency",
        ("GET", ["tags", ..]) => "ListTags",
        ("POST", ["tags", ..]) => "TagResource",
        ("DELETE", ["tags", ..]) => "UntagResource",
        ("GET", ["event-source-mappings", ..]) => "ListEventSourceMappings",
        _ => return format!("{method} {path}"),
    };
    name.to_owned()
}
