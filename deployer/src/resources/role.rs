//! A function's role: who may assume it, and the minimal permissions that the function needs.

use serde_json::{Value, json};

use super::role_policy::{document, document_of, statements, statements_for};
use super::role_regions::Regions;
use crate::aws::{Aws, Created, present};
use crate::error::Result;
use crate::names::{Account, LambdaNames, OWNER_TAG, RoleNames};
use crate::resource::{Actions, Blueprint, Difference, Differences, Resource, ResourceKind, Subject, Task};

pub const ACTIONS: &[Actions] = &[
    Actions {
        on: Subject::Role,
        read: &["iam:GetRole", "iam:GetRolePolicy"],
        write: &[
            "iam:CreateRole",
            "iam:DeleteRole",
            "iam:DeleteRolePolicy",
            "iam:DetachRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PutRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:UpdateAssumeRolePolicy",
        ],
    },
    Actions { on: Subject::PassedRole, read: &[], write: &["iam:PassRole"] },
];

/// The actions that could give a role more permissions than intended. With a permissions boundary, they are allowed only
/// on roles that have it.
pub const BOUNDED_ACTIONS: [&str; 6] = [
    "iam:CreateRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
];

#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    pub name: String,
    /// The region of the function that assumes it. IAM itself is global.
    pub region: String,
    /// Name of the inline policy.
    pub policy_name: String,
    pub owner: Option<String>,
    /// Trust policy, as JSON so that spacing and encoding make no difference.
    pub trust: Value,
    /// Inline policy; missing if the creation of the role was interrupted.
    pub policy: Option<Value>,
    /// ARN of the permissions boundary, if the configuration has one; otherwise the role keeps the one that it has.
    pub boundary: Option<String>,
    /// The regions that use it.
    pub regions: Regions,
}

impl Role {
    /// Return the desired role of a function.
    pub fn desired(blueprint: &Blueprint<'_>, lambda: &LambdaNames) -> Self {
        Self {
            name: lambda.role.role.clone(),
            region: lambda.region.clone(),
            policy_name: lambda.role.policy.clone(),
            owner: blueprint.owner(),
            trust: json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "Service": "lambda.amazonaws.com" },
                    "Action": "sts:AssumeRole",
                }],
            }),
            policy: Some(document_of(statements(blueprint, lambda))),
            boundary: blueprint.config.function.permissions_boundary.clone(),
            regions: Regions::one(&lambda.region, &blueprint.account.region),
        }
    }

    /// Return the role for all `regions`. Each region has its own statements; those of other regions come from `observed`.
    pub fn for_regions(&self, regions: Regions, observed: Option<&Value>) -> Self {
        let of = |region: &str| match statements_for(self.policy.as_ref(), region) {
            ours if ours.is_empty() => statements_for(observed, region),
            ours => ours,
        };
        let statements: Vec<Value> = regions.names().flat_map(of).collect();
        // IAM accepts no policy without a statement.
        let policy = if statements.is_empty() { self.policy.clone() } else { Some(document_of(statements)) };
        Self { policy, regions, ..self.clone() }
    }

    pub fn arn(&self, account: &Account) -> String {
        account.role(&self.name)
    }
}

impl Resource for Role {
    const KIND: ResourceKind = ResourceKind::Role;
    type Query = RoleNames;
    /// Its unique id.
    type Details = String;

    fn name(&self) -> &str {
        &self.name
    }

    fn region(&self) -> &str {
        &self.region
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn subjects(&self) -> Vec<(Created, &str)> {
        vec![(Created::Role, &self.name)]
    }

    async fn read(query: &RoleNames, aws: &Aws) -> Result<Option<(Self, String)>> {
        let RoleNames { role: name, policy: policy_name } = query;
        let role = aws.call("iam", "GetRole", aws.iam.get_role().role_name(name).send());
        let policy = aws.iam.get_role_policy().role_name(name).policy_name(policy_name);
        let policy = aws.call("iam", "GetRolePolicy", policy.send());
        let (role, policy) = tokio::join!(role, policy);
        let Some(role) = present(role)?.and_then(|answer| answer.role) else { return Ok(None) };
        let policy = present(policy)?.map(|answer| document(answer.policy_document()));
        let boundary = role.permissions_boundary();
        let read = Self {
            name: name.clone(),
            region: aws.region.clone(),
            policy_name: policy_name.clone(),
            owner: role.tags().iter().find(|tag| tag.key() == OWNER_TAG).map(|tag| tag.value().to_owned()),
            trust: role.assume_role_policy_document().map_or(Value::Null, document),
            policy,
            boundary: boundary.and_then(|boundary| boundary.permissions_boundary_arn()).map(str::to_owned),
            regions: Regions::of_tags(role.tags().iter().map(|tag| (tag.key(), tag.value()))),
        };
        Ok(Some((read, role.role_id)))
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        // Without `..`: a new field cannot be forgotten here.
        let Self { name: _, region: _, policy_name: _, owner, trust, policy, boundary, regions } = self;
        let mut differences = Differences::default();
        differences.field("owner", owner, observed.map(|role| &role.owner));
        differences.field("trust", trust, observed.map(|role| &role.trust));
        differences.field("policy", policy, observed.map(|role| &role.policy));
        if boundary.is_some() {
            differences.field("boundary", boundary, observed.map(|role| &role.boundary));
        }
        differences.field("regions", regions, observed.map(|role| &role.regions));
        differences.into_vec()
    }

    async fn create(&self, task: &Task<'_>) -> Result<()> {
        let id = self.create_role(task).await?;
        if let Some(id) = id {
            task.role_ids.set(self.arn(task.account), id);
        }
        task.has_created(Created::Role, &self.name);
        // When Lambda is given the role, it checks who may assume it.
        task.turn.mark_effective();
        self.put_policy(task).await
    }

    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        if self.owner != observed.owner || !observed.regions.include(&self.regions) {
            self.tag(task).await?;
        }
        let left: Vec<&str> = observed.regions.missing_in(&self.regions).collect();
        if !left.is_empty() {
            self.untag(&left, task).await?;
        }
        if let Some(boundary) = self.boundary.as_ref().filter(|_| self.boundary != observed.boundary) {
            self.put_boundary(boundary, task).await?;
        }
        if self.trust != observed.trust {
            self.update_trust(task).await?;
        }
        if self.policy != observed.policy {
            self.put_policy(task).await?;
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        self.delete_policy(task).await?;
        task.turn.mark_effective();
        self.delete_role(task).await
    }
}
