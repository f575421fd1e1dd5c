//! `status`: the response has one of these status codes.

use crate::contract::description::{Need, Setting, Type};
use crate::contract::settings::Target;

/// How it is configured.
pub const SETTING: Setting = Setting {
    key: "status",
    kind: Type::Numbers { min: 100, max: 599 },
    need: Need::Depends("from the preset"),
    example: "[200, 401]",
    about: "the response has this status, or one of these",
};

/// Return whether the target counts as up with this status.
pub(in crate::probe) fn is_met(target: &Target, status: u16) -> bool {
    target.status.contains(&status)
}

/// Return the expected status: `200 or 401`.
pub(in crate::probe) fn expected(target: &Target) -> String {
    target.status.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}
