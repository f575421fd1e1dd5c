//! The IAM actions that a kind of resource needs: each file of a resource lists its own.

/// What an action is allowed on; also the `Sid` of its statement in the policy that `permissions` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Role,
    /// The role as well, where it is given to a function.
    PassedRole,
    Function,
    Rule,
    State,
    Secrets,
    LogGroup,
    /// AWS knows no narrower resource.
    Anything,
}

/// Actions on one subject.
#[derive(Debug, Clone, Copy)]
pub struct Actions {
    pub on: Subject,
    /// To look: `plan`, `status`, `logs`.
    pub read: &'static [&'static str],
    /// To change, in addition: `up`, `invoke`, `down`.
    pub write: &'static [&'static str],
}
