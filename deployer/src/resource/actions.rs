//! The IAM actions that a kind of resource needs. The file of each resource lists its own.

/// The resource that an action is allowed on; also the `Sid` of its statement in the policy that `permissions` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Role,
    /// The role as well, when it is passed to a function.
    PassedRole,
    Function,
    /// The function that serves the status page, if there is one.
    Page,
    Rule,
    State,
    Secrets,
    LogGroup,
    /// The account's limits, which matter only if there is a status page. AWS does not support a narrower resource.
    PageAccount,
    /// AWS does not support a narrower resource.
    Anything,
}

/// Actions on one subject.
#[derive(Debug, Clone, Copy)]
pub struct Actions {
    pub on: Subject,
    /// To read: `plan`, `status`, `logs`.
    pub read: &'static [&'static str],
    /// To change, in addition: `up`, `invoke`, `down`.
    pub write: &'static [&'static str],
}
