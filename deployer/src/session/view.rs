//! What a command sees of AWS: the observed stack, the desired one, and what the second is computed from.

use plexmon_function::contract::settings::Settings;
use plexmon_function::time;

use crate::account_plan::{AccountPlan, Day};
use crate::config::{Config, SecretLookup, SecretPath};
use crate::cost::{Estimate, estimate};
use crate::error::Result;
use crate::page_limits::PageLimits;
use crate::plan::{Intent, Plan, plan};
use crate::publication::{Change, Publication};
use crate::resources::Content;
use crate::stack::{Observed, Stack};

/// The observed stack, the desired stack, and the secrets that were found.
pub struct View {
    /// The configuration, with the state parameter that was taken over, if one was, and without a reservation that the
    /// account cannot have.
    pub config: Config,
    pub observed: Observed,
    pub desired: Stack,
    pub secrets: SecretLookup,
    pub secret_path: SecretPath,
    /// The settings that are part of the code's identity: all but when the account closes.
    pub identified_settings: Settings,
    /// Variables whose values come from the environment of the function that is taken over.
    pub handed_over: Vec<String>,
    /// `None` if AWS does not say.
    pub account_plan: Option<AccountPlan>,
    /// When AWS closes the account, as far as it says so now or has said before.
    pub account_closes: Option<Day>,
    pub page_limits: PageLimits,
}

impl View {
    /// The settings of the function, as they are packed beside its code.
    pub fn settings(&self) -> Settings {
        Settings { account_closes: self.account_closes.map(Day::begins), ..self.identified_settings.clone() }
    }

    /// Plan what `up` would do.
    pub fn plan(&self, adopt: bool) -> Result<Plan> {
        self.observed.require_configured_regions()?;
        self.page_limits.check()?;
        let Observed { names, account, stack, .. } = &self.observed;
        let unchecked = &self.observed.unchecked();
        let plan = plan(&self.desired, stack, Intent { names, account, adopt, unchecked })?;
        let page = self.identified_settings.page.as_ref();
        self.secret_path.require(page.and_then(|page| page.secret_sha256.as_deref()))?;
        Ok(plan)
    }

    /// Return what the desired stack makes public, if that is new, or at another address.
    pub fn new_publication(&self) -> Option<Publication> {
        Publication::of(&self.config, self.page_change()?)
    }

    /// A page of ours counts where visitors can open it: an interrupted run may have left a URL that refuses them.
    fn page_change(&self) -> Option<Change> {
        let desired = self.desired.function_urls.first()?;
        let regions = || self.observed.public_pages().map(|url| url.region.as_str());
        let Some(first) = regions().next() else { return Some(Change::New) };
        let had_secret_path = self.observed.recorded_secret_path().is_some();
        if had_secret_path && self.secret_path == SecretPath::NotConfigured {
            return Some(Change::Opened);
        }
        let is_moved = regions().all(|region| region != desired.region);
        is_moved.then(|| Change::Moved { from_region: first.to_owned() })
    }

    /// Estimate what the desired stack costs a month.
    pub fn cost(&self) -> Result<Estimate> {
        estimate(&self.config, &self.observed.names, &self.desired, time::now())
    }

    /// Return a warning for each secret whose value is set, but could not be compared with the one in AWS.
    pub(super) fn not_compared(&self) -> Vec<String> {
        if !matches!(self.secrets, SecretLookup::All(_)) {
            return Vec::new();
        }
        let denied = self.observed.stack.secrets.iter().filter(|secret| secret.content == Content::Denied);
        denied
            .map(|secret| {
                format!("secret `{}` was not compared: these credentials may not read it", secret.name)
            })
            .collect()
    }
}
