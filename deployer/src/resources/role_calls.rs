//! IAM's calls about a role.

use aws_sdk_iam::types::Tag;

use super::role::Role;
use super::role_regions::Regions;
use crate::aws::{Existence, Meaning, Wait, gone};
use crate::error::{Context, Error, Result};
use crate::names::{OWNER_TAG, RoleNames};
use crate::resource::{Resource as _, Task};

const DESCRIPTION: &str = "Lets a plexmon function use its parameters and write its log";

impl Role {
    /// Create it and return its unique id. "Exists already" may be our own success whose answer was lost: the role then
    /// has our tag.
    pub(super) async fn create_role(&self, task: &Task<'_>) -> Result<Option<String>> {
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
            task.call(async || match task.aws.call("iam", "CreateRole", create.clone().send()).await {
                Err(error) if error.already_exists() => Ok(Err(error)),
                other => other.map(|answer| Ok(answer.role.map(|role| role.role_id))),
            });
        let refusal = match created.await? {
            Ok(id) => return Ok(id),
            Err(refusal) => refusal,
        };
        let names = RoleNames { role: self.name.clone(), policy: self.policy_name.clone() };
        match Self::read(&names, task.aws).await? {
            Some((role, id)) if role.owner == self.owner => Ok(Some(id)),
            _ => Err(refusal.into()),
        }
    }

    pub(super) async fn put_policy(&self, task: &Task<'_>) -> Result<()> {
        let Some(policy) = &self.policy else { return Ok(()) };
        let put = task.aws.iam.put_role_policy().role_name(&self.name).policy_name(&self.policy_name);
        let put = put.policy_document(policy.to_string());
        task.call(async || task.aws.call("iam", "PutRolePolicy", put.clone().send()).await).await?;
        Ok(())
    }

    pub(super) async fn tag(&self, task: &Task<'_>) -> Result<()> {
        let tag = task.aws.iam.tag_role().role_name(&self.name).set_tags(Some(self.tags()?));
        task.call(async || task.aws.call("iam", "TagRole", tag.clone().send()).await).await?;
        Ok(())
    }

    /// Remove the tags of regions that no longer use the role.
    pub(super) async fn untag(&self, regions: &[&str], task: &Task<'_>) -> Result<()> {
        let keys = regions.iter().map(|region| Regions::key(region)).collect();
        let untag = task.aws.iam.untag_role().role_name(&self.name).set_tag_keys(Some(keys));
        task.call(async || task.aws.call("iam", "UntagRole", untag.clone().send()).await).await?;
        Ok(())
    }

    pub(super) async fn put_boundary(&self, boundary: &str, task: &Task<'_>) -> Result<()> {
        let put = task.aws.iam.put_role_permissions_boundary().role_name(&self.name);
        let put = put.permissions_boundary(boundary);
        task.call(async || task.aws.call("iam", "PutRolePermissionsBoundary", put.clone().send()).await)
            .await?;
        Ok(())
    }

    pub(super) async fn update_trust(&self, task: &Task<'_>) -> Result<()> {
        let update = task.aws.iam.update_assume_role_policy().role_name(&self.name);
        let update = update.policy_document(self.trust.to_string());
        task.call(async || task.aws.call("iam", "UpdateAssumeRolePolicy", update.clone().send()).await)
            .await?;
        Ok(())
    }

    pub(super) async fn delete_policy(&self, task: &Task<'_>) -> Result<()> {
        let delete = task.aws.iam.delete_role_policy().role_name(&self.name).policy_name(&self.policy_name);
        task.call(async || gone(task.aws.call("iam", "DeleteRolePolicy", delete.clone().send()).await)).await
    }

    /// Delete the role itself, whose policy is deleted already.
    pub(super) async fn delete_role(&self, task: &Task<'_>) -> Result<()> {
        let delete = task.aws.iam.delete_role().role_name(&self.name);
        let delete = async || task.aws.call("iam", "DeleteRole", delete.clone().send()).await;
        match delete().await {
            Err(error) if error.meaning(Existence::Known) == Meaning::Busy(Wait::RolePolicies) => {
                self.detach_all(task).await?;
            }
            Err(error)
                if !matches!(error.meaning(Existence::Known), Meaning::Busy(_) | Meaning::Throttled) =>
            {
                return Ok(gone(Err::<(), _>(error))?);
            }
            Err(_) => {}
            Ok(_) => return Ok(()),
        }
        task.call(async || gone(delete().await)).await
    }

    /// Detach all policies that others attached, because they prevent the deletion.
    async fn detach_all(&self, task: &Task<'_>) -> Result<()> {
        let iam = &task.aws.iam;
        let attached = iam.list_attached_role_policies().role_name(&self.name);
        let inline = iam.list_role_policies().role_name(&self.name);
        let (attached, inline) = tokio::try_join!(
            task.aws.call("iam", "ListAttachedRolePolicies", attached.send()),
            task.aws.call("iam", "ListRolePolicies", inline.send()),
        )?;
        let ours = &self.policy_name;
        let arns: Vec<&str> =
            attached.attached_policies().iter().filter_map(|policy| policy.policy_arn()).collect();
        let others: Vec<&String> = inline.policy_names().iter().filter(|name| *name != ours).collect();
        if arns.is_empty() && others.is_empty() {
            return Ok(());
        }
        if !task.force {
            let all: Vec<&str> =
                arns.iter().copied().chain(others.iter().map(|name| name.as_str())).collect();
            return Err(Error::new(format!(
                "it has policies that plexmon did not attach: {}",
                all.join(", ")
            ))
            .hint("detach them, or run `plexmon-deploy down --force` to have them detached"));
        }
        for arn in arns {
            let call = iam.detach_role_policy().role_name(&self.name).policy_arn(arn);
            let detach = async || gone(task.aws.call("iam", "DetachRolePolicy", call.clone().send()).await);
            task.call(detach).await?;
        }
        for name in others {
            let call = iam.delete_role_policy().role_name(&self.name).policy_name(name);
            let delete = async || gone(task.aws.call("iam", "DeleteRolePolicy", call.clone().send()).await);
            task.call(delete).await?;
        }
        Ok(())
    }

    fn tags(&self) -> Result<Vec<Tag>> {
        let owner = self.owner.iter().map(|owner| (OWNER_TAG.to_owned(), owner.clone()));
        owner
            .chain(self.regions.tags())
            .map(|(key, value)| {
                Tag::builder().key(key).value(value).build().context(|| "could not create a tag")
            })
            .collect()
    }
}
