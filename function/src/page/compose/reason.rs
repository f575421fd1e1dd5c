//! Why an app is down, in visitors' words: the causes themselves say too much about the home.

use super::super::view::Reason;
use crate::probe::Cause;

/// Return a cause in visitors' words. A state or event without one says only that something failed.
pub(super) fn reason(cause: Option<Cause>) -> Reason {
    match cause {
        None
        | Some(
            Cause::Dns
            | Cause::Connect
            | Cause::Home
            | Cause::Origin
            | Cause::Resolver
            | Cause::Timeout
            | Cause::MonitorOffline,
        ) => Reason::NotReachable,
        Some(
            Cause::Tls
            | Cause::Certificate
            | Cause::App
            | Cause::Access
            | Cause::Challenge
            | Cause::Blocked
            | Cause::RateLimited
            | Cause::LoginWall
            | Cause::Unreadable
            | Cause::Condition
            | Cause::Limit
            | Cause::Slow
            | Cause::Exposed
            | Cause::Other,
        ) => Reason::Errors,
        Some(Cause::Maintenance) => Reason::Maintenance,
    }
}
