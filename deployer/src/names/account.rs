//! Compute ARNs from names.

/// An account and a region in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// `aws`, `aws-cn`, `aws-us-gov`, ...
    pub partition: String,
    /// Twelve digits.
    pub id: String,
    pub region: String,
}

impl Account {
    /// Create it from the answer of `GetCallerIdentity`: the caller's ARN contains the partition.
    pub fn from_caller(arn: &str, id: &str, region: &str) -> Self {
        let partition = arn.split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws");
        Self { partition: partition.to_owned(), id: id.to_owned(), region: region.to_owned() }
    }

    /// The same account in another region.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self.clone() }
    }

    fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition, self.region, self.id)
    }

    pub fn role(&self, name: &str) -> String {
        format!("arn:{}:iam::{}:role/{name}", self.partition, self.id)
    }

    /// The provider of tokens of this issuer.
    pub fn oidc_provider(&self, issuer: &str) -> String {
        format!("arn:{}:iam::{}:oidc-provider/{issuer}", self.partition, self.id)
    }

    pub fn function(&self, name: &str) -> String {
        self.arn("lambda", &format!("function:{name}"))
    }

    pub fn rule(&self, name: &str) -> String {
        self.arn("events", &format!("rule/{name}"))
    }

    /// Without the `:*` that some answers carry.
    pub fn log_group(&self, name: &str) -> String {
        self.arn("logs", &format!("log-group:{name}"))
    }

    /// Put one slash between `parameter` and the name, whether or not the name begins with one.
    pub fn parameter(&self, name: &str) -> String {
        self.arn("ssm", &format!("parameter/{}", name.trim_start_matches('/')))
    }
}

/// Return the partition of a region, by the prefix of its name; `None` for the isolated ones, of which there are several.
pub fn partition(region: &str) -> Option<&'static str> {
    match region {
        region if region.starts_with("cn-") => Some("aws-cn"),
        region if region.starts_with("us-gov-") => Some("aws-us-gov"),
        region if region.starts_with("eusc-") => Some("aws-eusc"),
        region if region.starts_with("us-iso") || region.starts_with("eu-iso") => None,
        _ => Some("aws"),
    }
}
