//! One request of each operation, with the least that its client wants.

use aws_sdk_eventbridge::types::{Tag as EventsTag, Target};
use aws_sdk_iam::types::Tag as RoleTag;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, FunctionUrlAuthType};
use aws_sdk_ssm::types::{ResourceTypeForTagging, Tag as ParameterTag};
use plexmon_deploy::account_plan;
use plexmon_deploy::aws::{Aws, CallError};
use plexmon_deploy::invocation::FunctionError;
use plexmon_deploy::resources::schedule_calls;

const ARN: &str = "arn:aws:iam::123456789012:policy/some";

/// Defines which operations can be sent, and how; `$aws` are the clients.
macro_rules! senders {
    ($aws:ident: $($service:ident $name:ident => $request:expr;)*) => {
        /// All that [`send`] knows.
        pub const OPERATIONS: &[&str] = &[
            $(concat!(stringify!($service), ":", stringify!($name)),)*
            "events:PutTargets",
            "freetier:GetAccountPlanState",
            "lambda:Invoke",
        ];

        /// Sends a request. A failure inside of a successful answer is a failure, too.
        pub async fn send($aws: &Aws, operation: &str) -> Result<(), Failure> {
            $(if operation == concat!(stringify!($service), ":", stringify!($name)) {
                $aws.call(stringify!($service), stringify!($name), $request.send()).await?;
                return Ok(());
            })*
            match operation {
                "events:PutTargets" => put_targets($aws).await,
                "freetier:GetAccountPlanState" => {
                    account_plan::read($aws, std::future::pending()).await?;
                    Ok(())
                }
                "lambda:Invoke" => run($aws).await,
                other => panic!("nothing sends {other}"),
            }
        }
    };
}

senders! { aws:
    iam CreateRole => aws.iam.create_role().role_name("r").assume_role_policy_document("{}");
    iam GetRole => aws.iam.get_role().role_name("r");
    iam PutRolePolicy => aws.iam.put_role_policy().role_name("r").policy_name("p").policy_document("{}");
    iam TagRole => aws.iam.tag_role().role_name("r").tags(RoleTag::builder().key("k").value("v").build().unwrap());
    iam UpdateAssumeRolePolicy => aws.iam.update_assume_role_policy().role_name("r").policy_document("{}");
    iam DeleteRolePolicy => aws.iam.delete_role_policy().role_name("r").policy_name("p");
    iam DetachRolePolicy => aws.iam.detach_role_policy().role_name("r").policy_arn(ARN);
    iam AttachRolePolicy => aws.iam.attach_role_policy().role_name("r").policy_arn(ARN);
    iam ListAttachedRolePolicies => aws.iam.list_attached_role_policies().role_name("r");
    iam DeleteRole => aws.iam.delete_role().role_name("r");
    sts GetCallerIdentity => aws.sts.get_caller_identity();
    sts AssumeRole => aws.sts.assume_role().role_arn(ARN).role_session_name("session");
    sts AssumeRoleWithWebIdentity => aws.sts.assume_role_with_web_identity().role_arn(ARN).role_session_name("session").web_identity_token("t");
    lambda CreateFunction => aws.lambda.create_function().function_name("f").role(ARN).code(FunctionCode::builder().build());
    lambda GetFunction => aws.lambda.get_function().function_name("f");
    lambda GetFunctionConfiguration => aws.lambda.get_function_configuration().function_name("f");
    lambda UpdateFunctionCode => aws.lambda.update_function_code().function_name("f").zip_file(Blob::new("zip"));
    lambda UpdateFunctionConfiguration => aws.lambda.update_function_configuration().function_name("f");
    lambda DeleteFunction => aws.lambda.delete_function().function_name("f");
    lambda GetPolicy => aws.lambda.get_policy().function_name("f");
    lambda AddPermission => aws.lambda.add_permission().function_name("f").statement_id("s").action("a").principal("p");
    lambda RemovePermission => aws.lambda.remove_permission().function_name("f").statement_id("s");
    lambda PutFunctionEventInvokeConfig => aws.lambda.put_function_event_invoke_config().function_name("f");
    lambda GetFunctionEventInvokeConfig => aws.lambda.get_function_event_invoke_config().function_name("f");
    lambda PutFunctionConcurrency => aws.lambda.put_function_concurrency().function_name("f").reserved_concurrent_executions(1);
    lambda DeleteFunctionConcurrency => aws.lambda.delete_function_concurrency().function_name("f");
    lambda CreateFunctionUrlConfig => aws.lambda.create_function_url_config().function_name("f").auth_type(FunctionUrlAuthType::None);
    lambda GetFunctionUrlConfig => aws.lambda.get_function_url_config().function_name("f");
    lambda UpdateFunctionUrlConfig => aws.lambda.update_function_url_config().function_name("f");
    lambda DeleteFunctionUrlConfig => aws.lambda.delete_function_url_config().function_name("f");
    lambda GetAccountSettings => aws.lambda.get_account_settings();
    lambda TagResource => aws.lambda.tag_resource().resource(ARN).tags("k", "v");
    lambda ListTags => aws.lambda.list_tags().resource(ARN);
    events PutRule => aws.events.put_rule().name("r");
    events DescribeRule => aws.events.describe_rule().name("r");
    events RemoveTargets => aws.events.remove_targets().rule("r").ids("t");
    events ListTargetsByRule => aws.events.list_targets_by_rule().rule("r");
    events ListTagsForResource => aws.events.list_tags_for_resource().resource_arn(ARN);
    events TagResource => aws.events.tag_resource().resource_arn(ARN).tags(EventsTag::builder().key("k").value("v").build().unwrap());
    events DeleteRule => aws.events.delete_rule().name("r");
    events ListRuleNamesByTarget => aws.events.list_rule_names_by_target().target_arn(ARN);
    logs CreateLogGroup => aws.logs.create_log_group().log_group_name("g");
    logs DescribeLogGroups => aws.logs.describe_log_groups();
    logs PutRetentionPolicy => aws.logs.put_retention_policy().log_group_name("g").retention_in_days(1);
    logs DeleteLogGroup => aws.logs.delete_log_group().log_group_name("g");
    logs FilterLogEvents => aws.logs.filter_log_events().log_group_name("g");
    logs TagResource => aws.logs.tag_resource().resource_arn(ARN).tags("k", "v");
    ssm GetParameter => aws.ssm.get_parameter().name("p");
    ssm GetParameters => aws.ssm.get_parameters().names("p");
    ssm PutParameter => aws.ssm.put_parameter().name("p").value("v");
    ssm DeleteParameter => aws.ssm.delete_parameter().name("p");
    ssm DeleteParameters => aws.ssm.delete_parameters().names("p");
    ssm ListTagsForResource => aws.ssm.list_tags_for_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id("p");
    ssm AddTagsToResource => aws.ssm.add_tags_to_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id("p").tags(ParameterTag::builder().key("k").value("v").build().unwrap());
    ssm RemoveTagsFromResource => aws.ssm.remove_tags_from_resource().resource_type(ResourceTypeForTagging::Parameter).resource_id("p").tag_keys("k");
}

/// Why a request has not done what it should.
#[derive(Debug)]
pub enum Failure {
    /// AWS refused it.
    Refused(CallError),
    /// It was carried out, and the function failed.
    Ran(FunctionError),
}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Self {
        Self::Refused(error)
    }
}

async fn put_targets(aws: &Aws) -> Result<(), Failure> {
    let target = Target::builder().id("t").arn(ARN).build().unwrap();
    let call = aws.events.put_targets().rule("r").targets(target);
    Ok(schedule_calls::accepted(&aws.call("events", "PutTargets", call.send()).await?)?)
}

async fn run(aws: &Aws) -> Result<(), Failure> {
    let answer = aws.call("lambda", "Invoke", aws.lambda.invoke().function_name("f").send()).await?;
    FunctionError::of(&answer).map_or(Ok(()), |error| Err(Failure::Ran(error)))
}
