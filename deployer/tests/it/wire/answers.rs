//! Parsing of requests, and responses in the formats of AWS.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use plexmon_function::contract::secrets::Secrets;
use serde_json::{Map, Value, json};

use super::fake::{Answer, Fake, refused};
use crate::plan::deployment::{Deployment, REGION};

pub const ROLE_ID: &str = "AROAEXAMPLEROLEID";
/// In base64, as AWS returns it.
pub const ZIP_SHA256: &str = "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=";
/// Part of an address from which anyone can download the code for ten minutes.
pub const SIGNATURE: &str = "X-Amz-Signature=f00dfeedf00dfeed";

/// `service:Operation`, and the body as JSON whatever the protocol.
pub fn operation_of(request: &HttpRequest) -> (String, Value) {
    let body = request.body().bytes().unwrap_or_default();
    if let Some(target) = request.headers().get("x-amz-target") {
        let (service, name) = target.split_once('.').unwrap();
        let service = match service {
            "AWSEvents" => "events",
            "AmazonSSM" => "ssm",
            "Logs_20140328" => "logs",
            "AWSFreeTierService" => "freetier",
            other => panic!("unknown service: {other}"),
        };
        return (format!("{service}:{name}"), serde_json::from_slice(body).unwrap());
    }
    if request.headers().get("content-type") == Some("application/x-www-form-urlencoded") {
        let form: Map<String, Value> =
            url::form_urlencoded::parse(body).map(|(key, value)| (key.into(), json!(value))).collect();
        let service = if form["Version"] == "2010-05-08" { "iam" } else { "sts" };
        return (format!("{service}:{}", form["Action"].as_str().unwrap()), form.into());
    }
    let url = url::Url::parse(request.uri()).unwrap();
    let path: Vec<&str> = url.path_segments().unwrap().filter(|part| !part.is_empty()).collect();
    let name = match (request.method(), path.as_slice()) {
        ("GET", [_, "functions", _]) => "GetFunction",
        ("GET", [_, "functions", _, "configuration"]) => "GetFunctionConfiguration",
        ("GET", [_, "functions", _, "event-invoke-config"]) => "GetFunctionEventInvokeConfig",
        ("GET", [_, "functions", _, "policy"]) => "GetPolicy",
        ("POST", [_, "functions"]) => "CreateFunction",
        ("POST", [_, "functions", _, "policy"]) => "AddPermission",
        ("POST", [_, "functions", _, "invocations"]) => "Invoke",
        ("POST", [_, "functions", _, "url"]) => "CreateFunctionUrlConfig",
        ("GET", [_, "functions", _, "url"]) => "GetFunctionUrlConfig",
        ("PUT", [_, "functions", _, "url"]) => "UpdateFunctionUrlConfig",
        ("DELETE", [_, "functions", _, "url"]) => "DeleteFunctionUrlConfig",
        ("GET", [_, "account-settings"]) => "GetAccountSettings",
        ("GET", [_, "tags", _]) => "ListTags",
        ("POST", [_, "tags", _]) => "TagResource",
        ("PUT", [_, "functions", _, "code"]) => "UpdateFunctionCode",
        ("PUT", [_, "functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("PUT", [_, "functions", _, "event-invoke-config"]) => "PutFunctionEventInvokeConfig",
        ("PUT", [_, "functions", _, "concurrency"]) => "PutFunctionConcurrency",
        ("DELETE", [_, "functions", _, "concurrency"]) => "DeleteFunctionConcurrency",
        ("DELETE", [_, "functions", _]) => "DeleteFunction",
        ("DELETE", [_, "functions", _, "policy", _]) => "RemovePermission",
        other => panic!("unknown request: {other:?}"),
    };
    (format!("lambda:{name}"), serde_json::from_slice(body).unwrap_or(Value::Null))
}

/// Return the default response: writes succeed, and reads find nothing.
pub fn usual(operation: &str) -> Answer {
    match operation {
        "sts:GetCallerIdentity" => Answer::Xml(
            "<Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>AIDA</UserId><Account>123456789012</Account>"
                .to_owned(),
        ),
        "iam:GetRole" | "iam:GetRolePolicy" => refused("NoSuchEntity", "The role cannot be found."),
        "iam:CreateRole" => Answer::Xml(role_xml("{}", None)),
        "lambda:GetFunctionConfiguration" => ready(),
        "lambda:GetFunction"
        | "lambda:GetFunctionEventInvokeConfig"
        | "lambda:GetFunctionUrlConfig"
        | "lambda:GetPolicy" => {
            refused("ResourceNotFoundException", "The resource you requested does not exist.")
        }
        "events:DescribeRule" | "events:ListTargetsByRule" => {
            refused("ResourceNotFoundException", "Rule plex does not exist on EventBus default.")
        }
        "ssm:GetParameter" => refused("ParameterNotFound", ""),
        "ssm:ListTagsForResource" => refused("InvalidResourceId", "The resource ID is not valid."),
        "logs:DescribeLogGroups" => json_of(json!({ "logGroups": [] })),
        "events:PutTargets" | "events:RemoveTargets" => {
            json_of(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
        }
        iam if iam.starts_with("iam:") => Answer::Xml(String::new()),
        _ => json_of(json!({})),
    }
}

/// Return a success whose content does not matter.
pub fn usual_success(operation: &str) -> Answer {
    match operation {
        "iam:GetRole" => Answer::Xml(role_xml("{}", None)),
        other => match usual(other) {
            Answer::Refused { .. } if other.starts_with("iam:") => Answer::Xml(String::new()),
            Answer::Refused { .. } => json_of(json!({})),
            success => success,
        },
    }
}

pub fn json_of(value: Value) -> Answer {
    Answer::Json(value)
}

/// A function that is neither being created nor updated.
pub fn ready() -> Answer {
    json_of(json!({ "State": "Active", "LastUpdateStatus": "Successful" }))
}

/// IAM encodes every document.
fn encoded(document: &Value) -> String {
    utf8_percent_encode(&document.to_string(), NON_ALPHANUMERIC).to_string()
}

/// A role as `GetRole` and `CreateRole` show it.
pub fn role_xml(trust: &str, owner: Option<&str>) -> String {
    let tags = owner.map_or_else(String::new, |owner| {
        format!(
            "<member><Key>plexmon:deployment</Key><Value>{owner}</Value></member>\
             <member><Key>plexmon:region:{REGION}</Key><Value>in use</Value></member>"
        )
    });
    format!(
        "<Role><Path>/</Path><RoleName>plex-remote-health-role</RoleName><RoleId>{ROLE_ID}</RoleId>\
         <Arn>arn:aws:iam::123456789012:role/plex-remote-health-role</Arn>\
         <CreateDate>2026-11-21T10:00:00Z</CreateDate>\
         <AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument><Tags>{tags}</Tags></Role>"
    )
}

/// The function as `GetFunction` shows it right after `up`.
pub fn function_json(deployment: &Deployment) -> Value {
    let function = &deployment.desired.functions[0];
    json!({
        "Configuration": {
            "FunctionName": function.name, "FunctionArn": deployment.account.function(&function.name),
            "Runtime": function.runtime, "Role": function.role, "Handler": function.handler,
            "Description": "whatever", "Timeout": function.timeout_s, "MemorySize": function.memory_mb,
            "CodeSize": 3_000_000, "CodeSha256": ZIP_SHA256, "Version": "$LATEST", "PackageType": "Zip",
            "Architectures": [function.architecture], "EphemeralStorage": { "Size": 512 },
            "TracingConfig": { "Mode": "PassThrough" }, "State": "Active", "LastUpdateStatus": "Successful",
            "LastModified": "2026-11-21T10:00:00.000+0000",
        },
        "Code": {
            "RepositoryType": "S3",
            "Location": format!("https://awslambda-eu-central-1-tasks.s3.amazonaws.com/code?{SIGNATURE}"),
        },
        "Tags": {
            "plexmon:deployment": deployment.names.deployment, "plexmon:code": function.code,
            "plexmon:zip": ZIP_SHA256, "plexmon:role": ROLE_ID, "plexmon:state": function.state,
        },
    })
}

/// The function's policy with one statement, in the form that AWS gives it.
pub fn policy_json(deployment: &Deployment, source: &str) -> Value {
    let policy = json!({
        "Version": "2012-10-17", "Id": "default",
        "Statement": [{
            "Sid": deployment.desired.schedules[0].statement, "Effect": "Allow",
            "Principal": { "Service": "events.amazonaws.com" }, "Action": "lambda:InvokeFunction",
            "Resource": deployment.account.function(deployment.names.function()),
            "Condition": { "ArnLike": { "AWS:SourceArn": source } },
        }],
    });
    json!({ "Policy": policy.to_string(), "RevisionId": "1" })
}

/// The value of a parameter of the history that a deployment has created.
pub fn history_json(deployment: &str) -> String {
    json!({ "version": 1, "deployment": deployment }).to_string()
}

/// From now on, everything exists exactly as after `up`.
pub fn deployed(fake: &Fake, deployment: &Deployment, secrets: &Secrets) {
    let (role, log_group) = (deployment.desired.roles[0].clone(), deployment.desired.log_groups[0].clone());
    let owner = deployment.names.deployment.clone();
    let policy = encoded(&role.policy.unwrap());
    let names: Vec<String> = deployment.desired.roles.iter().map(|role| role.name.clone()).collect();
    let existing = Answer::Xml(role_xml(&encoded(&role.trust), Some(&owner)));
    fake.on("iam:GetRole", move |request| {
        match names.iter().any(|name| request.body["RoleName"] == json!(name)) {
            true => existing.clone(),
            false => refused("NoSuchEntity", "The role cannot be found."),
        }
    });
    fake.always(
        "iam:GetRolePolicy",
        Answer::Xml(format!(
            "<RoleName>{}</RoleName><PolicyName>{}</PolicyName><PolicyDocument>{policy}</PolicyDocument>",
            role.name, role.policy_name
        )),
    );
    // The request has a prefix, so the response contains other groups, too.
    let arn = format!("{}:*", deployment.account.log_group(&log_group.name));
    fake.always(
        "logs:DescribeLogGroups",
        json_of(json!({ "logGroups": [
            { "logGroupName": log_group.name, "arn": arn, "retentionInDays": log_group.retention_days },
            { "logGroupName": format!("{}-2", log_group.name), "retentionInDays": 1 },
        ]})),
    );
    let secrets = serde_json::to_string(secrets).unwrap();
    let values = [
        (deployment.names.state_parameter.clone(), r#"{"status":"up","ts":1790000000}"#.to_owned()),
        (deployment.names.secrets_parameter(), secrets),
        (deployment.names.history[0].clone(), history_json(&owner)),
    ];
    fake.on("ssm:GetParameter", move |request| {
        let Some((name, value)) = values.iter().find(|(name, _)| request.body["Name"] == json!(name)) else {
            return refused("ParameterNotFound", "");
        };
        json_of(json!({ "Parameter": { "Name": name, "Value": value, "Version": 7 } }))
    });
    let tag = json!([{ "Key": "plexmon:deployment", "Value": owner }]);
    fake.always("ssm:ListTagsForResource", json_of(json!({ "TagList": tag })));
    fake.always("lambda:GetFunction", json_of(function_json(deployment)));
    fake.always(
        "lambda:GetFunctionEventInvokeConfig",
        json_of(json!({ "MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": 60 })),
    );
    fake.always(
        "lambda:GetPolicy",
        json_of(policy_json(deployment, &deployment.account.rule(&deployment.desired.schedules[0].name))),
    );
    let (rule, target) = (
        deployment.desired.schedules[0].name.clone(),
        deployment.account.function(deployment.names.function()),
    );
    fake.on("events:DescribeRule", move |request| {
        if request.body["Name"] != json!(rule) {
            return refused("ResourceNotFoundException", "Rule does not exist on EventBus default.");
        }
        json_of(json!({ "Name": rule, "ScheduleExpression": "rate(5 minutes)", "State": "ENABLED" }))
    });
    let rule = deployment.desired.schedules[0].name.clone();
    fake.on("events:ListTargetsByRule", move |request| {
        if request.body["Rule"] != json!(rule) {
            return refused("ResourceNotFoundException", "Rule does not exist on EventBus default.");
        }
        let retry = json!({ "MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 150 });
        json_of(json!({ "Targets": [{ "Id": "lambda", "Arn": target, "RetryPolicy": retry }] }))
    });
}
