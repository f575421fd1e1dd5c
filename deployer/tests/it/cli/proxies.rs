//! `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, for calls and for credentials.

use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;

use tempfile::TempDir;

use crate::support::{AwsRequest, AwsStandIn, Deploy, snapshot};

/// A folder with a configuration and the certificate authority of a proxy that inspects TLS.
fn home(proxy: &AwsStandIn) -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let text = "[[target]]\nname = \"plex\"\nkind = \"plex\"\nurl = \"https://plex.example.com\"\n";
    std::fs::write(home.path().join("config.toml"), text).unwrap();
    std::fs::write(home.path().join("authority.pem"), proxy.authority()).unwrap();
    home
}

fn down(home: &Path) -> Deploy {
    Deploy::new(home)
        .args(["down", "--yes", "--region", "eu-central-1"])
        .env("AWS_CA_BUNDLE", home.join("authority.pem"))
        .env("AWS_ACCESS_KEY_ID", "AKIATEST")
        .env("AWS_SECRET_ACCESS_KEY", "secret")
}

const ALL: [&str; 6] = ["events", "iam", "lambda", "logs", "ssm", "sts"];

#[test]
fn every_service_is_called_through_a_tunnel() {
    for variable in ["HTTPS_PROXY", "https_proxy"] {
        let proxy = AwsStandIn::start();
        let home = home(&proxy);
        let with_password = proxy.url().replace("http://", "http://me:p%40ss@");
        down(home.path()).env(variable, with_password).run().ended(0);
        assert_eq!(proxy.services(), ALL);
        let tunnels: Vec<_> =
            proxy.requests().into_iter().filter(|request| request.line.starts_with("CONNECT ")).collect();
        assert!(tunnels.iter().any(|tunnel| tunnel.line == "CONNECT sts.eu-central-1.amazonaws.com:443"));
        // "me:p@ss" in Base64.
        assert!(
            tunnels.iter().all(|tunnel| tunnel.proxy_authorization.as_deref() == Some("Basic bWU6cEBzcw==")),
            "{tunnels:?}"
        );
    }
}

#[test]
fn a_plain_endpoint_is_called_through_its_proxy() {
    let proxy = AwsStandIn::start();
    let home = home(&proxy);
    let with_password = proxy.url().replace("http://", "http://me:pass@");
    down(home.path())
        .env("AWS_ENDPOINT_URL", "http://aws.example")
        .env("HTTP_PROXY", with_password)
        .run()
        .ended(0);
    assert_eq!(proxy.services(), ALL);
    for request in proxy.requests() {
        assert_eq!(request.host, "aws.example");
        assert!(request.line.contains(" http://aws.example/"), "{}", request.line);
        assert_eq!(request.proxy_authorization.as_deref(), Some("Basic bWU6cGFzcw=="));
    }
}

#[test]
fn credentials_for_roles_and_sign_ins_are_requested_through_the_proxy() {
    let proxy = AwsStandIn::start();
    let home = home(&proxy);
    let config = "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/r\nsource_profile = keys\n\
                  [profile keys]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n\
                  [profile sso]\nsso_session = home\nsso_account_id = 123456789012\nsso_role_name = r\n\
                  [sso-session home]\nsso_region = eu-central-1\nsso_start_url = https://home.awsapps.com/start\n";
    std::fs::write(home.path().join("aws-config"), config).unwrap();
    let cache = home.path().join(".aws/sso/cache");
    std::fs::create_dir_all(&cache).unwrap();
    // The SHA-1 of "home".
    std::fs::write(
        cache.join("e83249bd3ba79932e16fb1fb5100dafade9954c2.json"),
        r#"{"accessToken":"t","expiresAt":"2100-01-01T00:00:00Z"}"#,
    )
    .unwrap();
    let asked = |request: &AwsRequest| request.is("AssumeRole") && request.key == "AKIABASE";
    let signed_in = |request: &AwsRequest| request.line.contains("/federation/credentials");
    for (profile, key, exchange) in
        [("role", "ASIAROLE", &asked as &dyn Fn(&AwsRequest) -> bool), ("sso", "ASIASSO", &signed_in)]
    {
        let run = down(home.path()).args(["--profile", profile]).env("HTTPS_PROXY", proxy.url());
        let ran = run.run().ended(0);
        let requests = proxy.requests();
        assert!(requests.iter().any(exchange), "{requests:?}");
        assert_eq!(requests.last().unwrap().key, key, "{}", ran.whole());
    }
}

#[test]
fn loopback_addresses_and_hosts_in_no_proxy_are_called_directly() {
    let aws = AwsStandIn::start();
    let proxy = AwsStandIn::start();
    let home = home(&proxy);
    let ran = down(home.path())
        .env("AWS_ENDPOINT_URL", aws.url())
        .env("HTTP_PROXY", proxy.url())
        .env("HTTPS_PROXY", proxy.url())
        .run()
        .ended(0);
    assert_eq!((aws.services().len(), proxy.requests().len()), (6, 0), "{}", ran.whole());
    // A name that does not resolve: without NO_PROXY, the request goes to the proxy.
    for (no_proxy, asked) in
        [("", true), ("other.example", true), ("aws.example:80", false), (".example", false)]
    {
        let proxy = AwsStandIn::start();
        let _ = down(home.path())
            .env("AWS_ENDPOINT_URL", "http://aws.example")
            .env("HTTP_PROXY", proxy.url())
            .env("NO_PROXY", no_proxy)
            .env("AWS_MAX_ATTEMPTS", "1")
            .run();
        assert_eq!(!proxy.requests().is_empty(), asked, "{no_proxy}");
    }
}

#[test]
fn a_proxy_that_fails_is_named_without_its_password() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let closed = format!("http://me:secret@{}", listener.local_addr().unwrap());
    drop(listener);
    let refusing = AwsStandIn::scripted(|request| {
        request.line.starts_with("CONNECT").then(|| (407, "<h1>sign in</h1>".to_owned()))
    });
    let home = home(&refusing);
    snapshot!(down(home.path()).env("HTTPS_PROXY", closed).run().whole(), @"
    exit 1
    --- stderr
    error: sts:GetCallerIdentity got no answer: through the proxy http://127.0.0.1:[PORT] of HTTPS_PROXY: client error (Connect): tunnel error: failed to create underlying connection: tcp connect error: Connection refused (os error [NUMBER])

    hint: check the proxy in HTTPS_PROXY (hosts in NO_PROXY are reached without it), then run the same command again: it continues
    ");
    snapshot!(down(home.path()).env("HTTPS_PROXY", refusing.url()).run().whole(), @"
    exit 1
    --- stderr
    error: sts:GetCallerIdentity got no answer: through the proxy http://127.0.0.1:[PORT] of HTTPS_PROXY: client error (Connect): tunnel error: proxy authorization required

    hint: put the user and password into HTTPS_PROXY: http://user:password@host:port
    ");
    snapshot!(down(home.path()).env("HTTPS_PROXY", "socks5://me:secret@127.0.0.1:1").run().whole(), @"
    exit 2
    --- stderr
    error: HTTPS_PROXY is a SOCKS proxy, which is not supported

    hint: set HTTPS_PROXY to an HTTP proxy, or unset it
    ");
    snapshot!(down(home.path()).env("HTTPS_PROXY", "http://me:sec ret@127.0.0.1:1").run().whole(), @"
    exit 2
    --- stderr
    error: HTTPS_PROXY is not the URL of a proxy

    hint: write HTTPS_PROXY as http://host:port or http://user:password@host:port, with special characters of the password percent-encoded
    ");
}

#[test]
fn a_request_to_sign_in_at_the_proxy_is_recognized_for_a_plain_endpoint() {
    let refusing = AwsStandIn::scripted(|_| Some((407, "<h1>sign in</h1>".to_owned())));
    let home = home(&refusing);
    let ran = down(home.path())
        .env("AWS_ENDPOINT_URL", "http://aws.example")
        .env("HTTP_PROXY", refusing.url())
        .run();
    snapshot!(ran.whole(), @"
    exit 1
    --- stderr
    error: sts:GetCallerIdentity was refused (HTTP 407): no details were given

    hint: put the user and password into HTTP_PROXY: http://user:password@host:port
    ");
}
