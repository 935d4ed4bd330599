# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
<#
.SYNOPSIS
Scans or patches the instance that it runs on, and no other, under its instance profile.

.DESCRIPTION
Needs the AWS Tools for PowerShell, which Amazon's images of Windows have. The instance reboots only with -Reboot.
Exit status: 0 done, 1 failed, 3 not done in time (the command goes on). docs/self-service.md has the policy of the
profile.

.EXAMPLE
.\Update-ThisNode.ps1 -Operation Scan

.EXAMPLE
.\Update-ThisNode.ps1 -Operation Install -Reboot -List s3://bucket/key
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)]
    [ValidateSet('Scan', 'Install')]
    [string] $Operation,

    [switch] $Reboot,

    [ValidatePattern('^s3://[^/]+/.+$')]
    [string] $List,

    [ValidateRange(1, 172800)]
    [int] $TimeoutSeconds = 7200,

    [ValidateRange(1, 600)]
    [int] $IntervalSeconds = 10
)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'

if ($Operation -eq 'Scan' -and ($Reboot -or $List)) {
    throw 'Reboot and List are for Install only'
}

# Which instance this is: nobody says it, the metadata service does. A machine on premises knows its id from the agent.
function Get-ThisNode {
    $imds = 'http://169.254.169.254'
    if ($env:AWS_EC2_METADATA_SERVICE_ENDPOINT) {
        $imds = $env:AWS_EC2_METADATA_SERVICE_ENDPOINT.TrimEnd('/')
    }
    try {
        $lifetime = @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '300' }
        $token = Invoke-RestMethod -Method Put -Uri "$imds/latest/api/token" -Headers $lifetime -TimeoutSec 5
        $header = @{ 'X-aws-ec2-metadata-token' = $token }
        return @{
            Id = Invoke-RestMethod -Uri "$imds/latest/meta-data/instance-id" -Headers $header -TimeoutSec 5
            Region = Invoke-RestMethod -Uri "$imds/latest/meta-data/placement/region" -Headers $header -TimeoutSec 5
        }
    }
    catch {
        $file = Join-Path $env:ProgramData 'Amazon\SSM\InstanceData\registration'
        if (-not (Test-Path $file)) {
            throw 'Neither the metadata service nor the agent tells which node this is'
        }
        $known = Get-Content $file -Raw | ConvertFrom-Json
        return @{ Id = $known.ManagedInstanceID; Region = $known.Region }
    }
}

$node = Get-ThisNode
if ($node.Id -notmatch '^(i|mi)-[0-9a-f]+$') {
    throw "'$($node.Id)' is no id of a node"
}

$parameters = @{
    Operation = $Operation
    RebootOption = if ($Reboot) { 'RebootIfNeeded' } else { 'NoReboot' }
}
if ($List) {
    $parameters.InstallOverrideList = $List
}

# Once only: the command has no token by which the service would know it again, so a repetition could run twice. Looking
# for the cmdlet loads the module that has the type of the configuration.
$null = Get-Command -Name Send-SSMCommand
$once = New-Object Amazon.SimpleSystemsManagement.AmazonSimpleSystemsManagementConfig
$once.MaxErrorRetry = 0
$command = Send-SSMCommand -DocumentName 'AWS-RunPatchBaseline' -InstanceId $node.Id -Parameter $parameters `
    -Comment "self-service on $($node.Id)" -Region $node.Region -ClientConfig $once
Write-Output "$Operation of $($node.Id): command $($command.CommandId)"

$waiting = @('Pending', 'InProgress', 'In Progress', 'Delayed', 'Cancelling')
$deadline = (Get-Date).AddSeconds($TimeoutSeconds)
do {
    Start-Sleep -Seconds $IntervalSeconds
    $invocation = Get-SSMCommandInvocation -CommandId $command.CommandId -InstanceId $node.Id -Region $node.Region
    # Right after the command was accepted there is no invocation yet.
    $status = if ($invocation) { $invocation.StatusDetails } else { 'Pending' }
    if ($waiting -contains $status -and (Get-Date) -gt $deadline) {
        Write-Warning "It is still going on: $status"
        exit 3
    }
} while ($waiting -contains $status)

$counts = @('MissingCount', 'FailedCount', 'InstalledPendingRebootCount', 'BaselineId')
Get-SSMInstancePatchState -InstanceId $node.Id -Region $node.Region | Select-Object -Property $counts
$open = @{ Key = 'State'; Values = @('Missing', 'Failed') }
$shown = @('State', 'KBId', 'Title')
Get-SSMInstancePatch -InstanceId $node.Id -Filter $open -Region $node.Region | Select-Object -Property $shown
if ($status -ne 'Success') {
    Write-Warning "$Operation ended as $status"
    exit 1
}
