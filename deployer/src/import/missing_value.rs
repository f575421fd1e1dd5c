//! A value that the files do not define, the reason, and what the user can do about it.

/// A value that is missing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MissingValue {
    /// Its name in the files: `SECOND_DOMAIN`, `var.zone`, `module.sonarr.hostname`, `cidrhost()`.
    pub what: String,
    /// Why it is not known.
    pub reason: MissingReason,
}

/// Why a value is not known. Each reason has its own hint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum MissingReason {
    /// A Compose variable without a value.
    Environment,
    /// A Terraform variable without a value.
    Variable,
    /// Several `*.tfvars` files have different values for it.
    Ambiguous,
    /// No definition of this name is in the files.
    Undefined,
    /// The module is not in the given folders; holds its source.
    Module(String),
    /// An attribute that only the resource's provider knows.
    Provider,
    /// A function that is not supported.
    Function,
    /// A file that could not be read.
    File,
    /// A file outside the folders that may be read.
    Outside,
    /// The `count` of a resource or module is 0.
    SwitchedOff,
    /// The expression has no value, such as an attribute that is not set.
    Invalid,
    /// It refers to itself, or exceeds a limit on size or work.
    LimitExceeded,
}

impl MissingValue {
    /// Create a missing value with its reason.
    pub fn new(what: impl Into<String>, reason: MissingReason) -> Self {
        Self { what: what.into(), reason }
    }

    /// Return the reason as a relative clause: `var.zone`, *which has no value in the files that were read*.
    pub fn why(&self) -> String {
        match &self.reason {
            MissingReason::Environment | MissingReason::Variable => {
                "which has no value in the files that were read".to_owned()
            }
            MissingReason::Ambiguous => "which has different values in several *.tfvars files".to_owned(),
            MissingReason::Undefined => "which is not defined in the files that were read".to_owned(),
            MissingReason::Module(source) => {
                format!("a module that is not in the given folders (`{source}`)")
            }
            MissingReason::Provider => "which only the provider knows".to_owned(),
            MissingReason::Function => "a function that is not supported".to_owned(),
            MissingReason::File => "which could not be read".to_owned(),
            MissingReason::Outside => "which is outside the given folders".to_owned(),
            MissingReason::SwitchedOff => "which is 0, so it is switched off".to_owned(),
            MissingReason::Invalid => "which has no value".to_owned(),
            MissingReason::LimitExceeded => "which refers to itself or is too large".to_owned(),
        }
    }

    /// Return one action that helps.
    pub fn hint(&self) -> &'static str {
        match self.reason {
            MissingReason::Environment => {
                "put the values into an `.env` file next to the Compose file and run this again"
            }
            MissingReason::Variable => {
                "put the values into a `terraform.tfvars` file next to the *.tf files, or pass the file that has them with \
                 `--from`, and run this again"
            }
            MissingReason::Ambiguous => {
                "pass the *.tf files and only the *.tfvars file that applies with `--from`"
            }
            MissingReason::Undefined => "pass the whole folder of the Terraform files with `--from`",
            MissingReason::Module(_)
            | MissingReason::Provider
            | MissingReason::Function
            | MissingReason::Invalid
            | MissingReason::LimitExceeded => {
                "start with `plexmon-deploy init --url https://...` and add the other hosts by hand"
            }
            MissingReason::SwitchedOff => {
                "set the variables that enable it in a `terraform.tfvars` file next to the *.tf files, and run this again"
            }
            MissingReason::File => "check that the file exists and is valid, and run this again",
            MissingReason::Outside => "also pass the folder that has the file with `--from`",
        }
    }

    /// Return the same value with names that can be written into a comment.
    pub fn printable(self, printable: impl Fn(&str) -> String) -> Self {
        let reason = match self.reason {
            MissingReason::Module(source) => MissingReason::Module(printable(&source)),
            other => other,
        };
        Self { what: printable(&self.what), reason }
    }
}

/// The name, followed by the reason unless it is simply a variable without a value.
impl std::fmt::Display for MissingValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.reason {
            MissingReason::Environment | MissingReason::Variable => write!(formatter, "`{}`", self.what),
            _ => write!(formatter, "`{}` ({})", self.what, self.why()),
        }
    }
}

/// A Compose variable without a value.
impl From<String> for MissingValue {
    fn from(what: String) -> Self {
        Self { what, reason: MissingReason::Environment }
    }
}
