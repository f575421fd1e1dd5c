//! The function's role: who may assume it, and the least that the function needs.

use std::collections::BTreeSet;

use aws_sdk_iam::types::Tag;
use serde_json::{Value, json};

use super::role_policy::{document, document_of, statements, statements_for};
use crate::apply::Task;
use crate::aws::{Aws, CallError, Created, Meaning, Wait, gone, present};
use crate::config::Config;
use crate::error::{Context, Error, Result};
use crate::names::{Account, Names, OWNER_TAG, REGION_TAG_PREFIX};
use crate::resource::{Difference, Differences, Kind, Resource};

const DESCRIPTION: &str = "Lets the plexmon function keep its state and write its log";

#[derive(Debug, Clone, PartialEq)]
pub struct Role {
    pub name: String,
    pub owner: Option<String>,
    /// Trust policy, as JSON so that spacing and encoding make no difference.
    pub trust: Value,
    /// Inline policy; missing when making the role was interrupted.
    pub policy: Option<Value>,
    /// ARN of the permissions boundary, if the configuration has one; without, nobody's is touched.
    pub boundary: Option<String>,
    /// Where it is in use. IAM is global: the deployment of another region has the same role.
    pub regions: BTreeSet<String>,
}

impl Role {
    pub fn desired(config: &Config, names: &Names, account: &Account) -> Self {
        Self {
            name: names.role(),
            owner: Some(names.deployment.clone()),
            trust: json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "Service": "lambda.amazonaws.com" },
                    "Action": "sts:AssumeRole",
                }],
            }),
            policy: Some(document_of(statements(names, account, !config.secrets.is_empty()))),
            boundary: config.function.permissions_boundary.clone(),
            regions: BTreeSet::from([account.region.clone()]),
        }
    }

    /// The role and its unique id.
    pub async fn read(aws: &Aws, names: &Names) -> Result<Option<(Self, String)>> {
        let name = names.role();
        let role = aws.call("iam", "GetRole", aws.iam.get_role().role_name(&name).send());
        let policy = aws.call(
            "iam",
            "GetRolePolicy",
            aws.iam.get_role_policy().role_name(&name).policy_name(names.role_policy()).send(),
        );
        let (role, policy) = tokio::join!(role, policy);
        let Some(role) = present(role)?.and_then(|answer| answer.role) else { return Ok(None) };
        let policy = present(policy)?.map(|answer| document(answer.policy_document()));
        let role_read = Self {
            name,
            owner: owner_of(role.tags()),
            trust: role.assume_role_policy_document().map_or(Value::Null, document),
            policy,
            boundary: role
                .permissions_boundary()
                .and_then(|boundary| boundary.permissions_boundary_arn())
                .map(str::to_owned),
            regions: role
                .tags()
                .iter()
                .filter_map(|tag| tag.key().strip_prefix(REGION_TAG_PREFIX))
                .map(str::to_owned)
                .collect(),
        };
        Ok(Some((role_read, role.role_id)))
    }

    async fn put_policy(&self, task: &Task<'_>) -> Result<()> {
        let Some(policy) = &self.policy else { return Ok(()) };
        task.settle(async || {
            task.aws
                .call(
                    "iam",
                    "PutRolePolicy",
                    task.aws
                        .iam
                        .put_role_policy()
                        .role_name(&self.name)
                        .policy_name(task.names.role_policy())
                        .policy_document(policy.to_string())
                        .send(),
                )
                .await
        })
        .await?;
        Ok(())
    }

    /// What keeps a role from being deleted: everything that we did not put there.
    async fn detach_all(&self, task: &Task<'_>) -> Result<()> {
        let iam = &task.aws.iam;
        let attached = iam.list_attached_role_policies().role_name(&self.name);
        let inline = iam.list_role_policies().role_name(&self.name);
        let (attached, inline) = tokio::try_join!(
            task.aws.call("iam", "ListAttachedRolePolicies", attached.send()),
            task.aws.call("iam", "ListRolePolicies", inline.send()),
        )?;
        let ours = task.names.role_policy();
        let arns: Vec<&str> =
            attached.attached_policies().iter().filter_map(|policy| policy.policy_arn()).collect();
        let others: Vec<&String> = inline.policy_names().iter().filter(|name| **name != ours).collect();
        if arns.is_empty() && others.is_empty() {
            return Ok(());
        }
        if !task.force {
            let all: Vec<&str> =
                arns.iter().copied().chain(others.iter().map(|name| name.as_str())).collect();
            return Err(Error::new(format!("others have attached policies to it: {}", all.join(", ")))
                .hint("detach them, or run `plexmon-deploy down --force` to have them detached"));
        }
        for arn in arns {
            let call = iam.detach_role_policy().role_name(&self.name).policy_arn(arn);
            let detach = async || gone(task.aws.call("iam", "DetachRolePolicy", call.clone().send()).await);
            task.settle(detach).await?;
        }
        for name in others {
            let call = iam.delete_role_policy().role_name(&self.name).policy_name(name);
            let delete = async || gone(task.aws.call("iam", "DeleteRolePolicy", call.clone().send()).await);
            task.settle(delete).await?;
        }
        Ok(())
    }
}

fn owner_of(tags: &[Tag]) -> Option<String> {
    tags.iter().find(|tag| tag.key() == OWNER_TAG).map(|tag| tag.value().to_owned())
}

fn region_key(region: &str) -> String {
    format!("{REGION_TAG_PREFIX}{region}")
}

impl Resource for Role {
    const KIND: Kind = Kind::Role;

    fn name(&self) -> &str {
        &self.name
    }

    fn owner(&self) -> Option<&str> {
        self.owner.as_deref()
    }

    fn differences(&self, observed: Option<&Self>) -> Vec<Difference> {
        // Without `..`: a new field cannot be forgotten here.
        let Self { name: _, owner, trust, policy, boundary, regions } = self;
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
        let create = task
            .aws
            .iam
            .create_role()
            .role_name(&self.name)
            .description(DESCRIPTION)
            .assume_role_policy_document(self.trust.to_string())
            .set_permissions_boundary(self.boundary.clone())
            .set_tags(Some(self.tags()?));
        let created =
            task.settle(async || match task.aws.call("iam", "CreateRole", create.clone().send()).await {
                Err(error) if error.already_exists() => Ok(Err(error)),
                other => other.map(|answer| Ok(answer.role.map(|role| role.role_id))),
            });
        let created = match created.await? {
            Ok(id) => id,
            Err(refusal) => Some(self.ours_after_all(task, refusal).await?),
        };
        if let (Some(id), Ok(mut known)) = (created, task.role_id.lock()) {
            *known = Some(id);
        }
        task.created.add(Created::Role);
        // What Lambda looks at when it takes the role is who may assume it.
        task.turn.pass();
        self.put_policy(task).await
    }

    async fn update(&self, observed: &Self, task: &Task<'_>) -> Result<()> {
        let iam = &task.aws.iam;
        if self.owner != observed.owner || !self.regions.is_subset(&observed.regions) {
            let tag = iam.tag_role().role_name(&self.name).set_tags(Some(self.tags()?));
            task.settle(async || task.aws.call("iam", "TagRole", tag.clone().send()).await).await?;
        }
        let left: Vec<String> =
            observed.regions.difference(&self.regions).map(|region| region_key(region)).collect();
        if !left.is_empty() {
            let untag = iam.untag_role().role_name(&self.name).set_tag_keys(Some(left));
            task.settle(async || task.aws.call("iam", "UntagRole", untag.clone().send()).await).await?;
        }
        if let Some(boundary) = self.boundary.as_ref().filter(|_| self.boundary != observed.boundary) {
            let put =
                iam.put_role_permissions_boundary().role_name(&self.name).permissions_boundary(boundary);
            task.settle(async || {
                task.aws.call("iam", "PutRolePermissionsBoundary", put.clone().send()).await
            })
            .await?;
        }
        if self.trust != observed.trust {
            let trust =
                iam.update_assume_role_policy().role_name(&self.name).policy_document(self.trust.to_string());
            task.settle(async || task.aws.call("iam", "UpdateAssumeRolePolicy", trust.clone().send()).await)
                .await?;
        }
        if self.policy != observed.policy {
            self.put_policy(task).await?;
        }
        Ok(())
    }

    async fn delete(&self, task: &Task<'_>) -> Result<()> {
        let iam = &task.aws.iam;
        let policy = iam.delete_role_policy().role_name(&self.name).policy_name(task.names.role_policy());
        task.settle(async || gone(task.aws.call("iam", "DeleteRolePolicy", policy.clone().send()).await))
            .await?;
        task.turn.pass();
        let delete =
            async || task.aws.call("iam", "DeleteRole", iam.delete_role().role_name(&self.name).send()).await;
        match delete().await {
            Err(error) if error.meaning(false) == Meaning::Busy(Wait::RolePolicies) => {
                self.detach_all(task).await?;
            }
            Err(error) if !matches!(error.meaning(false), Meaning::Busy(_) | Meaning::Throttled) => {
                return Ok(gone(Err::<(), _>(error))?);
            }
            Err(_) => {}
            Ok(_) => return Ok(()),
        }
        task.settle(async || gone(delete().await)).await
    }
}

impl Role {
    /// The role for all `regions`: each has statements of its own, and what is not in our policy is in `observed`.
    pub fn for_regions(&self, regions: BTreeSet<String>, observed: Option<&Value>) -> Self {
        let of = |region: &String| match statements_for(self.policy.as_ref(), region) {
            ours if ours.is_empty() => statements_for(observed, region),
            ours => ours,
        };
        let statements: Vec<Value> = regions.iter().flat_map(of).collect();
        // IAM takes no policy without a statement.
        let policy = if statements.is_empty() { self.policy.clone() } else { Some(document_of(statements)) };
        Self { policy, regions, ..self.clone() }
    }

    fn tags(&self) -> Result<Vec<Tag>> {
        let owner = self.owner.iter().map(|owner| (OWNER_TAG.to_owned(), owner.as_str()));
        let regions = self.regions.iter().map(|region| (region_key(region), "in use"));
        owner
            .chain(regions)
            .map(|(key, value)| {
                Tag::builder().key(key).value(value).build().context(|| "could not make a tag")
            })
            .collect()
    }

    /// "Exists already" may be our own success whose answer was lost: it then bears our tag.
    async fn ours_after_all(&self, task: &Task<'_>, refusal: CallError) -> Result<String> {
        match Self::read(task.aws, task.names).await? {
            Some((role, id)) if role.owner == self.owner => Ok(id),
            _ => Err(refusal.into()),
        }
    }
}
