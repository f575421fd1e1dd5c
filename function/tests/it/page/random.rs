//! Random requests, states and histories: no panic, and no answer below a wrong secret, nothing green without results.

use plexmon_function::contract::settings::Target;
use plexmon_function::page::view::{Freshness, Overall};
use plexmon_function::page::{Data, PageRequest, PageServer, View, data};
use plexmon_testing::rng::{Rng, env_number};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fixtures::{Memory, NOW, down, event, settings, text, up, window};

const CASES: u64 = 3_000;

const SECRET: &str = "s3cret-s3cret-s3cret-s3";

const PIECES: [&str; 20] = [
    "/",
    "//",
    SECRET,
    "status.json",
    "feed.atom",
    "badge",
    "plex",
    ".svg",
    ".json",
    "%2F",
    "%00",
    "%",
    "%ff",
    "..",
    "?x=1",
    "#",
    " ",
    "\u{fc}",
    "\r\nx: y",
    "s3cret",
];

fn joined(rng: &mut Rng) -> String {
    (0..rng.below(9)).map(|_| rng.choose(&PIECES)).collect()
}

/// A path that is often the beginning of a right one.
fn path(rng: &mut Rng) -> String {
    let first = rng.choose(&[
        "/s3cret-s3cret-s3cret-s3/",
        "/s3cret-s3cret-s3cret-s3",
        "/",
        "/%733cret-s3cret-s3cret-s3/",
        "",
    ]);
    let second = rng.choose(&["", "status.json", "feed.atom", "badge/plex.svg", "badge/a%2Fb.json"]);
    let rest = if rng.one_in(2) { joined(rng) } else { String::new() };
    format!("{first}{second}{rest}")
}

fn odd(rng: &mut Rng) -> Value {
    match rng.below(6) {
        0 => Value::Null,
        1 => json!(rng.draw()),
        2 => json!([joined(rng)]),
        3 => json!({ "method": joined(rng), "path": joined(rng) }),
        4 => json!(rng.choose(&["GET", "HEAD", "POST", "*", "de;q=0.5, *"])),
        _ => json!(joined(rng)),
    }
}

fn request(rng: &mut Rng) -> Value {
    let mut request = event(rng.choose(&["GET", "GET", "HEAD", "POST"]), &path(rng), &[]);
    for field in ["rawPath", "headers", "requestContext", "body", "version"] {
        if rng.one_in(12) {
            request[field] = odd(rng);
        }
    }
    for name in ["if-none-match", "accept-language", "cookie"] {
        if request["headers"].is_object() && rng.one_in(4) {
            request["headers"][name] = odd(rng);
        }
    }
    if rng.one_in(20) { odd(rng) } else { request }
}

#[tokio::test]
async fn no_request_gets_behind_a_wrong_secret() {
    let mut settings = settings(&["plex", "a/b"]);
    let digest: String = Sha256::digest(SECRET).iter().map(|byte| format!("{byte:02x}")).collect();
    settings.page.as_mut().unwrap().secret_sha256 = Some(digest.clone());
    let memory = Memory::with(&down(&settings, &["plex"]), &settings);
    let mut server = PageServer::new(settings, &memory);
    let (first, mut answered) = (env_number("PLEXMON_SEED", 0), 0);
    for seed in first..first + env_number("PLEXMON_CASES", CASES) {
        let request = request(&mut Rng(seed));
        let parsed = PageRequest::of(&request);
        let first = parsed.path().strip_prefix('/').and_then(|path| path.split('/').next());
        let knows_secret = first.is_some_and(|first| first.replace("%73", "s") == SECRET);
        let response = server.respond(parsed, NOW).await;
        let allowed: &[u16] = if knows_secret { &[200, 304, 308, 404, 405] } else { &[404] };
        assert!(allowed.contains(&response.status), "PLEXMON_SEED={seed}: {} {request}", response.status);
        assert!(!response.body.contains(SECRET) && !response.body.contains(&digest), "PLEXMON_SEED={seed}");
        for (name, value) in &response.headers {
            assert!(!value.contains(|c: char| c.is_control()), "PLEXMON_SEED={seed}: {name}: {value:?}");
        }
        answered += u64::from(response.status == 200);
    }
    assert!(answered > 200, "only {answered} requests were answered");
}

/// Change some characters of a text.
fn garbled(text: &str, rng: &mut Rng) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..rng.below(4) {
        let at = usize::try_from(rng.below(characters.len() as u64)).unwrap();
        characters[at] = rng.choose(&['0', '9', '"', '{', ',', 'x', '-', '\u{0}']);
    }
    characters.into_iter().collect()
}

#[test]
fn no_stored_value_causes_a_panic_or_a_green_page_without_recent_results() {
    let mut settings = settings(&["plex", "nas"]);
    let mut greens = 0;
    let records =
        super::fixtures::record(&[&[(plexmon_function::contract::history::Class::Down, 3)]], Vec::new());
    let mut parameter = plexmon_function::contract::history::Parameter::new("test");
    parameter.records.insert("plex".to_owned(), records);
    let history = parameter.encode(90);
    let first = env_number("PLEXMON_SEED", 0);
    for seed in first..first + env_number("PLEXMON_CASES", CASES / 10) {
        let mut rng = Rng(seed);
        settings.maintenance.clear();
        if rng.one_in(4) {
            settings.maintenance.push(window(NOW - 60, NOW + 60, &["plex"]));
        }
        let mut state = if rng.one_in(4) { down(&settings, &["plex"]) } else { up(&settings) };
        state.targets.truncate(if rng.one_in(4) { 1 } else { 2 });
        let state = garbled(&text(&state), &mut rng);
        let (records, _) = data::records([garbled(&history, &mut rng).as_str()]);
        let state = data::state([Some(state.as_str())]).ok().flatten();
        let is_missing = state.is_none();
        let is_in =
            |target: &Target| state.as_ref().is_some_and(|state| state.target(&target.name).is_some());
        let lacks_target = !settings.targets.iter().all(is_in);
        let data = Data { state, records, ..Data::default() };
        for now in [NOW, 0, NOW + 86_400 * 1_000, 253_402_300_800] {
            let view = View::new(&settings, &data, now);
            let is_green = view.overall == Overall::Operational;
            let is_stale = view.freshness != Freshness::Current;
            assert!(!is_green || !(is_missing || is_stale || lacks_target), "PLEXMON_SEED={seed}");
            greens += u32::from(is_green);
            plexmon_function::page::files(&settings, &data, now);
        }
    }
    assert!(greens > 10, "only {greens} views were green");
}
