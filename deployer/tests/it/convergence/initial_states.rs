//! Every stack from which a run can start: each resource is absent, outdated or as desired.

use plexmon_deploy::resource::Resource;
use plexmon_deploy::resources::{Binding, Content, Health, Parameter, Regions};
use plexmon_deploy::stack::Stack;
use serde_json::json;

use crate::plan::deployment::{Deployment, Only as _};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    Absent,
    /// It exists, and every field that can differ does.
    Outdated,
    Desired,
}

#[derive(Debug, Clone, Copy)]
pub struct Conditions {
    pub role: Condition,
    pub log_group: Condition,
    pub state: Condition,
    /// A second parameter of the state.
    pub part: Condition,
    /// A parameter of the history.
    pub history: Condition,
    pub secret: Condition,
    pub function: Condition,
    pub schedule: Condition,
    /// A state under a previous name, which only the function's tag knows of.
    pub previous: Condition,
}

impl Conditions {
    fn all(self) -> [Condition; 9] {
        // Without `..`: a new one cannot be forgotten here.
        let Self { role, log_group, state, part, history, secret, function, schedule, previous } = self;
        [role, log_group, state, part, history, secret, function, schedule, previous]
    }

    pub fn existing(self) -> usize {
        self.all().iter().filter(|condition| **condition != Condition::Absent).count()
    }
}

/// All combinations that can occur: 3 to the power of 6, with and without the part, the history and a previous state.
pub fn all(deployment: &Deployment) -> impl Iterator<Item = (Conditions, Stack)> + '_ {
    let conditions = [Condition::Absent, Condition::Outdated, Condition::Desired];
    (0..3_usize.pow(6) * 8).filter_map(move |number| {
        let (extra, number) = (number % 8, number / 8);
        let condition = |index: u32| conditions[number / 3_usize.pow(index) % 3];
        let exists = |exists: bool| if exists { Condition::Desired } else { Condition::Absent };
        let conditions = Conditions {
            role: condition(0),
            log_group: condition(1),
            state: condition(2),
            part: exists(extra & 1 == 1),
            history: exists(extra & 4 == 4),
            secret: condition(3),
            function: condition(4),
            schedule: condition(5),
            previous: exists(extra & 2 == 2),
        };
        // Only the function knows of a previous state; without a role, the function has to be replaced, and
        // its tag with it.
        let is_known = conditions.function != Condition::Absent && conditions.role != Condition::Absent;
        let can_occur = conditions.previous == Condition::Absent || is_known;
        can_occur.then(|| (conditions, of(deployment, conditions)))
    })
}

/// The parameter of a previous state.
pub const PREVIOUS: &str = "/previous/state";

fn of(deployment: &Deployment, conditions: Conditions) -> Stack {
    let Conditions { role, log_group, state, part, history, secret, function, schedule, previous } =
        conditions;
    let mut outdated = deployment.desired.clone();
    make_outdated(&mut outdated);
    let desired = &deployment.desired;
    let Parameter { name, region, owner } = desired.parameters[0].clone();
    let of_part = [Parameter { name: format!("{name}_part2"), region: region.clone(), owner: owner.clone() }];
    let of_previous = [Parameter { name: PREVIOUS.to_owned(), region, owner }];
    let parameters = [
        pick(state, &outdated.parameters[..1], &desired.parameters[..1]),
        pick(part, &of_part, &of_part),
        pick(history, &desired.parameters[1..], &desired.parameters[1..]),
        pick(previous, &of_previous, &of_previous),
    ];
    // Without `..`: a new kind of resource cannot be forgotten here.
    let mut stack = Stack {
        roles: pick(role, &outdated.roles, &desired.roles),
        log_groups: pick(log_group, &outdated.log_groups, &desired.log_groups),
        parameters: parameters.concat(),
        secrets: pick(secret, &outdated.secrets, &desired.secrets),
        functions: pick(function, &outdated.functions, &desired.functions),
        // Only the page has one: see `page.rs`.
        function_urls: Vec::new(),
        schedules: pick(schedule, &outdated.schedules, &desired.schedules),
    };
    if previous != Condition::Absent {
        stack.the_function().state = Some(PREVIOUS.to_owned());
    }
    make_consistent(&mut stack);
    stack
}

pub fn pick<R: Resource>(condition: Condition, outdated: &[R], desired: &[R]) -> Vec<R> {
    match condition {
        Condition::Absent => Vec::new(),
        Condition::Outdated => outdated.to_vec(),
        Condition::Desired => desired.to_vec(),
    }
}

fn make_outdated(stack: &mut Stack) {
    let role = stack.the_role();
    role.trust["Statement"][0]["Principal"] = json!("*");
    role.policy = None;
    role.regions = Regions::default();
    let log_group = stack.the_log_group();
    log_group.owner = None;
    log_group.retention_days = None;
    stack.the_state().owner = None;
    stack.the_secret().content = Content::Unread;
    let function = stack.the_function();
    function.code = None;
    function.memory_mb = 512;
    function.retries = None;
    function.health = Health::UpdateFailed("no room for it".to_owned());
    function.binding = Binding::Unknown;
    let schedule = stack.the_schedule();
    schedule.rule.as_mut().unwrap().enabled = false;
    schedule.target = None;
    schedule.permission.as_mut().unwrap().conditions = Some(json!({ "StringEquals": {} }));
}

/// Apply what AWS ties together: grants refer to a role, and a URL and permissions belong to a function.
pub fn make_consistent(stack: &mut Stack) {
    let Stack { roles, functions, function_urls, schedules, .. } = stack;
    for function in functions.iter_mut() {
        if !roles.iter().any(|role| function.assumes(&role.name)) {
            function.binding = Binding::Stale;
        }
    }
    for schedule in schedules.iter_mut() {
        if !functions.iter().any(|function| schedule.runs(function)) {
            schedule.permission = None;
        }
    }
    function_urls.retain(|url| {
        let is_left = url.url.is_some() || url.url_permission.is_some() || url.invoke_permission.is_some();
        is_left && functions.iter().any(|function| url.serves(function))
    });
    schedules.retain(|schedule| schedule.rule.is_some() || schedule.permission.is_some());
}
