//! Lambda delivers log lines late, and a late line creates the log group again, without a tag. `down` checks again and deletes
//! it, but only if it had deleted one before.

use serde_json::{Value, json};

use super::by_hand::delete;
use crate::support::{Fixture, Gate, LOG_GROUP, Ran, until};

/// Run `down`. After the log group was deleted and before the parameters are, it is created again with these tags.
fn recreated_during_down(fixture: &Fixture, tags: Value) -> Ran {
    let gate = Gate::before("AmazonSSM.DeleteParameter");
    let down = fixture.through(&gate, &["down", "--yes", "--no-wait", "-v"]).start();
    gate.wait();
    until("the log group is gone", || !exists(fixture));
    fixture.aws("logs", "create_log_group", json!({"logGroupName": LOG_GROUP, "tags": tags}));
    gate.open();
    down.end()
}

fn exists(fixture: &Fixture) -> bool {
    fixture.inventory().contains(&format!("log group {LOG_GROUP}"))
}

fn deletions(ran: &Ran) -> usize {
    ran.writes().iter().filter(|call| **call == "logs:DeleteLogGroup").count()
}

#[test]
fn a_recreated_log_group_is_deleted_again() {
    let fixture = Fixture::deployed();
    let down = recreated_during_down(&fixture, json!({})).ended(0);
    assert_eq!(deletions(&down), 2, "{}", down.whole());
    assert_eq!(fixture.inventory(), [""; 0]);
}

#[test]
fn a_log_group_that_appears_where_none_was_deleted_is_kept() {
    let fixture = Fixture::deployed();
    delete(&fixture, "log group");
    let down = recreated_during_down(&fixture, json!({})).ended(0);
    assert_eq!(deletions(&down), 0, "{}", down.whole());
    assert_eq!(fixture.inventory(), [format!("log group {LOG_GROUP}")]);
}

#[test]
fn a_log_group_that_another_deployment_created_meanwhile_is_kept() {
    let fixture = Fixture::deployed();
    let down = recreated_during_down(&fixture, json!({"plexmon:deployment": "cinema"})).ended(0);
    assert_eq!(deletions(&down), 1, "{}", down.whole());
    assert_eq!(fixture.inventory(), [format!("log group {LOG_GROUP}")]);
}
