//! Every world from which a run can start: each of the six resources is absent, old or new.

use plexmon_deploy::resources::{Binding, Content, Health};
use plexmon_deploy::stack::Stack;
use serde_json::json;

use crate::plan::world::World;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Absent,
    /// There, but wrong in every part that can be wrong.
    Old,
    New,
}

/// Role, log group, state, secret, function, schedule.
pub type Conditions = [Condition; 6];

/// All 3^6 of them.
pub fn all(world: &World) -> impl Iterator<Item = (Conditions, Stack)> + '_ {
    (0..3_usize.pow(6)).map(|number| {
        let conditions = std::array::from_fn(|index| match number / 3_usize.pow(index as u32) % 3 {
            0 => Condition::Absent,
            1 => Condition::Old,
            _ => Condition::New,
        });
        (conditions, of(world, conditions))
    })
}

fn of(world: &World, conditions: Conditions) -> Stack {
    let [role, log_group, state, secrets, function, schedule] = conditions;
    let mut old = world.desired.clone();
    make_old(&mut old);
    let mut stack = Stack {
        role: pick(role, &old.role, &world.desired.role),
        log_group: pick(log_group, &old.log_group, &world.desired.log_group),
        state: pick(state, &old.state, &world.desired.state),
        secrets: pick(secrets, &old.secrets, &world.desired.secrets),
        function: pick(function, &old.function, &world.desired.function),
        schedule: pick(schedule, &old.schedule, &world.desired.schedule),
        ..Stack::nothing()
    };
    settle(&mut stack);
    stack
}

fn pick<R: Clone>(condition: Condition, old: &Option<R>, new: &Option<R>) -> Option<R> {
    match condition {
        Condition::Absent => None,
        Condition::Old => old.clone(),
        Condition::New => new.clone(),
    }
}

fn make_old(stack: &mut Stack) {
    let role = stack.role.as_mut().unwrap();
    role.trust["Statement"][0]["Principal"] = json!("*");
    role.policy = None;
    role.regions.clear();
    let log_group = stack.log_group.as_mut().unwrap();
    log_group.owner = None;
    log_group.retention_days = None;
    stack.state.as_mut().unwrap().owner = None;
    stack.secrets.as_mut().unwrap().content = Content::Unread;
    let function = stack.function.as_mut().unwrap();
    function.code = None;
    function.memory_mb = 512;
    function.retries = None;
    function.health = Health::UpdateFailed("no room for it".to_owned());
    function.binding = Binding::Unknown;
    let schedule = stack.schedule.as_mut().unwrap();
    schedule.rule.as_mut().unwrap().enabled = false;
    schedule.target = None;
    schedule.permission.as_mut().unwrap().further = Some(json!({ "StringEquals": {} }));
}

/// What hangs together in AWS, too: grants on the role, the permission in the function's policy.
pub fn settle(stack: &mut Stack) {
    if let (None, Some(function)) = (&stack.role, &mut stack.function) {
        function.binding = Binding::Stale;
    }
    if let (None, Some(schedule)) = (&stack.function, &mut stack.schedule) {
        schedule.permission = None;
    }
    stack.schedule.take_if(|schedule| schedule.rule.is_none() && schedule.permission.is_none());
}
