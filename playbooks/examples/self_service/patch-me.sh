#!/usr/bin/env bash
# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Scans or patches the instance that it runs on, and no other, under its instance profile:
#
#   patch-me.sh scan
#   patch-me.sh install [--reboot] [--list s3://bucket/key]
#
# It needs the AWS CLI and curl. The instance reboots only with --reboot. Exit status: 0 done, 1 failed, 2 not understood,
# 3 not done in time (PATCH_TIMEOUT, seconds; the command goes on). docs/self-service.md has the policy of the profile.
set -euo pipefail

usage() {
    echo "usage: ${0##*/} scan | install [--reboot] [--list s3://bucket/key]" >&2
    exit 2
}

fail() {
    echo "${0##*/}: $1" >&2
    exit "${2:-1}"
}

case "${1:-}" in
    scan) operation=Scan ;;
    install) operation=Install ;;
    *) usage ;;
esac
shift
reboot=NoReboot
list=''
while [ $# -gt 0 ]; do
    [ "$operation" = Install ] || usage
    case "$1" in
        --reboot) reboot=RebootIfNeeded ;;
        --list)
            shift
            case "${1:-}" in
                s3://?*/?*) list=$1 ;;
                *) usage ;;
            esac
            ;;
        *) usage ;;
    esac
    shift
done

# Which instance this is: nobody says it, the metadata service does. A machine on premises knows its id from the agent.
imds=${AWS_EC2_METADATA_SERVICE_ENDPOINT:-http://169.254.169.254}
registration=/var/lib/amazon/ssm/registration
metadata() {
    curl --silent --fail --max-time 5 --header "X-aws-ec2-metadata-token: $token" "${imds%/}/latest/meta-data/$1"
}
registered() {
    sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$registration"
}
if token=$(curl --silent --fail --max-time 5 --request PUT "${imds%/}/latest/api/token" \
    --header 'X-aws-ec2-metadata-token-ttl-seconds: 300'); then
    node=$(metadata instance-id) || fail 'the metadata service does not tell the id of the instance'
    region=$(metadata placement/region) || fail 'the metadata service does not tell the region'
elif [ -r "$registration" ]; then
    node=$(registered ManagedInstanceID)
    region=$(registered Region)
else
    fail 'neither the metadata service nor the agent tells which node this is'
fi
case "$node" in
    i-* | mi-*) ;;
    *) fail "'$node' is no id of a node" ;;
esac
export AWS_DEFAULT_REGION=$region AWS_REGION=$region AWS_PAGER=''

parameters="{\"Operation\":[\"$operation\"],\"RebootOption\":[\"$reboot\"]"
if [ -n "$list" ]; then
    case "$list" in
        *[\"\\\`\$\']*) usage ;;
    esac
    parameters+=",\"InstallOverrideList\":[\"$list\"]"
fi

# Once only: the command has no token by which the service would know it again, so a repetition could run twice.
command=$(AWS_MAX_ATTEMPTS=1 aws ssm send-command --document-name AWS-RunPatchBaseline --instance-ids "$node" \
    --parameters "$parameters}" --comment "self-service on $node" --query Command.CommandId --output text) ||
    fail 'the command was not accepted, or its answer was lost; look for it before you repeat it'
echo "$operation of $node: command $command"

deadline=$(($(date +%s) + ${PATCH_TIMEOUT:-7200}))
while :; do
    status=$(aws ssm list-command-invocations --command-id "$command" --instance-id "$node" \
        --query 'CommandInvocations[0].StatusDetails' --output text) || fail "what became of it could not be read"
    case "$status" in
        # None: right after the command was accepted it has not been given to the node yet.
        None | Pending | 'In Progress' | InProgress | Delayed | Cancelling) ;;
        *) break ;;
    esac
    [ "$(date +%s)" -lt "$deadline" ] || fail "it is still going on: $status" 3
    sleep "${PATCH_INTERVAL:-10}"
done

aws ssm describe-instance-patch-states --instance-ids "$node" --output text --query \
    "InstancePatchStates[].join(' ', ['missing:', to_string(MissingCount), 'failed:', to_string(FailedCount), \
'pending reboot:', to_string(not_null(InstalledPendingRebootCount, \`0\`)), 'baseline:', BaselineId])"
aws ssm describe-instance-patches --instance-id "$node" --filters Key=State,Values=Missing,Failed \
    --output text --query 'Patches[].[State, KBId, Title]'
[ "$status" = Success ] || fail "$operation ended as $status"
