//! A repository on GitHub whose workflows may assume a role, and the subjects that their tokens have.

use crate::error::{Error, Result};

/// Stands before the name of the repository: other services may follow.
const PREFIX: &str = "github:";
const EXAMPLE: &str = "for example: --trust github:OWNER/REPO, or github:OWNER@OWNER_ID/REPO@REPO_ID with the numbers that \
`gh api repos/OWNER/REPO --jq '.owner.id, .id'` prints";

/// GitHub's limits.
const LONGEST_OWNER: usize = 39;
const LONGEST_REPOSITORY: usize = 100;
const LONGEST_ENVIRONMENT: usize = 255;

/// Characters with a meaning in the values of an IAM policy, or in the subjects themselves.
const SPECIAL: &str = "*?$";

/// A repository, by its names and, if they are known, by its numbers, which are never used again for another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    owner: String,
    name: String,
    /// The number of the owner, and of the repository.
    numbers: Option<(u64, u64)>,
}

impl Repository {
    /// Parse `github:OWNER/REPO` or `github:OWNER@OWNER_ID/REPO@REPO_ID`.
    pub fn parse(text: &str) -> Result<Self> {
        let invalid = |why: String| {
            Error::usage(format!("--trust does not name a repository: `{text}`")).cause(why).hint(EXAMPLE)
        };
        let path =
            text.strip_prefix(PREFIX).ok_or_else(|| invalid(format!("it does not begin with `{PREFIX}`")))?;
        let (owner, name) =
            path.split_once('/').ok_or_else(|| invalid("there is no `/` after the owner".to_owned()))?;
        let (owner, owner_number) = numbered(owner).map_err(&invalid)?;
        let (name, number) = numbered(name).map_err(&invalid)?;
        check_owner(owner).and_then(|()| check_name(name)).map_err(&invalid)?;
        let numbers = match (owner_number, number) {
            (Some(owner), Some(repository)) => Some((owner, repository)),
            (None, None) => None,
            _ => {
                return Err(invalid(
                    "the numbers of both the owner and the repository are needed, or none".to_owned(),
                ));
            }
        };
        Ok(Self { owner: owner.to_owned(), name: name.to_owned(), numbers })
    }

    pub fn has_numbers(&self) -> bool {
        self.numbers.is_some()
    }

    /// Return the subjects of tokens for these contexts, in both forms if the numbers are known. Repositories that were
    /// created, renamed or transferred after 15 July 2026 have them in their subjects, and others can choose so.
    pub fn subjects(&self, contexts: &[String]) -> Vec<String> {
        let Self { owner, name, numbers } = self;
        let plain = contexts.iter().map(|context| format!("repo:{owner}/{name}:{context}"));
        let numbered = numbers.iter().flat_map(|(owner_number, number)| {
            contexts
                .iter()
                .map(move |context| format!("repo:{owner}@{owner_number}/{name}@{number}:{context}"))
        });
        plain.chain(numbered).collect()
    }
}

/// The context of a job that uses an environment.
pub fn of_environment(name: &str) -> Result<String> {
    let is_valid = !name.trim().is_empty()
        && name.chars().count() <= LONGEST_ENVIRONMENT
        && !name.contains(|character: char| character.is_control() || SPECIAL.contains(character));
    if !is_valid {
        return Err(Error::usage(format!(
            "--environment is not the name of an environment: `{}`",
            name.escape_debug()
        ))
        .cause(format!("it has 1 to {LONGEST_ENVIRONMENT} characters, and none of `{SPECIAL}`"))
        .hint(
            "pass the name as it is in the settings of the repository, for example: --environment production",
        ));
    }
    // As GitHub writes it.
    Ok(format!("environment:{}", name.replace(':', "%3A")))
}

/// The context of a job that runs on a branch, without an environment and not for a pull request.
pub fn of_branch(name: &str) -> Result<String> {
    let is_forbidden = |character: char| {
        character.is_whitespace()
            || character.is_control()
            || "~^:\\[".contains(character)
            || SPECIAL.contains(character)
    };
    let is_valid = !name.is_empty()
        && !name.contains(is_forbidden)
        && !name.contains("..")
        && !name.starts_with(['/', '-'])
        && !name.ends_with('/')
        && !name.starts_with("refs/");
    if !is_valid {
        return Err(Error::usage(format!("--branch is not the name of a branch: `{}`", name.escape_debug()))
            .hint("pass one name without `refs/heads/` and without wildcards, for example: --branch main"));
    }
    Ok(format!("ref:refs/heads/{name}"))
}

/// The context of a job for a pull request.
pub fn of_pull_requests() -> String {
    "pull_request".to_owned()
}

/// Split `NAME@NUMBER`.
fn numbered(text: &str) -> Result<(&str, Option<u64>), String> {
    let Some((name, digits)) = text.split_once('@') else { return Ok((text, None)) };
    let is_number =
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
    let number = digits.parse().ok().filter(|_| is_number);
    number.map_or_else(
        || Err(format!("`{digits}` after `{name}@` is not a number")),
        |number| Ok((name, Some(number))),
    )
}

fn check_owner(owner: &str) -> Result<(), String> {
    let is_valid = (1..=LONGEST_OWNER).contains(&owner.len())
        && !owner.starts_with('-')
        && owner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if is_valid {
        return Ok(());
    }
    Err(format!(
        "`{owner}` is not an owner: 1 to {LONGEST_OWNER} letters, digits, `-` and `_`, without wildcards"
    ))
}

fn check_name(name: &str) -> Result<(), String> {
    let is_valid = (1..=LONGEST_REPOSITORY).contains(&name.len())
        && ![".", ".."].contains(&name)
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    if !is_valid {
        return Err(format!(
            "`{name}` is not a repository: 1 to {LONGEST_REPOSITORY} letters, digits, `-`, `_` and `.`, without wildcards"
        ));
    }
    // GitHub refuses this name; it comes from an address.
    if name.to_ascii_lowercase().ends_with(".git") {
        return Err(format!("`{name}` ends in `.git`, which is no part of the name"));
    }
    Ok(())
}
