//! The day on which AWS closes the account, from AWS's answer to the message on the phone. The emulator does not know the
//! service, so a stand-in answers for it.

use serde_json::{Value, json};

use crate::support::{AwsStandIn, Deploy, Fixture, refused_by_aws};

/// The service, with a plan that ends on this day.
fn free(ends: &str) -> AwsStandIn {
    let plan = json!({
        "accountId": "123456789012", "accountPlanType": "FREE", "accountPlanStatus": "ACTIVE",
        "accountPlanExpirationDate": format!("{ends}T08:30:00Z"),
    });
    AwsStandIn::scripted(move |_| Some((200, plan.to_string())))
}

fn asking(service: &AwsStandIn, deploy: Deploy) -> Deploy {
    deploy.env("AWS_ENDPOINT_URL_FREETIER", service.url())
}

/// The day in the tag of the function.
fn tag(fixture: &Fixture) -> Value {
    let answer = fixture.aws("lambda", "get_function", json!({ "FunctionName": fixture.unique_name() }));
    answer["Tags"]["plexmon:account-closes"].clone()
}

#[test]
fn the_function_warns_of_the_end_of_the_account_until_it_is_upgraded() {
    let fixture = Fixture::named();
    // In the past: the warning is due whenever this test runs.
    let ended = free("2026-01-15");
    asking(&ended, fixture.with_code(&["up", "--yes"])).run().ended(0);
    let titles: Vec<_> = fixture.messages().into_iter().filter_map(|message| message.title).collect();
    assert_eq!(titles, ["Monitoring started: Plex is up", "Upgrade the AWS account to keep plexmon running"]);
    assert_eq!(tag(&fixture), "2026-01-15");

    let denied = refused_by_aws("freetier", 400, "AccessDeniedException", "not authorized");
    let denied = AwsStandIn::scripted(move |_| Some(denied.clone()));
    for service in [&ended, &denied] {
        asking(service, fixture.with_code(&["plan", "--exit-code"])).run().ended(0);
    }
    // The emulator's own answer about a service that it does not know.
    assert_eq!(fixture.plan(), [""; 0]);

    let later = free("2099-06-30");
    let plan = asking(&later, fixture.with_code(&["plan"])).run().ended(0);
    assert!(plan.stdout.contains("      account_closes: 2026-01-15 -> 2099-06-30\n"), "{}", plan.whole());
    let up = asking(&later, fixture.with_code(&["up", "--yes", "-v"])).run().ended(0);
    assert!(up.writes().contains(&"lambda:UpdateFunctionCode"), "{}", up.whole());
    assert_eq!(tag(&fixture), "2099-06-30");

    let paid =
        json!({ "accountId": "123456789012", "accountPlanType": "PAID", "accountPlanStatus": "ACTIVE" });
    let paid = AwsStandIn::scripted(move |_| Some((200, paid.to_string())));
    asking(&paid, fixture.with_code(&["up", "--yes"])).run().ended(0);
    assert_eq!(tag(&fixture), "none");
    for service in [&paid, &denied] {
        asking(service, fixture.with_code(&["plan", "--exit-code"])).run().ended(0);
    }
    fixture.invoke().ended(0);
    assert!(fixture.phone.take_new().is_empty());
}
