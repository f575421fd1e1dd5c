//! Uses of the deployer, each in a world in which it has something to do.

use serde_json::{Value, json};

use super::{Names, deployed, named};
use crate::support::{Caller, Deploy, Ran, World};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    Status,
    /// The owner of the log group and the rule is only in their tags.
    StatusWithoutFunction,
    Plan,
    Logs,
    Invoke,
    Up,
    /// Others have changed everything, and made it theirs.
    Adopt,
    Down,
    /// Others have attached policies to the role.
    DownByForce,
    /// The role is also used in another region.
    DownInOneRegion,
    /// The configuration no longer has secrets.
    UpWithoutSecrets,
}

impl Scenario {
    /// Scenarios that only read.
    pub const LOOKING: [Self; 4] = [Self::Status, Self::StatusWithoutFunction, Self::Plan, Self::Logs];
    /// In the order of execution: quick ones first.
    pub const ALL: [Self; 9] = [
        Self::Status,
        Self::StatusWithoutFunction,
        Self::Logs,
        Self::Invoke,
        Self::Up,
        Self::Adopt,
        Self::Down,
        Self::DownByForce,
        Self::DownInOneRegion,
    ];

    /// Return whether its world can be used again.
    pub fn changes_nothing(self) -> bool {
        Self::LOOKING.contains(&self) || self == Self::Invoke
    }

    pub fn world(self) -> World {
        let (world, names) = if self == Self::Up { named() } else { deployed() };
        match self {
            Self::StatusWithoutFunction => {
                world.aws("lambda", "delete_function", json!({"FunctionName": names.function}));
            }
            Self::Adopt => {
                change_everything(&world, &names);
                disown_everything(&world, &names);
            }
            Self::DownByForce => attach_policies(&world, &names),
            Self::DownInOneRegion => {
                let tags = json!([{"Key": "plexmon:region:eu-central-1", "Value": "in use"}]);
                world.aws("iam", "tag_role", json!({"RoleName": names.role, "Tags": tags}));
            }
            Self::UpWithoutSecrets => world.without_notifications(),
            _ => {}
        }
        world
    }

    pub fn run(self, world: &World, caller: &Caller) -> Ran {
        as_user(self.command(world).args(["-v"]), caller).run()
    }

    fn command(self, world: &World) -> Deploy {
        match self {
            Self::Status | Self::StatusWithoutFunction => world.with_code(&["status"]),
            Self::Plan => world.with_code(&["plan"]),
            Self::Logs => world.deploy(&["logs"]),
            Self::Invoke => world.deploy(&["invoke"]),
            Self::Up | Self::UpWithoutSecrets => world.with_code(&["up", "--yes"]),
            Self::Adopt => world.with_code(&["up", "--yes", "--adopt"]),
            Self::Down | Self::DownInOneRegion => world.deploy(&["down", "--yes", "--no-wait"]),
            Self::DownByForce => world.deploy(&["down", "--yes", "--no-wait", "--force"]),
        }
    }
}

/// The command with a user's keys.
pub fn as_user(command: Deploy, user: &Caller) -> Deploy {
    command.env("AWS_ACCESS_KEY_ID", &user.key).env("AWS_SECRET_ACCESS_KEY", &user.secret)
}

fn change_everything(world: &World, names: &Names) {
    use base64::Engine as _;
    let name = &names.function;
    let zip = plexmon_deploy::artifact::pack(b"#!/bin/sh\nexit 1\n", "{}").unwrap();
    let code = json!({"base64": base64::engine::general_purpose::STANDARD.encode(zip.bytes)});
    let anyone = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#;
    let function = world.arn("lambda", &format!("function:{name}"));
    let permission = format!("{name}-events");
    let stale = json!({
        "FunctionName": name, "StatementId": permission, "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com", "SourceArn": world.arn("events", "rule/another"),
    });
    let target = json!([{"Id": "lambda", "Arn": function}]);
    let changes: [(&str, &str, Value); 8] = [
        ("lambda", "update_function_code", json!({"FunctionName": name, "ZipFile": code})),
        ("lambda", "update_function_configuration", json!({"FunctionName": name, "Timeout": 60})),
        ("lambda", "remove_permission", json!({"FunctionName": name, "StatementId": permission})),
        ("lambda", "add_permission", stale),
        ("iam", "update_assume_role_policy", json!({"RoleName": names.role, "PolicyDocument": anyone})),
        ("logs", "delete_retention_policy", json!({"logGroupName": names.log_group})),
        ("events", "put_rule", json!({"Name": names.legacy_rule, "ScheduleExpression": "rate(1 day)"})),
        ("events", "put_targets", json!({"Rule": names.legacy_rule, "Targets": target})),
    ];
    for (service, operation, parameters) in changes {
        world.aws(service, operation, parameters);
    }
}

/// Remove our tag, and our name in the state.
fn disown_everything(world: &World, names: &Names) {
    const TAG: &str = "plexmon:deployment";
    let function = world.arn("lambda", &format!("function:{}", names.function));
    let rule = world.arn("events", &format!("rule/{}", names.rule));
    let log_group = world.arn("logs", &format!("log-group:{}", names.log_group));
    let parameter = |name: &str| json!({"ResourceType": "Parameter", "ResourceId": name, "TagKeys": [TAG]});
    let changes: [(&str, &str, Value); 7] = [
        ("iam", "untag_role", json!({"RoleName": names.role, "TagKeys": [TAG]})),
        ("lambda", "untag_resource", json!({"Resource": function, "TagKeys": [TAG]})),
        ("events", "untag_resource", json!({"ResourceARN": rule, "TagKeys": [TAG]})),
        ("logs", "untag_resource", json!({"resourceArn": log_group, "tagKeys": [TAG]})),
        ("ssm", "remove_tags_from_resource", parameter(&names.state)),
        ("ssm", "remove_tags_from_resource", parameter(&names.secrets)),
        ("ssm", "put_parameter", json!({"Name": names.state, "Value": "theirs", "Overwrite": true})),
    ];
    for (service, operation, parameters) in changes {
        world.aws(service, operation, parameters);
    }
}

fn attach_policies(world: &World, names: &Names) {
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let inline = json!({"RoleName": names.role, "PolicyName": "theirs", "PolicyDocument": document});
    world.aws("iam", "put_role_policy", inline);
    let managed = json!({"PolicyName": "theirs", "PolicyDocument": document});
    let managed = world.aws("iam", "create_policy", managed);
    let attached = json!({"RoleName": names.role, "PolicyArn": managed["Policy"]["Arn"]});
    world.aws("iam", "attach_role_policy", attached);
}
