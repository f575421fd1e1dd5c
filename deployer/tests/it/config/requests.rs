//! `method` and `body` of a target.

use super::{parse, refuses, target};

#[test]
fn methods_and_bodies_that_cannot_be_sent_are_rejected() {
    refuses![
        target("method = \"post\""),
        target("method = \"FETCH\""),
        target("method = 1"),
        target("body = \"ping\""),
        target("method = \"HEAD\"\nbody = \"ping\""),
        target("method = \"POST\"\nbody = \"\""),
        target("method = \"HEAD\"\ncontains = \"ok\""),
        target("kind = \"sonarr\"\nmethod = \"HEAD\""),
    ];
}

#[test]
fn the_request_reaches_the_function_and_identifies_the_check() {
    let read = |lines: &str| parse(&target(lines)).unwrap().targets.remove(0);
    let plain = read("");
    let get = read("method = \"GET\"");
    assert_eq!((get.method.as_deref(), get.check_id()), (None, plain.check_id()), "it is the default");
    let post = read("method = \"POST\"");
    let with_body = read("method = \"POST\"\nbody = \"ping\"");
    assert_eq!((with_body.method.as_deref(), with_body.body.as_deref()), (Some("POST"), Some("ping")));
    assert_ne!(post.check_id(), plain.check_id());
    assert_ne!(post.check_id(), with_body.check_id());
    let head = read("method = \"HEAD\"\nstatus = 204");
    assert_eq!((head.method.as_deref(), head.status), (Some("HEAD"), vec![204]));
}
