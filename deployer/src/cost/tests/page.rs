//! The status page: its usual visitors, and a flood.

use super::super::usage::largest_answer;
use super::*;

type Change = fn(&mut Stack);

const PAGE: &str = "[page]\n";

/// The lines about the flood and above it.
fn lines(config: &Config) -> String {
    let text = cost(config).to_string();
    text.rsplit_once('\n').unwrap().0.to_owned()
}

#[test]
fn the_estimate_says_what_a_flood_could_cost() {
    insta::assert_snapshot!(lines(&config("", 1, "")), @"$0.00 a month within AWS's always-free allowances (0.9 % of the requests, 0.3 % of the compute time); $0.03 without them");
    insta::assert_snapshot!(lines(&config("", 1, PAGE)), @"
    $0.00 a month within AWS's always-free allowances (1.0 % of the requests, 0.3 % of the compute time); $0.03 without them
      a flood of requests for the status page could raise it to at most $181.72 a month (concurrency = 2)
    ");
    insta::assert_snapshot!(lines(&config("", 1, "[page]\nconcurrency = 1\n")), @"
    $0.00 a month within AWS's always-free allowances (1.0 % of the requests, 0.3 % of the compute time); $0.03 without them
      a flood of requests for the status page could raise it to at most $84.11 a month (concurrency = 1)
    ");
    insta::assert_snapshot!(lines(&config("", 20, "[page]\nconcurrency = 100\n")), @"
    $0.00 a month within AWS's always-free allowances (1.0 % of the requests, 0.6 % of the compute time); $0.08 without them
      a flood of requests for the status page could raise it to at most $9,862.61 a month (concurrency = 100)
    ");
    insta::assert_snapshot!(lines(&config("", 40, PAGE)), @"
    $0.00 a month within AWS's always-free allowances (1.0 % of the requests, 0.9 % of the logs); $0.14 without them
      a flood of requests for the status page could raise it to at most $319.66 a month (concurrency = 2)
    ");
    insta::assert_snapshot!(lines(&config("", 40, "[page]\nconcurrency = \"unreserved\"\n")), @"
    $0.00 a month within AWS's always-free allowances (1.0 % of the requests, 0.9 % of the logs); $0.14 without them
      no reserved concurrency: nothing limits what a flood of requests for the status page could cost
    ");
}

/// Ten requests a second in each of two environments, all month:
///
/// - requests: 2 * 10 * 2,629,800 + 8,766 of the monitor - 1,000,000 = 51,604,766, for $10.3210;
/// - compute time: 2 * 2,629,800 s * 0.125 GB + 1,127.6875 of the monitor - 400,000 = 258,577.6875 GB-seconds, for $4.3096;
/// - outgoing data: 52,596,000 * (30,000 + 1,200 + 6,000 bytes) + 0.0175 of the monitor - 100 = 1,856.5887 GB, for
///   $167.0930;
/// - logs: two environments warn once a minute, 44 MB, which are free.
#[test]
fn a_flood_costs_what_can_be_computed_by_hand() {
    let flood = cost(&config("", 1, PAGE)).flood.unwrap();
    assert_eq!(flood.concurrency, Concurrency::Reserved(2));
    assert_eq!(flood.at_most.unwrap().in_micros(), 181.723_576);
}

/// A thousand requests of 500 ms and two calls of 50 ms; the largest answer has 30,000 bytes and 7,200 of headers.
#[test]
fn usual_visitors_are_a_part_of_the_estimate() {
    let (without, with) = (cost(&config("", 1, "")), cost(&config("", 1, PAGE)));
    for (item, more) in [
        (Item::Requests, Quantity::whole(1000)),
        (Item::ComputeTime, Quantity::whole(75)),
        (Item::KmsRequests, Quantity::ZERO),
        (Item::Logs, Quantity::ZERO),
        (Item::OutgoingData, Quantity::fraction(372, 10_000)),
        (Item::ParameterCalls, Quantity::whole(2000)),
        (Item::ScheduledEvents, Quantity::ZERO),
    ] {
        assert_eq!(used(&with, item), used(&without, item) + more, "{item}");
    }
    assert_eq!(with.charge(), Usd::ZERO);
}

#[test]
fn a_page_that_nobody_can_reach_costs_nothing() {
    let config = config("", 1, PAGE);
    let reserved = |number| Some(Concurrency::Reserved(number));
    let changes: [(&str, Change); 5] = [
        ("no function", |stack| stack.functions.retain(|function| !function.name.ends_with("-page"))),
        ("no address", |stack| stack.function_urls.clear()),
        ("only statements", |stack| stack.function_urls[0].url = None),
        ("of others", |stack| stack.functions[1].owner = None),
        ("switched off", |stack| stack.functions[1].concurrency = Some(Concurrency::Reserved(0))),
    ];
    assert!(with(&config, |stack| stack.functions[1].concurrency = reserved(1)).flood.is_some());
    for (what, change) in changes {
        let estimate = with(&config, change);
        assert_eq!(estimate.flood, None, "{what}");
        assert_eq!(used(&estimate, Item::Requests), Quantity::whole(8766), "{what}");
    }
}

#[test]
fn more_concurrency_and_more_apps_raise_what_a_flood_costs() {
    let at_most = |targets, concurrency: u32| {
        let page = format!("[page]\nconcurrency = {concurrency}\n");
        cost(&config("", targets, &page)).flood.unwrap().at_most.unwrap()
    };
    assert!(at_most(1, 1) < at_most(1, 2));
    assert!(at_most(20, 2) < at_most(21, 2));
    let on_arm64 = config("", 1, "[page]\n[function]\narchitecture = \"arm64\"\n");
    assert!(cost(&on_arm64).flood.unwrap().at_most.unwrap() < at_most(1, 2));
}

/// The page is the largest content, unless names are so long that the feed is.
#[test]
fn the_largest_answer_is_that_of_the_largest_format() {
    assert_eq!(largest_answer(&config("", 20, PAGE)), 30_000);
    assert_eq!(largest_answer(&config("", 25, PAGE)), 30_000 + 5 * 1400);
    let hidden = config("", 25, "public = false\n[page]\n");
    assert_eq!(largest_answer(&hidden), 30_000 + 4 * 1400, "what is not public is not on the page");
    let long = format!("label = \"{}\"\n[page]\n", "\u{1f3ac}".repeat(60));
    assert!(largest_answer(&config("", 1, &long)) > 40_000);
}
