//! The names of the SSM parameters that belong together: the state, its parts, its SecureString, the history and the
//! announcements.

use plexmon_function::contract::parts::PART_SUFFIX;
use plexmon_function::contract::{announcement, history};

/// A pattern that matches every additional part of a state parameter.
pub fn any_part(state_parameter: &str) -> String {
    format!("{state_parameter}{PART_SUFFIX}*")
}

/// A pattern that matches every parameter of the history, including the one with an unreadable history.
pub fn any_history(state_parameter: &str) -> String {
    format!("{state_parameter}{}*", history::SUFFIX)
}

/// Appended to the name of the state parameter, this gives the name of its SecureString.
const SECRETS_SUFFIX: &str = "_secrets";

/// The SecureString that belongs to a state parameter.
pub fn secrets_parameter(state_parameter: &str) -> String {
    format!("{state_parameter}{SECRETS_SUFFIX}")
}

/// What one of our parameters contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// The state, or a part of it.
    State,
    Secrets,
    History,
    Announcements,
}

/// Return the state parameter to which one of our parameters belongs, and what it contains; a state parameter belongs
/// to itself.
fn parsed(name: &str) -> (&str, Contents) {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let numbered = |suffix: &str| name.rsplit_once(suffix).filter(|(_, number)| is_number(number));
    let of_history = || {
        let first = name.strip_suffix(history::SUFFIX).or_else(|| name.strip_suffix(history::ASIDE));
        first.or_else(|| numbered(history::SUFFIX).map(|(state, _)| state))
    };
    if let Some(state) = name.strip_suffix(SECRETS_SUFFIX) {
        (state, Contents::Secrets)
    } else if let Some(state) = name.strip_suffix(announcement::SUFFIX) {
        (state, Contents::Announcements)
    } else if let Some(state) = of_history() {
        (state, Contents::History)
    } else {
        (numbered(PART_SUFFIX).map_or(name, |(state, _)| state), Contents::State)
    }
}

/// The state parameter to which one of our parameters belongs; a state parameter belongs to itself.
pub fn state_parameter(name: &str) -> &str {
    parsed(name).0
}

/// What the parameter with this name contains.
pub fn contents(name: &str) -> Contents {
    parsed(name).1
}

/// Whether the name is derived from the name of a state parameter: a part, the SecureString, a history or announcements.
pub fn is_derived(name: &str) -> bool {
    state_parameter(name) != name
}

/// Whether the name is that of a SecureString.
pub fn is_secret(name: &str) -> bool {
    contents(name) == Contents::Secrets
}

/// Whether the name is that of a history.
pub fn is_history(name: &str) -> bool {
    contents(name) == Contents::History
}

#[cfg(test)]
mod tests {
    use plexmon_function::contract::history::Place;
    use plexmon_function::contract::parts::parameter;

    use super::*;

    #[test]
    fn every_derived_name_leads_to_its_state_parameter() {
        let state = "/home/state";
        let histories = [Place::Number(0), Place::Number(1), Place::Number(249), Place::Aside];
        for place in histories {
            let name = place.parameter(state);
            assert_eq!(parsed(&name), (state, Contents::History), "{name}");
        }
        assert_eq!(parsed(&parameter(state, 1)), (state, Contents::State));
        assert_eq!(parsed(&secrets_parameter(state)), (state, Contents::Secrets));
        assert_eq!(parsed(&announcement::parameter(state)), (state, Contents::Announcements));
    }

    #[test]
    fn other_names_are_state_parameters() {
        for name in [
            "/home/state",
            "/home/history",
            "/home/x_histories",
            "/home/x_history_2",
            "/home/x_part",
            "/home/announcements",
        ] {
            assert_eq!(parsed(name), (name, Contents::State));
        }
    }
}
