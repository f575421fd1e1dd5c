//! Uses of the deployer, each in a fixture in which it has something to do.

use serde_json::{Value, json};

use super::{Names, PAGE, deployed, named, with_page};
use crate::support::{Caller, Deploy, Fixture, Ran};

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
    StatusWithPage,
    /// The address of the page.
    Page,
    /// An announcement that is also sent.
    Announce,
    UpWithPage,
    /// Others have changed each part of the page.
    RepairPage,
    DownWithPage,
    /// The configuration no longer has a page. The same for the next two.
    StatusWithoutPage,
    UpWithoutPage,
    DownWithoutPage,
}

impl Scenario {
    /// Scenarios that only read.
    pub const LOOKING: [Self; 5] =
        [Self::Status, Self::StatusWithoutFunction, Self::Plan, Self::Logs, Self::StatusWithoutPage];
    /// The same, with a page.
    pub const LOOKING_WITH_PAGE: [Self; 2] = [Self::StatusWithPage, Self::Page];
    /// In the order of execution: quick ones first.
    pub const ALL: [Self; 10] = [
        Self::Status,
        Self::StatusWithoutFunction,
        Self::Logs,
        Self::Invoke,
        Self::Up,
        Self::Adopt,
        Self::Down,
        Self::DownByForce,
        Self::DownInOneRegion,
        Self::UpWithoutPage,
    ];
    /// Scenarios that need what is in a policy only because of the page, in the order of execution.
    pub const WITH_PAGE: [Self; 4] = [Self::Page, Self::UpWithPage, Self::RepairPage, Self::DownWithPage];

    /// Return whether its fixture can be used again.
    pub fn changes_nothing(self) -> bool {
        Self::LOOKING.contains(&self) || Self::LOOKING_WITH_PAGE.contains(&self) || self == Self::Invoke
    }

    pub fn fixture(self) -> Fixture {
        let (fixture, names) = match self {
            Self::Up => named(),
            Self::UpWithPage => with_page(),
            Self::StatusWithPage
            | Self::Page
            | Self::Announce
            | Self::RepairPage
            | Self::DownWithPage
            | Self::StatusWithoutPage
            | Self::UpWithoutPage
            | Self::DownWithoutPage => {
                let (fixture, names) = with_page();
                (fixture.with_deployment(), names)
            }
            _ => deployed(),
        };
        match self {
            Self::StatusWithoutFunction => {
                fixture.aws("lambda", "delete_function", json!({"FunctionName": names.function}));
            }
            Self::Adopt => {
                change_everything(&fixture, &names);
                disown_everything(&fixture, &names);
            }
            Self::DownByForce => attach_policies(&fixture, &names),
            Self::DownInOneRegion => {
                let tags = json!([{"Key": "plexmon:region:eu-central-1", "Value": "in use"}]);
                fixture.aws("iam", "tag_role", json!({"RoleName": names.role, "Tags": tags}));
            }
            Self::UpWithoutSecrets => fixture.without_notifications(),
            Self::RepairPage => change_page(&fixture, &names),
            Self::StatusWithoutPage | Self::UpWithoutPage | Self::DownWithoutPage => fixture.edit(PAGE, ""),
            _ => {}
        }
        fixture
    }

    pub fn run(self, fixture: &Fixture, caller: &Caller) -> Ran {
        as_user(self.command(fixture).args(["-v"]), caller).run()
    }

    fn command(self, fixture: &Fixture) -> Deploy {
        match self {
            Self::Status | Self::StatusWithoutFunction | Self::StatusWithPage | Self::StatusWithoutPage => {
                fixture.with_code(&["status"])
            }
            Self::Page => fixture.deploy(&["page"]),
            Self::Announce => fixture.deploy(&["announce", "New disks on Saturday", "--notify"]),
            Self::Plan => fixture.with_code(&["plan"]),
            Self::Logs => fixture.deploy(&["logs"]),
            Self::Invoke => fixture.deploy(&["invoke"]),
            Self::Up | Self::UpWithoutSecrets | Self::UpWithPage | Self::RepairPage | Self::UpWithoutPage => {
                fixture.with_code(&["up", "--yes"])
            }
            Self::Adopt => fixture.with_code(&["up", "--yes", "--adopt"]),
            Self::Down | Self::DownInOneRegion | Self::DownWithPage | Self::DownWithoutPage => {
                fixture.deploy(&["down", "--yes", "--no-wait"])
            }
            Self::DownByForce => fixture.deploy(&["down", "--yes", "--no-wait", "--force"]),
        }
    }
}

/// The command with a user's keys.
pub fn as_user(command: Deploy, user: &Caller) -> Deploy {
    command.env("AWS_ACCESS_KEY_ID", &user.key).env("AWS_SECRET_ACCESS_KEY", &user.secret)
}

fn change_everything(fixture: &Fixture, names: &Names) {
    use base64::Engine as _;
    let name = &names.function;
    let zip = plexmon_deploy::artifact::pack(b"#!/bin/sh\nexit 1\n", "{}").unwrap();
    let code = json!({"base64": base64::engine::general_purpose::STANDARD.encode(zip.bytes)});
    let anyone = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}]}"#;
    let function = fixture.arn("lambda", &format!("function:{name}"));
    let permission = format!("{name}-events");
    let stale = json!({
        "FunctionName": name, "StatementId": permission, "Action": "lambda:InvokeFunction",
        "Principal": "events.amazonaws.com", "SourceArn": fixture.arn("events", "rule/another"),
    });
    let target = json!([{"Id": "lambda", "Arn": function}]);
    let changes: [(&str, &str, Value); 9] = [
        (
            "lambda",
            "put_function_concurrency",
            json!({"FunctionName": name, "ReservedConcurrentExecutions": 0}),
        ),
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
        fixture.aws(service, operation, parameters);
    }
}

/// Change the URL of the page, what is reserved for it, and both statements.
pub fn change_page(fixture: &Fixture, names: &Names) {
    let page = &names.page;
    let statement = |id: &str| json!({"FunctionName": page, "StatementId": format!("{page}-{id}")});
    for (operation, parameters) in [
        ("update_function_url_config", json!({"FunctionName": page, "AuthType": "AWS_IAM"})),
        ("delete_function_concurrency", json!({"FunctionName": page})),
        ("remove_permission", statement("url")),
        ("remove_permission", statement("invoke")),
    ] {
        fixture.aws("lambda", operation, parameters);
    }
}

/// Remove our tag, and our name in state and history.
fn disown_everything(fixture: &Fixture, names: &Names) {
    const TAG: &str = "plexmon:deployment";
    let function = fixture.arn("lambda", &format!("function:{}", names.function));
    let rule = fixture.arn("events", &format!("rule/{}", names.rule));
    let log_group = fixture.arn("logs", &format!("log-group:{}", names.log_group));
    let parameter = |name: &str| json!({"ResourceType": "Parameter", "ResourceId": name, "TagKeys": [TAG]});
    let changes: [(&str, &str, Value); 9] = [
        ("iam", "untag_role", json!({"RoleName": names.role, "TagKeys": [TAG]})),
        ("lambda", "untag_resource", json!({"Resource": function, "TagKeys": [TAG]})),
        ("events", "untag_resource", json!({"ResourceARN": rule, "TagKeys": [TAG]})),
        ("logs", "untag_resource", json!({"resourceArn": log_group, "tagKeys": [TAG]})),
        ("ssm", "remove_tags_from_resource", parameter(&names.state)),
        ("ssm", "remove_tags_from_resource", parameter(&names.secrets)),
        ("ssm", "put_parameter", json!({"Name": names.state, "Value": "theirs", "Overwrite": true})),
        ("ssm", "remove_tags_from_resource", parameter(&names.history)),
        ("ssm", "put_parameter", json!({"Name": names.history, "Value": "theirs", "Overwrite": true})),
    ];
    for (service, operation, parameters) in changes {
        fixture.aws(service, operation, parameters);
    }
}

fn attach_policies(fixture: &Fixture, names: &Names) {
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let inline = json!({"RoleName": names.role, "PolicyName": "theirs", "PolicyDocument": document});
    fixture.aws("iam", "put_role_policy", inline);
    let managed = json!({"PolicyName": "theirs", "PolicyDocument": document});
    let managed = fixture.aws("iam", "create_policy", managed);
    let attached = json!({"RoleName": names.role, "PolicyArn": managed["Policy"]["Arn"]});
    fixture.aws("iam", "attach_role_policy", attached);
}
