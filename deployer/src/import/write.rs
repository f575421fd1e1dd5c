//! The inventory as a `config.toml`, with the comments of the example.

use std::fmt::Write as _;

use super::{App, Doubt, Gate, Inventory, Login};
use crate::config::preset::HTTP;

/// Every setting that is no target is taken over from here, with its comment.
const EXAMPLE: &str = include_str!("../../../config.example.toml");
const TARGETS: &str = "# One block for each thing to watch.\n";
const CHANNELS: &str = "# Whom to tell.";
/// Said where no target can be watched yet.
const SKELETON: &str = "No public host name was found in the files. Each block below is an app of this home: put its \
address, as a phone outside of the home uses it, into `url`, and remove the `# ` at the start of its lines. At least one \
is needed; delete what is not published.";
/// Comments are no wider than the example's.
const WIDTH: usize = 120;

/// What an app may answer that is not known: the way to a login page is a sign of life, too.
const ALIVE: &str = "status = [200, 301, 302, 303, 307, 308, 401]";

/// The text of the configuration. Of the apps whose address is known, at most `most` become targets: rather those
/// whose health can be told than those of which any sign of life has to do.
pub fn config(inventory: &Inventory, sources: &[String], most: usize) -> String {
    let (head, rest) = EXAMPLE.split_once(TARGETS).unwrap_or((EXAMPLE, ""));
    let tail = rest.find(CHANNELS).map_or("", |at| &rest[at..]);
    // The example's first paragraph speaks of itself.
    let settings = head.split_once("\n\n").map_or("", |(_, settings)| settings);
    let mut text = String::new();
    let origin = format!(
        "plexmon: what this home publishes, according to {}. `plexmon-deploy check` shows what each address answers; what is \
         not true of your home can be changed here. config.example.toml has every setting.",
        listed(sources)
    );
    comment(&mut text, &origin);
    for remark in &inventory.remarks {
        comment(&mut text, remark);
    }
    let _ = write!(text, "\n{settings}{TARGETS}");
    let mut known: Vec<&App> = inventory.apps.iter().filter(|app| app.is_ready()).collect();
    known.sort_by_key(|app| app.preset.kind == HTTP.kind);
    let surplus = known.get(most..).unwrap_or_default();
    if known.is_empty() && !inventory.apps.is_empty() {
        comment(&mut text, SKELETON);
        text.push('\n');
    }
    for app in &inventory.apps {
        text.push_str(&target(app, surplus.iter().any(|other| std::ptr::eq(*other, app))));
    }
    unseen(&mut text, inventory);
    if inventory.apps.iter().any(|app| app.gate == Gate::Token) {
        text.push_str(
            "# The service token that lets the monitor through Cloudflare Access. Its two halves come from the environment.\n\
             [access.cloudflare]\n\
             id = { env = \"CF_ACCESS_CLIENT_ID\" }         # or { file = \"path\" }\n\
             secret = { env = \"CF_ACCESS_CLIENT_SECRET\" }\n\n",
        );
    }
    text.push_str(tail);
    text
}

/// One block; commented out if its address is not known or it is one too many.
fn target(app: &App, surplus: bool) -> String {
    let mut text = String::new();
    let address = match &app.address {
        Ok(address) => {
            let front =
                if address.path.is_empty() || app.preset.kind == HTTP.kind { "" } else { app.preset.path };
            format!("{address}{front}")
        }
        Err(_) if app.doubt == Some(Doubt::NoHostName) => {
            format!("https://{}.example.com", as_label(&app.name))
        }
        Err(_) => format!(
            "https://{}.example.com",
            if app.preset.kind == HTTP.kind { "app" } else { app.preset.kind }
        ),
    };
    match (app.doubt, &app.address) {
        (Some(Doubt::NoHostName), _) => {
            comment(&mut text, "Its host name is in none of the files that were read: put the name here.");
        }
        (Some(Doubt::CertificateOnly), _) => comment(
            &mut text,
            "The proxy has a certificate for this name, but no container of this name was read: uncomment it if an app is there.",
        ),
        (None, Err(missing)) => comment(
            &mut text,
            &format!("Its host name needs `{}`, {}: put the name here.", missing.what, missing.why()),
        ),
        (None, Ok(_)) => {}
    }
    if surplus && app.is_ready() {
        comment(
            &mut text,
            "One too many for a single deployment: its state is kept in 4 KB. Watch it with a second one, with another `name`.",
        );
    }
    notes(&mut text, app);
    let mut lines = vec![
        "[[target]]".to_owned(),
        setting("name", &app.name),
        setting("kind", app.preset.kind),
        setting("url", &address),
    ];
    if app.preset.kind == HTTP.kind && app.gate == Gate::Open {
        lines.push(format!("{ALIVE}  # any sign of life; see what it should be"));
    }
    if let Some(group) = &app.group {
        lines.push(setting("group", group));
    }
    if app.gate == Gate::Token {
        lines.push(setting("access", "cloudflare"));
    }
    if app.gate != Gate::Open {
        lines.push(setting("exposure", "closed"));
    }
    let mark = if surplus || !app.is_ready() { "# " } else { "" };
    for line in lines {
        let _ = writeln!(text, "{mark}{line}");
    }
    text.push('\n');
    text
}

/// The name as a part of a host name.
fn as_label(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let label: String = name.chars().map(plain).collect();
    let label = label.trim_matches('-');
    if label.is_empty() { "app".to_owned() } else { label.to_owned() }
}

fn notes(text: &mut String, app: &App) {
    if !app.also.is_empty() {
        comment(text, &format!("Also at {}.", listed(&app.also)));
    }
    if let Some(Login { proxy, name }) = &app.login {
        comment(
            text,
            &format!(
                "{proxy} sends its visitors through `{name}`: if that asks for a login, let {} through without one.",
                app.preset.path
            ),
        );
    }
    match app.gate {
        Gate::Open | Gate::Token => {}
        Gate::Login => comment(
            text,
            "Cloudflare Access lets people in, but no service token: its health cannot be seen until a Service Auth policy \
             (decision \"non_identity\") is added, and access = \"cloudflare\" here. Until then, only the lock is watched.",
        ),
        Gate::Unknown => comment(
            text,
            "Cloudflare Access guards it, by policies that are not in the files. If one of them is Service Auth (decision \
             \"non_identity\"), add access = \"cloudflare\" here. Until then, only the lock is watched.",
        ),
    }
}

fn unseen(text: &mut String, inventory: &Inventory) {
    if inventory.unseen.is_empty() {
        return;
    }
    comment(text, "Not seen from outside:");
    for container in &inventory.unseen {
        comment(text, &format!("- {}: {}", container.name, container.why));
    }
    text.push('\n');
}

fn setting(key: &str, value: &str) -> String {
    format!("{key} = {}", toml::Value::String(value.to_owned()))
}

/// `a`, `a and b`, `a, b and c`; not all of very many.
fn listed(names: &[String]) -> String {
    match names {
        [] => "its files".to_owned(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= 6 => format!("{} and {last}", first.join(", ")),
        [first, second, rest @ ..] => format!("{first}, {second} and {} more", rest.len()),
    }
}

/// A comment, wrapped between words. Nothing in it can end it early.
fn comment(text: &mut String, words: &str) {
    let mut line = String::from("#");
    for word in words
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
