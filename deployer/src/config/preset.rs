//! The presets, which the `kind` of a target selects: the path at which an app is checked, and what a healthy answer is.
//!
//! To add an app, add an entry to the file of its group, below `preset`. `.github/CONTRIBUTING.md` has the other steps.

mod documents;
mod downloads;
mod home;
mod infrastructure;
mod library;
mod media;
mod monitoring;

/// An app that plexmon knows by name.
#[derive(Debug)]
pub struct Preset {
    /// The name in `config.toml`.
    pub kind: &'static str,
    /// Other names with the same meaning.
    pub aliases: &'static [&'static str],
    /// The app's usual name.
    pub label: &'static str,
    /// The path to request, relative to the app's base URL, with its query if it needs one. It answers without a login.
    /// A path that also asks the app's database is better than one that only shows that a process is running.
    pub path: &'static str,
    /// The status codes that count as up.
    pub status: &'static [u16],
    /// Text that the body contains if and only if the app is healthy. It is compared byte by byte: JSON may come with or
    /// without a space after a colon, so choose a text without one, unless the app always writes it in the same way.
    pub contains: Option<&'static str>,
    /// A regular expression in place of `contains`, for a body that is too short for it: a page that is not the app's may
    /// contain `up` as well.
    pub matches: Option<&'static str>,
    /// The names of its container images: the last part, as in `lscr.io/linuxserver/sonarr:latest`, or the last two where
    /// one says too little, as in `vaultwarden/server`.
    pub images: &'static [&'static str],
    /// The ports that its web interface listens on by default, the usual one first.
    pub ports: &'static [u16],
    /// The last parts of addresses that a browser shows while the app is used: its pages, not its base URL.
    pub pages: &'static [&'static str],
    /// Whether the server's own id is remembered by default.
    pub pin: bool,
    /// Whether only its image identifies it: a container or host of this name may just as well be something else, such as
    /// the proxy in front of another app.
    pub has_common_name: bool,
}

/// Apps of one kind.
pub struct Group {
    pub title: &'static str,
    pub presets: &'static [Preset],
}

/// Any other app that speaks HTTP. The other presets take from here what they leave out.
pub const HTTP: Preset = Preset {
    kind: "http",
    aliases: &[],
    label: "HTTP",
    path: "/",
    status: &[200],
    contains: None,
    matches: None,
    images: &[],
    ports: &[],
    pages: &["/login"],
    pin: false,
    has_common_name: false,
};

/// All presets, in the order of the documentation.
pub const GROUPS: &[Group] = &[
    Group { title: "Media", presets: media::PRESETS },
    Group { title: "Libraries and requests", presets: library::PRESETS },
    Group { title: "Downloads", presets: downloads::PRESETS },
    Group { title: "Documents and notes", presets: documents::PRESETS },
    Group { title: "Home automation and DNS", presets: home::PRESETS },
    Group { title: "Monitoring and backup", presets: monitoring::PRESETS },
    Group { title: "Infrastructure and dashboards", presets: infrastructure::PRESETS },
    Group { title: "Everything else", presets: &[HTTP] },
];

/// Return all presets, in the order of the documentation.
pub fn all() -> impl Iterator<Item = &'static Preset> + Clone {
    GROUPS.iter().flat_map(|group| group.presets)
}

impl Preset {
    /// Return the path to request, perhaps with a query, given the path of the configured address: the preset's path,
    /// appended to the base URL.
    ///
    /// An address that already names an endpoint is not changed, and neither is any address of kind `http`.
    pub fn path_for(&self, given: &str) -> String {
        if self.kind == HTTP.kind {
            return given.to_owned();
        }
        let base = given.trim_end_matches('/');
        let own = self.path.trim_end_matches('/');
        let is_endpoint = (!own.is_empty() && base.ends_with(own))
            || base.split('/').any(|segment| segment.eq_ignore_ascii_case("api"));
        if is_endpoint {
            return given.to_owned();
        }
        let base = self.pages.iter().find_map(|page| base.strip_suffix(page)).unwrap_or(base);
        format!("{base}{}", self.path)
    }
}

/// Return the preset with this name.
pub fn of_kind(kind: &str) -> Option<&'static Preset> {
    all().find(|preset| preset.kind == kind || preset.aliases.contains(&kind))
}

/// Return the preset of the app in an image, such as `ghcr.io/hotio/sonarr:release`.
pub fn of_image(image: &str) -> Option<&'static Preset> {
    let name = image_name(image);
    // As in `binhex/arch-sonarr`.
    let bare = name.strip_prefix("arch-").unwrap_or(&name);
    let owner = without_tag(image).rsplit('/').nth(1).unwrap_or_default().to_ascii_lowercase();
    let with_owner = format!("{owner}/{name}");
    all().find(|preset| preset.images.contains(&bare) || preset.images.contains(&with_owner.as_str()))
}

/// Return the preset of an app with this name, perhaps with `4k` or a number in it.
pub fn of_name(name: &str) -> Option<&'static Preset> {
    let name = name.to_ascii_lowercase();
    let name = name.trim_start_matches("4k").trim_end_matches("4k");
    let bare = name.trim_matches(|character: char| character.is_ascii_digit() || "-_".contains(character));
    all().find(|preset| {
        let is_named = preset.kind == bare || preset.kind == name || preset.images.contains(&bare);
        is_named && !preset.has_common_name && preset.kind != HTTP.kind
    })
}

/// Return the last part of an image's name, in lower case, without tag and digest.
pub fn image_name(image: &str) -> String {
    without_tag(image).rsplit('/').next().unwrap_or_default().to_ascii_lowercase()
}

/// Return an image's name without tag and digest.
fn without_tag(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or_default();
    let last = name.rfind('/').map_or(0, |slash| slash + 1);
    let tag = name[last..].find(':').map_or(name.len(), |colon| last + colon);
    &name[..tag]
}
