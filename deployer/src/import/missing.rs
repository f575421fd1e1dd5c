//! What would have to be known for a value, and what its owner can do about it.

/// Something that the files do not say.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// How the files call it: `SECOND_DOMAIN`, `var.zone`, `module.sonarr.hostname`, `cidrhost()`.
    pub what: String,
    /// Why it is not known.
    pub reason: Reason,
}

/// Why a value is not known. The reason decides what helps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A variable of Compose without a value.
    Environment,
    /// A variable of Terraform without a value.
    Variable,
    /// Several `*.tfvars` disagree about it.
    Several,
    /// Nothing of this name is defined in the files.
    Undefined,
    /// The module is not a folder of this home; where it comes from.
    Module(String),
    /// An attribute that only the provider of the resource knows.
    Provider,
    /// A function that is not evaluated here.
    Function,
    /// A file that could not be read.
    File,
    /// A file that lies outside of what may be read.
    Outside,
    /// The `count` of a resource or module is 0.
    SwitchedOff,
    /// The expression has no value, such as an attribute that is not set.
    Invalid,
    /// It leads in circles, or to more than any home has.
    Endless,
}

impl Missing {
    /// The thing that is missing, and the reason.
    pub fn new(what: impl Into<String>, reason: Reason) -> Self {
        Self { what: what.into(), reason }
    }

    /// A sentence's second half: `var.zone`, *which has no value in the files that were read*.
    pub fn why(&self) -> String {
        match &self.reason {
            Reason::Environment | Reason::Variable => {
                "which has no value in the files that were read".to_owned()
            }
            Reason::Several => "which has different values in several *.tfvars".to_owned(),
            Reason::Undefined => "which is not in the files that were read".to_owned(),
            Reason::Module(source) => format!("and that module is not a folder of this home (`{source}`)"),
            Reason::Provider => "which only its provider knows".to_owned(),
            Reason::Function => "which is not evaluated here".to_owned(),
            Reason::File => "which could not be read".to_owned(),
            Reason::Outside => "which lies outside of the folders that were named".to_owned(),
            Reason::SwitchedOff => "which is 0, so that it is switched off".to_owned(),
            Reason::Invalid => "which has no value".to_owned(),
            Reason::Endless => "which leads in circles or to more than can be read".to_owned(),
        }
    }

    /// One action that helps.
    pub fn hint(&self) -> &'static str {
        match self.reason {
            Reason::Environment => {
                "put the values into an `.env` file beside the Compose file and run this again"
            }
            Reason::Variable => {
                "put the values into a `terraform.tfvars` beside the *.tf files, or name the file that has them with \
                 `--from`, and run this again"
            }
            Reason::Several => "name the *.tf files and only the *.tfvars that applies with `--from`",
            Reason::Undefined => "name the whole folder of the Terraform files with `--from`",
            Reason::Module(_) | Reason::Provider | Reason::Function | Reason::Invalid | Reason::Endless => {
                "start with `plexmon-deploy init --url https://...` and add the other hosts by hand"
            }
            Reason::SwitchedOff => {
                "give the variables that switch it on in a `terraform.tfvars` beside the *.tf files, and run this again"
            }
            Reason::File => "check that the file exists and is valid, and run this again",
            Reason::Outside => "name the folder that has the file with `--from`, too",
        }
    }

    /// The same, with a name that can be written into a comment.
    pub fn printable(self, printable: impl Fn(&str) -> String) -> Self {
        let reason = match self.reason {
            Reason::Module(source) => Reason::Module(printable(&source)),
            other => other,
        };
        Self { what: printable(&self.what), reason }
    }
}

/// Its name, and the reason where that is not simply a variable without a value.
impl std::fmt::Display for Missing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.reason {
            Reason::Environment | Reason::Variable => write!(formatter, "`{}`", self.what),
            _ => write!(formatter, "`{}` ({})", self.what, self.why()),
        }
    }
}

/// The name of a variable in a Compose file.
impl From<String> for Missing {
    fn from(what: String) -> Self {
        Self { what, reason: Reason::Environment }
    }
}
