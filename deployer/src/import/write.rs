//! Write the inventory as a `config.toml`, with the comments of the example.

use std::fmt::Write as _;

use super::inventory::{App, Inventory, ReviewReason};
use super::route::LoginStep;
use super::suggestion::Suggestions;
use super::terraform::Protection;
use crate::config::preset::HTTP;

/// All settings except targets are taken from the example, with their comments.
const EXAMPLE: &str = include_str!("../../../config.example.toml");
/// Written if no target can be monitored yet.
const SKELETON: &str = "No public host name was found in the files. Each block below is an app that was found: set `url` to \
its public address and remove the `# ` at the start of its lines. At least one target is required; delete the blocks of \
apps that are not published.";
/// The width of the example's comments.
const WIDTH: usize = 120;

/// Accepted statuses of an app that is not known: a redirect to a login page is a sign of life, too.
const ANY_STATUS: &str = "status = [200, 301, 302, 303, 307, 308, 401]";

/// Return the text of the configuration. At most `most` apps with a known address become active targets, preferably
/// those with a preset, whose health can be checked.
pub fn config(inventory: &Inventory, sources: &[String], most: usize) -> String {
    let (settings, channels) = example_sections();
    let mut text = String::new();
    let origin = format!(
        "plexmon: the apps that this home publishes, according to {}. `plexmon-deploy check` shows how each address responds; \
         correct anything that does not match your home. config.example.toml lists every setting.",
        listed(sources)
    );
    comment(&mut text, &origin);
    for remark in &inventory.remarks {
        comment(&mut text, remark);
    }
    let _ = write!(text, "\n{settings}");
    let mut known: Vec<&App> = inventory.apps.iter().filter(|app| app.is_ready()).collect();
    known.sort_by_key(|app| app.preset.kind == HTTP.kind);
    let excess = known.get(most..).unwrap_or_default();
    if known.is_empty() && !inventory.apps.is_empty() {
        comment(&mut text, SKELETON);
        text.push('\n');
    }
    let mut suggestions = Suggestions::default();
    for app in &inventory.apps {
        let is_excess = excess.iter().any(|other| std::ptr::eq(*other, app));
        text.push_str(&target(app, is_excess, &mut suggestions));
    }
    not_monitored(&mut text, inventory);
    if inventory.apps.iter().any(|app| app.protection == Protection::ServiceToken) {
        text.push_str(
            "# The service token for Cloudflare Access. Both parts come from the environment.\n\
             [access.cloudflare]\n\
             id = { env = \"CF_ACCESS_CLIENT_ID\" }         # or { file = \"path\" }\n\
             secret = { env = \"CF_ACCESS_CLIENT_SECRET\" }\n\n",
        );
    }
    text.push_str(channels);
    text
}

/// Return the settings of the example, up to its first target, and its channels with the comment before them.
fn example_sections() -> (&'static str, &'static str) {
    let (head, rest) = EXAMPLE.split_once("[[target]]\n").unwrap_or((EXAMPLE, ""));
    // The example's first paragraph describes the example itself.
    let settings = head.split_once("\n\n").map_or("", |(_, settings)| settings);
    let channels = rest.find("\n[notify").and_then(|at| rest[..at].rfind("\n\n"));
    (settings, channels.map_or("", |at| rest[at..].trim_start()))
}

/// Return a target; commented out if its address is not known or it exceeds the limit.
fn target(app: &App, is_excess: bool, suggestions: &mut Suggestions) -> String {
    let mut text = String::new();
    let address = match &app.address {
        Ok(address) => {
            let front =
                if address.path.is_empty() || app.preset.kind == HTTP.kind { "" } else { app.preset.path };
            format!("{address}{front}")
        }
        Err(_) if app.review == Some(ReviewReason::NoHostName) => {
            format!("https://{}.example.com", as_label(&app.name))
        }
        Err(_) => format!(
            "https://{}.example.com",
            if app.preset.kind == HTTP.kind { "app" } else { app.preset.kind }
        ),
    };
    match (app.review, &app.address) {
        (Some(ReviewReason::NoHostName), _) => {
            comment(&mut text, "Its host name is not in the files that were read: enter it here.");
        }
        (Some(ReviewReason::CertificateOnly), _) => comment(
            &mut text,
            "The proxy has a certificate for this name, but no container of this name was found: uncomment it if an app uses it.",
        ),
        (None, Err(missing)) => comment(
            &mut text,
            &format!("Its host name depends on `{}`, {}: enter it here.", missing.what, missing.why()),
        ),
        (None, Ok(_)) => {}
    }
    if is_excess && app.is_ready() {
        comment(
            &mut text,
            "Too many targets for one deployment: monitor this one with a second deployment that has another `name`.",
        );
    }
    notes(&mut text, app);
    let mut lines = vec![
        "[[target]]".to_owned(),
        setting("name", &app.name),
        setting("kind", app.preset.kind),
        setting("url", &address),
    ];
    if app.preset.kind == HTTP.kind && app.protection == Protection::Open {
        lines.push(format!("{ANY_STATUS}  # any sign of life; narrow it down to what the app returns"));
    }
    if let Some(group) = &app.group {
        lines.push(setting("group", group));
    }
    if app.protection == Protection::ServiceToken {
        lines.push(setting("access", "cloudflare"));
    }
    if app.protection != Protection::Open {
        lines.push(setting("exposure", "closed"));
    }
    let is_active = app.is_ready() && !is_excess;
    let mark = if is_active { "" } else { "# " };
    for line in lines {
        let _ = writeln!(text, "{mark}{line}");
    }
    // An app behind a login that admits no token cannot be asked.
    if is_active && matches!(app.protection, Protection::Open | Protection::ServiceToken) {
        text.push_str(&suggestions.of(app.preset));
    }
    text.push('\n');
    text
}

/// Return the name as a label of a host name.
fn as_label(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let label: String = name.chars().map(plain).collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "app".to_owned() } else { label.to_owned() }
}

fn notes(text: &mut String, app: &App) {
    if !app.also_at.is_empty() {
        comment(text, &format!("Also at {}.", listed(&app.also_at)));
    }
    if let Some(LoginStep { proxy, name }) = &app.login {
        comment(
            text,
            &format!(
                "{proxy} sends requests through `{name}`: if that requires a login, exempt {} from it.",
                app.preset.path
            ),
        );
    }
    match app.protection {
        Protection::Open | Protection::ServiceToken => {}
        Protection::Login => comment(
            text,
            "Cloudflare Access admits people, but no service token. To check the app's health, add a Service Auth policy \
             (decision \"non_identity\") and set access = \"cloudflare\" here. Until then, only the protection is checked.",
        ),
        Protection::Unknown => comment(
            text,
            "Cloudflare Access protects it with policies that are not in the files. If one of them is Service Auth (decision \
             \"non_identity\"), set access = \"cloudflare\" here. Until then, only the protection is checked.",
        ),
    }
}

fn not_monitored(text: &mut String, inventory: &Inventory) {
    if inventory.not_published.is_empty() {
        return;
    }
    comment(text, "Not monitored:");
    for entry in &inventory.not_published {
        comment(text, &format!("- {}: {}", entry.name, entry.reason));
    }
    text.push('\n');
}

fn setting(key: &str, value: &str) -> String {
    format!("{key} = {}", toml::Value::String(value.to_owned()))
}

/// Format a list as `a`, `a and b` or `a, b and c`, and shorten long ones.
fn listed(names: &[String]) -> String {
    match names {
        [] => "its files".to_owned(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= 6 => format!("{} and {last}", first.join(", ")),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

/// Append a comment, wrapped between words. Line breaks in the text cannot end it early.
fn comment(text: &mut String, content: &str) {
    let mut line = String::from("#");
    for word in content
        .split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
    {
        if line.chars().count() + 1 + word.chars().count() > WIDTH && line.len() > 1 {
            let _ = writeln!(text, "{line}");
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    let _ = writeln!(text, "{line}");
}
