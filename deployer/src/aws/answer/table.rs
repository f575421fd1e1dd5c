//! The rules: which operation, code and message mean what.

use super::{Created, Existence, Meaning, Wait};
use crate::aws::Operation;

/// Which resources a rule applies to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    /// Anything.
    Any,
    /// Only resources that this run has just created.
    New,
}

/// Operations (a `*` at the end matches any rest), codes, phrases of which the message must contain one, and the meaning.
/// An empty list of codes or phrases matches anything.
pub(super) struct Rule(
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
    About,
    Meaning,
);

const ALL: &[&str] = &["*"];
const LAMBDA: &[&str] = &["lambda:*"];
const IAM: &[&str] = &["iam:*"];
const EVENTS: &[&str] = &["events:*"];
const SSM: &[&str] = &["ssm:*"];

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "NotAuthorized",
    "UnauthorizedException",
];
const CREDENTIALS: &[&str] = &[
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "TokenRefreshRequired",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidAccessKeyId",
    "InvalidToken",
    "InvalidIdentityToken",
    "AuthFailure",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "RequestTimeTooSkewed",
    "RegionDisabledException",
];
const THROTTLED: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "EC2ThrottledException",
    "SlowDown",
    "PriorRequestNotComplete",
];
pub(super) const FAULTS: &[&str] = &[
    "ServiceFailure",
    "ServiceFailureException",
    "ServiceException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "InternalFailure",
    "InternalError",
    "InternalException",
    "InternalServerError",
    "InternalServerException",
    "InternalServiceError",
    "RequestTimeout",
    "RequestTimeoutException",
    "HTTP 500",
    "HTTP 502",
    "HTTP 503",
    "HTTP 504",
];
const MISSING: &[&str] = &[
    "NoSuchEntity",
    "NoSuchEntityException",
    "ResourceNotFoundException",
    "ParameterNotFound",
    "InvalidResourceId",
];
const EXISTS: &[&str] = &[
    "EntityAlreadyExists",
    "EntityAlreadyExistsException",
    "ResourceAlreadyExistsException",
    "ParameterAlreadyExists",
];
const INVALID: &[&str] = &[
    "ValidationError",
    "ValidationException",
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "InvalidParameterException",
    "InvalidParameterCombination",
    "InvalidInput",
    "InvalidKeyId",
    "InvalidRequestContentException",
    "MalformedPolicyDocument",
    "MalformedPolicyDocumentException",
    "RequestEntityTooLargeException",
    "RequestTooLargeException",
    "UnsupportedMediaTypeException",
    "HierarchyLevelLimitExceededException",
    "ParameterPatternMismatchException",
    "UnsupportedParameterType",
];
const MALFORMED_POLICY: &[&str] = &["MalformedPolicyDocument", "MalformedPolicyDocumentException"];
const NO_ENTITY: &[&str] = &["NoSuchEntity", "NoSuchEntityException"];
const NOT_FOUND: &[&str] = &["ResourceNotFoundException"];
const CONFLICT: &[&str] = &["ResourceConflictException"];
const BAD_VALUE: &[&str] = &["InvalidParameterValueException"];
const VALIDATION: &[&str] = &["ValidationException"];
const DELETE_CONFLICT: &[&str] = &["DeleteConflict", "DeleteConflictException"];

/// Lambda in a region that does not have the operation yet. More permissions do not help.
pub(super) const UNKNOWN_OPERATION: &str = "Unable to determine service/operation name";

/// The first matching rule decides.
pub(super) const RULES: &[Rule] = &[
    // The role lacks permissions, not the caller. The others are about a name that AWS reserves, and about an operation
    // that a region does not have.
    Rule(LAMBDA, DENIED, &["cannot be assumed by Lambda"], About::Any, Meaning::Busy(Wait::RoleUsable)),
    Rule(SSM, DENIED, &["reserved parameter name"], About::Any, Meaning::Invalid),
    Rule(LAMBDA, DENIED, &[UNKNOWN_OPERATION], About::Any, Meaning::Final),
    Rule(ALL, DENIED, &[], About::Any, Meaning::Denied),
    Rule(ALL, CREDENTIALS, &[], About::Any, Meaning::Credentials),
    Rule(ALL, &["SubscriptionRequiredException", "OptInRequired"], &[], About::Any, Meaning::Final),
    Rule(ALL, THROTTLED, &[], About::Any, Meaning::Throttled),
    Rule(ALL, FAULTS, &[], About::Any, Meaning::Throttled),
    // Lambda uses one code for an invalid value, a new role, a new key, throttling by EC2 and a quota.
    Rule(
        LAMBDA,
        BAD_VALUE,
        &[
            "cannot be assumed by Lambda",
            "execution role does not have permissions",
            "KMS key is invalid for CreateGrant",
        ],
        About::Any,
        Meaning::Busy(Wait::RoleUsable),
    ),
    Rule(LAMBDA, BAD_VALUE, &["throttled by EC2", "RequestLimitExceeded"], About::Any, Meaning::Throttled),
    Rule(LAMBDA, BAD_VALUE, &["'MemorySize' value", "ConcurrentExecution"], About::Any, Meaning::Final),
    // It uses another one for "exists" and for every kind of "busy", whatever the message.
    Rule(&["lambda:Create*", "lambda:Add*"], CONFLICT, &["exist"], About::Any, Meaning::Exists),
    Rule(
        LAMBDA,
        &[
            "ResourceConflictException",
            "PreconditionFailedException",
            "ResourceInUseException",
            "ResourceNotReadyException",
            "SnapStartNotReadyException",
        ],
        &[],
        About::Any,
        Meaning::Busy(Wait::Function),
    ),
    Rule(LAMBDA, &["KMSAccessDeniedException"], &[], About::Any, Meaning::Busy(Wait::Key)),
    // "Not found" may be about another resource than the one that the call names.
    Rule(LAMBDA, NOT_FOUND, &["not reachable in this region"], About::Any, Meaning::Invalid),
    Rule(IAM, NO_ENTITY, &["not attachable"], About::Any, Meaning::Invalid),
    Rule(&["iam:CreateRole"], NO_ENTITY, &[], About::Any, Meaning::Invalid),
    Rule(&["iam:*"], MISSING, &[], About::New, Meaning::Busy(Wait::Created(Created::Role))),
    Rule(LAMBDA, MISSING, &[], About::New, Meaning::Busy(Wait::Created(Created::Function))),
    Rule(EVENTS, MISSING, &[], About::New, Meaning::Busy(Wait::Created(Created::Rule))),
    Rule(&["logs:*"], MISSING, &[], About::New, Meaning::Busy(Wait::Created(Created::LogGroup))),
    Rule(SSM, MISSING, &[], About::New, Meaning::Busy(Wait::Created(Created::Parameter))),
    Rule(ALL, MISSING, &[], About::Any, Meaning::NotFound),
    Rule(ALL, EXISTS, &[], About::Any, Meaning::Exists),
    Rule(IAM, MALFORMED_POLICY, &["Invalid principal"], About::New, Meaning::Busy(Wait::Principal)),
    Rule(IAM, DELETE_CONFLICT, &["instance profile"], About::Any, Meaning::Final),
    Rule(IAM, DELETE_CONFLICT, &[], About::Any, Meaning::Busy(Wait::RolePolicies)),
    Rule(
        IAM,
        &["EntityTemporarilyUnmodifiable", "EntityTemporarilyUnmodifiableException"],
        &[],
        About::Any,
        Meaning::Busy(Wait::OtherChange),
    ),
    Rule(
        ALL,
        &["ConcurrentModification", "ConcurrentModificationException", "ConflictException"],
        &[],
        About::Any,
        Meaning::Busy(Wait::OtherChange),
    ),
    Rule(EVENTS, VALIDATION, &["since it has targets"], About::Any, Meaning::Busy(Wait::RuleTarget)),
    // Some answers report a missing rule as a validation error.
    Rule(EVENTS, VALIDATION, &["not found"], About::New, Meaning::Busy(Wait::Created(Created::Rule))),
    Rule(EVENTS, VALIDATION, &["not found"], About::Any, Meaning::NotFound),
    Rule(ALL, &["OperationAbortedException"], &[], About::Any, Meaning::Busy(Wait::LogGroup)),
    // The message is not documented; the request contains nothing that could be invalid.
    Rule(&["logs:DeleteLogGroup"], VALIDATION, &[], About::Any, Meaning::Final),
    Rule(SSM, &["TooManyUpdates"], &[], About::Any, Meaning::Busy(Wait::Parameter)),
    // After a deletion, SSM blocks the name for half a minute. The message is not documented.
    Rule(
        &["ssm:PutParameter"],
        &[],
        &["recently", "being deleted", "30 seconds"],
        About::Any,
        Meaning::Busy(Wait::ParameterName),
    ),
    Rule(ALL, INVALID, &[], About::Any, Meaning::Invalid),
    Rule(ALL, &["ManagedRuleException", "LimitExceededException"], &[], About::Any, Meaning::Final),
    // Failures within a successful answer, with codes that are not documented.
    Rule(&["events:PutTargets", "events:RemoveTargets"], &[], &[], About::Any, Meaning::Busy(Wait::Targets)),
];

impl Rule {
    pub(super) fn meaning(&self) -> Meaning {
        self.4
    }

    pub(super) fn fits(&self, operation: Operation, code: &str, message: &str, existence: Existence) -> bool {
        let Self(operations, codes, phrases, about, _) = self;
        operations.iter().any(|pattern| matches(pattern, operation))
            && (codes.is_empty() || codes.contains(&code))
            && (phrases.is_empty() || phrases.iter().any(|phrase| message.contains(phrase)))
            && (*about == About::Any || existence == Existence::Recent)
    }
}

/// Whether a pattern such as `iam:*` matches the operation.
fn matches(pattern: &str, operation: Operation) -> bool {
    let Some(start) = pattern.strip_suffix('*') else { return pattern == operation.to_string() };
    operation.to_string().starts_with(start)
}
