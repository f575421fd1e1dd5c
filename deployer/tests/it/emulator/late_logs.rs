//! Lambda ships log lines late, and a late one makes the log group anew, without a tag: `down` looks again and removes
//! it, but only where it had removed one.

use serde_json::{Value, json};

use super::by_hand::delete;
use crate::support::{Gate, LOG_GROUP, Ran, World, until};

/// Runs `down`; when the log group is gone and the parameters are not yet, somebody makes it anew with these tags.
fn made_anew_during_down(world: &World, tags: Value) -> Ran {
    let gate = Gate::before("AmazonSSM.DeleteParameter");
    let down = world.through(&gate, &["down", "--yes", "--no-wait", "-v"]).start();
    gate.wait();
    until("the log group is gone", || !is_there(world));
    world.aws("logs", "create_log_group", json!({"logGroupName": LOG_GROUP, "tags": tags}));
    gate.open();
    down.end()
}

fn is_there(world: &World) -> bool {
    world.inventory().contains(&format!("log group {LOG_GROUP}"))
}

fn deletions(ran: &Ran) -> usize {
    ran.writes().iter().filter(|call| **call == "logs:DeleteLogGroup").count()
}

#[test]
fn a_group_that_comes_back_is_removed_again() {
    let world = World::deployed();
    let down = made_anew_during_down(&world, json!({})).ended(0);
    assert_eq!(deletions(&down), 2, "{}", down.whole());
    assert_eq!(world.inventory(), [""; 0]);
}

#[test]
fn a_group_that_appears_where_we_removed_none_is_somebody_elses() {
    let world = World::deployed();
    delete(&world, "log group");
    let down = made_anew_during_down(&world, json!({})).ended(0);
    assert_eq!(deletions(&down), 0, "{}", down.whole());
    assert_eq!(world.inventory(), [format!("log group {LOG_GROUP}")]);
}

#[test]
fn a_group_that_another_deployment_made_meanwhile_is_theirs() {
    let world = World::deployed();
    let down = made_anew_during_down(&world, json!({"plexmon:deployment": "cinema"})).ended(0);
    assert_eq!(deletions(&down), 1, "{}", down.whole());
    assert_eq!(world.inventory(), [format!("log group {LOG_GROUP}")]);
}
