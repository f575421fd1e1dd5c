//! The login walls that are recognized by name. A new one is an entry here.

/// A product, and the marks that it leaves in its responses. The first entry with a matching mark counts.
pub(super) struct KnownWall {
    pub(super) name: &'static str,
    /// Parts of cookie names.
    pub(super) cookies: &'static [&'static str],
    /// Names of headers.
    pub(super) headers: &'static [&'static str],
    /// Parts of the location that it redirects to, on any host. In lower case.
    pub(super) location: &'static [&'static str],
    /// Parts of the location that it redirects to, on another host than the target's. On the target's own host, these are
    /// pages of the app. In lower case.
    pub(super) location_on_another_host: &'static [&'static str],
    /// Parts of its page. In lower case.
    pub(super) page: &'static [&'static str],
    /// Parts of its host name, its authentication realm and its page's title. In lower case.
    pub(super) labels: &'static [&'static str],
}

const NONE: KnownWall = KnownWall {
    name: "",
    cookies: &[],
    headers: &[],
    location: &[],
    location_on_another_host: &[],
    page: &[],
    labels: &[],
};

pub(super) const WALLS: [KnownWall; 17] = [
    KnownWall {
        name: "Authelia",
        cookies: &["authelia_session"],
        location: &["/authelia/"],
        page: &["authelia"],
        labels: &["authelia"],
        ..NONE
    },
    KnownWall {
        name: "authentik",
        cookies: &["authentik_proxy"],
        location: &["/outpost.goauthentik.io/", "/akprox/"],
        location_on_another_host: &["/application/o/authorize", "/if/flow/"],
        page: &["goauthentik"],
        labels: &["authentik"],
        ..NONE
    },
    KnownWall {
        name: "oauth2-proxy",
        cookies: &["_oauth2_proxy"],
        location: &["/oauth2/start", "/oauth2/sign_in", "%2foauth2%2fcallback"],
        page: &["oauth2-proxy", "oauth2 proxy", "/oauth2/start", "/oauth2/sign_in"],
        labels: &["oauth2-proxy"],
        ..NONE
    },
    KnownWall { name: "traefik-forward-auth", cookies: &["_forward_auth"], location: &["%2f_oauth"], ..NONE },
    KnownWall {
        name: "Pomerium",
        cookies: &["_pomerium"],
        headers: &["x-pomerium-intercepted-response"],
        location: &["/.pomerium/", "pomerium_redirect_uri="],
        page: &["/.pomerium/"],
        labels: &["pomerium"],
        ..NONE
    },
    KnownWall {
        name: "Tinyauth",
        cookies: &["tinyauth"],
        headers: &["x-tinyauth-location"],
        page: &["tinyauth"],
        labels: &["tinyauth"],
        ..NONE
    },
    KnownWall { name: "mod_auth_openidc", cookies: &["mod_auth_openidc"], ..NONE },
    KnownWall { name: "AuthCrunch", cookies: &["AUTHP_"], ..NONE },
    KnownWall {
        name: "Vouch Proxy",
        cookies: &["VouchCookie", "VouchSession"],
        location: &["vouch-failcount=", "x-vouch-token="],
        labels: &["vouch"],
        ..NONE
    },
    KnownWall { name: "YunoHost", location: &["/yunohost/sso"], ..NONE },
    KnownWall { name: "Cosmos", location: &["/cosmos-ui/login"], ..NONE },
    KnownWall {
        name: "Organizr",
        cookies: &["organizr_"],
        location: &["/?error=401", "/?error=403"],
        page: &["organizr"],
        labels: &["organizr"],
        ..NONE
    },
    KnownWall { name: "LemonLDAP::NG", cookies: &["lemonldap"], ..NONE },
    KnownWall {
        name: "Keycloak",
        cookies: &["OAuth_Token_Request_State"],
        location_on_another_host: &["/protocol/openid-connect/auth", "/protocol/saml"],
        page: &["/protocol/openid-connect/"],
        labels: &["keycloak"],
        ..NONE
    },
    KnownWall {
        name: "Google IAP",
        cookies: &["GCP_IAP_"],
        headers: &["x-goog-iap-generated-response"],
        ..NONE
    },
    KnownWall {
        name: "Pangolin",
        location_on_another_host: &["/auth/resource/"],
        labels: &["pangolin"],
        ..NONE
    },
    KnownWall { name: "Teleport", location_on_another_host: &["/web/launch/"], ..NONE },
];
