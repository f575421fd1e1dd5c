//! The status page through its function URL, as visitors get it. The emulator enforces the roles.

mod role;
mod visitor;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use http::Method;
use plexmon_function::time;
use serde_json::json;

use self::visitor::{PAGE, Visitor};
use crate::support::{Deploy, Fixture, STATE, bootstrap};

/// A page with Plex on it, beside an app behind Access that nobody may know of.
fn configured(page: &str) -> Fixture {
    let fixture = Fixture::new();
    let hidden = format!(
        "[[target]]\nname = \"vault\"\nlabel = \"Hidden safe\"\nurl = \"{}/hidden-path\"\n\
         access = {{ id = {{ env = \"ID\" }}, secret = {{ env = \"SECRET\" }} }}\n\n\
         [page]\ntitle = \"Our home\"\n{page}\n[notify.pushover]",
        fixture.plex.url()
    );
    fixture.edit("kind = \"plex\"\n", "kind = \"plex\"\nlabel = \"Movies\"\n");
    fixture.edit("[notify.pushover]", &hidden);
    fixture
}

fn with_secrets(deploy: Deploy) -> Deploy {
    deploy.env("ID", "client-id").env("SECRET", "client-secret").env("PAGE_PATH", PATH)
}

fn up(fixture: &Fixture) {
    with_secrets(fixture.deploy(&["up", "--yes", "--bootstrap"])).args([bootstrap()]).run().ended(0);
    fixture.phone.take_new();
}

fn deploy(fixture: &Fixture, args: &[&str]) {
    with_secrets(fixture.deploy(args)).run().ended(0);
}

const PATH: &str = "kWq8ZtR2nLx5VbY7cJd3Hs9p";

#[test]
fn visitors_see_an_outage_its_end_an_announcement_and_a_maintenance() {
    let fixture = configured("");
    up(&fixture);
    let visitor = Visitor::of(&fixture, PAGE);

    let page = visitor.get("/");
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(page.headers["content-type"], "text/html; charset=utf-8");
    assert!(page.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'none'"));
    assert!(page.body.contains("<main data-overall=\"operational\""), "{}", page.body);
    assert!(page.body.contains("data-target=\"plex\" data-status=\"up\""), "{}", page.body);
    assert_eq!(visitor.status()["status"]["indicator"], "none");

    fixture.plex.break_it();
    fixture.invoke().ended(0);
    visitor.page_with("<main data-overall=\"outage\"");
    assert_eq!(visitor.status()["components"][0]["status"], "major_outage");
    assert!(visitor.get("/badge/plex.svg").body.contains("down"));
    let feed = visitor.get("/feed.atom").body;
    assert!(feed.contains("Movies"), "{feed}");

    fixture.plex.repair();
    fixture.invoke().ended(0);
    visitor.page_with("<main data-overall=\"operational\"");
    assert_ne!(visitor.get("/feed.atom").body, feed, "the end of the outage is an entry");

    deploy(&fixture, &["announce", "New disks on Saturday"]);
    visitor.page_with("New disks on Saturday");

    let now = time::now();
    let [from, to] = [now - 3_600, now + 3_600].map(|at| time::rfc3339(at).replace('Z', ""));
    fixture.edit("[page]", &format!("[[maintenance]]\nfrom = {from}\nto = {to}\n\n[page]"));
    up(&fixture);
    visitor.page_with("<main data-overall=\"maintenance\"");

    // The hidden app was down all the time: nothing listens behind Access here.
    for path in ["/", "/status.json", "/feed.atom", "/badge/plex.svg", "/badge/plex.json"] {
        let answer = visitor.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        for hidden in ["vault", "Hidden safe", "hidden-path", "127.0.0.1", "homelab"] {
            assert!(!answer.body.contains(hidden), "{hidden} is in {path}: {}", answer.body);
        }
    }
    assert_eq!(visitor.get("/badge/vault.svg").status, 404);

    deploy(&fixture, &["down", "--yes", "--no-wait"]);
    assert_eq!(fixture.inventory(), [""; 0]);
    assert_ne!(visitor.get("/").status, 200, "the address is gone");
}

#[test]
fn only_who_knows_the_secret_path_sees_anything() {
    let fixture = configured("secret_path = { env = \"PAGE_PATH\" }\n");
    up(&fixture);
    let visitor = Visitor::of(&fixture, PAGE);
    let moved = visitor.get(&format!("/{PATH}"));
    assert_eq!((moved.status, moved.headers["location"].to_str().unwrap()), (308, &*format!("./{PATH}/")));
    let page = visitor.get(&format!("/{PATH}/"));
    assert!(page.body.contains("data-target=\"plex\""), "{}", page.body);
    assert!(!page.body.contains(PATH), "{}", page.body);
    assert_eq!(visitor.get(&format!("/{PATH}/status.json")).status, 200);
    let mut wrong = PATH.to_owned();
    wrong.replace_range(PATH.len() - 1.., "q");
    for path in ["/", "/status.json", "/feed.atom", &format!("/{wrong}/"), &format!("/{PATH}/x")] {
        let answer = visitor.get(path);
        assert_eq!((answer.status, answer.body.as_str()), (404, "not found\n"), "{path}");
    }
    let address = with_secrets(fixture.deploy(&["page"])).run().ended(0);
    assert!(address.stdout.contains(&format!("/{PATH}/")), "{}", address.whole());
    let log = json!({ "logGroupName": format!("/aws/lambda/{PAGE}") });
    let log = fixture.aws("logs", "filter_log_events", log);
    assert!(!log.to_string().contains(PATH), "{log}");
}

/// Each flood request waits for its answer, as many at a time as this.
const VISITORS: usize = 4;

#[test]
fn the_checks_go_on_while_the_page_is_flooded() {
    let fixture = configured("");
    up(&fixture);
    let (visitor, stopped, answered) =
        (Visitor::of(&fixture, PAGE), AtomicBool::new(false), AtomicUsize::new(0));
    let flood = || {
        while !stopped.load(Ordering::SeqCst) {
            let answer = visitor.request(&Method::GET, "/");
            // Above the reserved concurrency, AWS answers with 429.
            assert!([200, 429].contains(&answer.status), "{answer:?}");
            answered.fetch_add(1, Ordering::SeqCst);
        }
    };
    std::thread::scope(|scope| {
        let floods: Vec<_> = (0..VISITORS).map(|_| scope.spawn(flood)).collect();
        for run in 0..10 {
            let before = answered.load(Ordering::SeqCst);
            let is_broken = run % 2 == 0;
            if is_broken {
                fixture.plex.break_it()
            } else {
                fixture.plex.repair()
            }
            let reply = fixture.invoke().ended(0).json();
            let wanted = if is_broken { "down" } else { "up" };
            assert_eq!((&reply["targets"][0]["status"], &reply["problems"]), (&json!(wanted), &json!([])));
            assert!(answered.load(Ordering::SeqCst) > before, "no visitor came during run {run}");
        }
        stopped.store(true, Ordering::SeqCst);
        for flood in floods {
            flood.join().unwrap();
        }
    });
    let state = fixture.aws("ssm", "get_parameter", json!({ "Name": STATE }));
    let versions = state["Parameter"]["Version"].as_u64().unwrap();
    assert!(versions > 10, "{versions} versions of the state");
}
