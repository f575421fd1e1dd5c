//! Regions of the page that could not be read: what they have is not known, so it is neither planned nor forgotten.

use super::Observed;
use crate::error::{Error, Refusal, Result};
use crate::resource::Resource as _;

impl Observed {
    /// Return the regions that could not be read.
    pub fn unchecked(&self) -> Vec<String> {
        self.unreachable.iter().map(|one| one.region.clone()).collect()
    }

    /// Fail if a region in which the configuration has a function could not be read.
    pub fn require_configured_regions(&self) -> Result<()> {
        let is_configured = |region: &str| self.names.lambdas().any(|lambda| lambda.region == region);
        match self.unreachable.iter().find(|one| is_configured(&one.region)) {
            Some(one) => Err(one
                .explained(format!("the region of the status page, {}, cannot be used", one.region))
                .hint(
                    "choose another `region` in [page]; us-east-1, eu-west-1 and other regions that AWS opened \
                     before 2019 are enabled in every account",
                )),
            None => Ok(()),
        }
    }

    /// Return a warning for each region of an earlier configuration that could not be read.
    pub fn unchecked_warnings(&self) -> Vec<String> {
        let is_past = |region: &str| self.names.past.iter().any(|lambda| lambda.region == region);
        let past = self.unreachable.iter().filter(|one| is_past(&one.region));
        let warning = |one: &super::Unreachable| {
            let (region, why) = (&one.region, one.why());
            format!(
                "could not check what is left of the status page in {region}, where it used to be served ({why}); its \
                 role keeps a record, and the next run will check again"
            )
        };
        past.map(warning).collect()
    }

    /// Fail if something may be left in a region that could not be read: the tags of the page's role name each region that
    /// has, or had, a part of the page.
    pub fn require_all_regions(&self) -> Result<()> {
        let role = self.names.page_role().role;
        let ours = Some(self.names.deployment.as_str());
        let roles = self.stack.roles.iter().filter(|one| one.name == role && one.owner() == ours);
        let is_named = |region: &str| roles.clone().any(|role| role.regions.contains(region));
        let unchecked: Vec<_> = self.unreachable.iter().filter(|one| is_named(&one.region)).collect();
        match unchecked.as_slice() {
            [] => Ok(()),
            [first, ..] => Err(first
                .explained(format!(
                    "everything else was removed, but what the status page has in {} could not be checked",
                    unchecked.iter().map(|one| one.region.as_str()).collect::<Vec<_>>().join(", ")
                ))
                .hint("run `plexmon-deploy down` again when the region can be used: the page's role is kept until then")),
        }
    }
}

impl super::Unreachable {
    /// Whether the region may not be enabled.
    fn is_disabled(&self) -> bool {
        self.error.refusal() == Some(Refusal::Credentials)
    }

    fn why(&self) -> String {
        std::iter::once(self.error.message())
            .chain(self.error.causes().iter().map(String::as_str))
            .collect::<Vec<_>>()
            .join(": ")
    }

    /// Return an error with this message. A region that is not enabled answers as if the credentials were wrong: the hint
    /// about them is left out then.
    fn explained(&self, message: String) -> Error {
        let mut explained = Error::new(message).cause(self.error.message());
        if let Some(hint) = self.error.hint_text().filter(|_| !self.is_disabled()) {
            explained = explained.hint(hint);
        }
        self.error.causes().iter().fold(explained, |error, cause| error.cause(cause))
    }
}
