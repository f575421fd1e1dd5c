#!/usr/bin/env bash
# The shell steps that plexmon replaces, and what has to be done by hand around `cargo lambda deploy`.
# Usage: steps.sh up|upload|remove|lambda|lambda-upload|lambda-remove, in a folder with `bootstrap`.
# Account, region and endpoint come from the environment.
set -euo pipefail

NAME=plex-remote-health
ROLE=$NAME-role
RULE=$NAME-5min
STATE=/homelab/plex_remote_status
POLICY='{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
  {"Effect": "Allow", "Action": ["ssm:GetParameter", "ssm:PutParameter"], "Resource": "*"}]}'
TRUST='{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}'

say() { aws --output text "$@"; }

schedule() {
    local rule function
    rule=$(say events put-rule --name "$RULE" --schedule-expression 'rate(5 minutes)' --query RuleArn)
    say lambda add-permission --function-name "$NAME" --statement-id "$NAME-events" --action lambda:InvokeFunction \
        --principal events.amazonaws.com --source-arn "$rule" >/dev/null
    function=arn:aws:lambda:$AWS_REGION:$(say sts get-caller-identity --query Account):function:$NAME
    say events put-targets --rule "$RULE" --targets "Id=lambda,Arn=$function" >/dev/null
}

unschedule() {
    say events remove-targets --rule "$RULE" --ids lambda >/dev/null
    say events delete-rule --name "$RULE"
}

up() {
    local role
    role=$(say iam create-role --role-name "$ROLE" --assume-role-policy-document "$TRUST" --query Role.Arn)
    say iam put-role-policy --role-name "$ROLE" --policy-name "$NAME-inline" --policy-document "$POLICY"
    sleep 10
    zip -jq function.zip bootstrap
    say lambda create-function --function-name "$NAME" --runtime provided.al2023 --handler bootstrap --timeout 30 \
        --role "$role" --zip-file fileb://function.zip --environment \
        "Variables={CHECK_URL=http://127.0.0.1:9/identity,PUSHOVER_TOKEN=token,PUSHOVER_USER=user,STATUS_PARAM=$STATE}" \
        >/dev/null
    schedule
    say ssm put-parameter --name "$STATE" --type String --value '{"status": "unknown", "ts": 0}' >/dev/null
}

upload() {
    zip -jq function.zip bootstrap
    say lambda update-function-code --function-name "$NAME" --zip-file fileb://function.zip >/dev/null
}

# Goes on where something fails, as one does by hand. Ends as the last step does, which fails where the function never
# ran: there is no log group then.
remove() {
    set +e
    unschedule
    say lambda delete-function --function-name "$NAME" >/dev/null
    say iam delete-role-policy --role-name "$ROLE" --policy-name "$NAME-inline"
    say iam delete-role --role-name "$ROLE"
    say ssm delete-parameter --name "$STATE"
    say logs delete-log-group --log-group-name "/aws/lambda/$NAME"
}

lambda_deploy() { cargo-lambda lambda deploy "$NAME" --binary-path bootstrap --timeout 30 >/dev/null; }

# The role has a random name, and may have policies of both sorts.
lambda_remove() {
    local role policy
    role=$(say lambda get-function-configuration --function-name "$NAME" --query Role)
    role=${role##*/}
    unschedule
    say lambda delete-function --function-name "$NAME" >/dev/null
    policy=$(say iam list-attached-role-policies --role-name "$role" --query 'AttachedPolicies[].PolicyArn')
    for one in $policy; do say iam detach-role-policy --role-name "$role" --policy-arn "$one"; done
    say iam delete-role --role-name "$role"
}

case $1 in
    up | upload | remove) "$1" ;;
    lambda)
        lambda_deploy
        schedule
        ;;
    lambda-upload) lambda_deploy ;;
    lambda-remove) lambda_remove ;;
esac
