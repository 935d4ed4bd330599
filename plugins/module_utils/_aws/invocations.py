# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what commands did on their nodes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.errors import CloudError
from .._core.pool import results
from .._core.scope import NodeResult
from .client import Connection
from .whole_output import CUT_MARK, whole_streams

ERROR_MARK = re.compile(r"\r?\n?-{10}ERROR-{7}\r?\n")
"""Between standard output and standard error in the output that ListCommandInvocations gives."""

AGENT_SAYS = re.compile(r"failed to run commands: exit status \d+$")
"""What the agent adds to the error output of a script that failed; it says no more than the exit code."""

SHORT_OUTPUT = 2_400
"""The agent cuts what ListCommandInvocations gives at 2,500 characters, of which the mark takes some."""

DETAIL_LENGTH = 300

READERS = 8
"""Outputs of one command that are read at the same time."""

_WAITING = frozenset({"pending", "inprogress", "delayed", "cancelling", "canceling"})

_FAILURES: Mapping[str, str] = {
    "failed": "the command failed on it",
    "executiontimedout": "the command did not end within its execution timeout and was stopped",
    "deliverytimedout": "the command was not delivered in time: the agent did not ask for it. Is the agent online?",
    "undeliverable": "the command could not be delivered: the node does not exist, is stopped or does not respond",
    "terminated": "the command was not run on it: too many other nodes of the same command had failed (max_errors)",
    "cancelled": "the command was cancelled before it had ended",
    "canceled": "the command was cancelled before it had ended",
    "invalidplatform": "the document does not support its platform",
    "accessdenied": "the identity that sent the command may not run it on this node",
    "ratelimitexceeded": "the command was not run on it: too many commands were waiting",
    "noinstancesintag": "the command found no node",
    "incomplete": "the command could not be run on it",
}


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was sent: its id, the scope's operation, and the nodes whose result is wanted."""

    command_id: str
    account: str
    region: str
    operation_id: str = ""
    node_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Invocation:
    """What a command did on one node. ``output_detail`` says why the output is not whole, if it was asked for."""

    command_id: str
    node_id: str
    status: str
    ended: bool
    response_code: int | None
    output: str
    error_output: str
    detail: str
    output_detail: str = ""

    @property
    def result(self) -> NodeResult:
        """The invocation as the scope records it."""
        output = f"{self.output}\n({self.output_detail})" if self.output_detail else self.output
        return NodeResult(self.node_id, "passed" if self.status == "Success" else "failed", self.detail, output)


def read_invocations(connection: Connection, command: Command, *, full: bool = False) -> list[Invocation]:
    """The command's invocations on the wanted nodes, with the output of those that ended. Raises CloudError.

    The output is as much as the service keeps, with ``full`` all that the command's bucket has. Right after a command
    was sent there may be no invocation, or not all of them.
    """
    listed = connection.pages(
        "ssm",
        "list_command_invocations",
        "CommandInvocations",
        f"read the result of command {command.command_id}",
        CommandId=command.command_id,
        Details=True,
        MaxResults=50,
    )
    wanted = set(command.node_ids)
    entries = [entry for entry in listed if not wanted or str(entry.get("InstanceId")) in wanted]
    read = results(lambda entry: _invocation(connection, entry, full), entries, READERS)
    return [invocation for _entry, invocation in read]


def _invocation(connection: Connection, entry: Mapping[str, Any], full: bool) -> Invocation:
    status = str(entry.get("StatusDetails") or entry.get("Status") or "")
    ended = is_end(status)
    plugins = [plugin for plugin in entry.get("CommandPlugins") or [] if _has_run(plugin)]
    outputs = [_outputs(connection, entry, plugin, full) for plugin in plugins] if ended else []
    output, errors = ("\n".join(step[stream] for step in outputs if step[stream]) for stream in (0, 1))
    code = _response_code(plugins)
    return Invocation(
        command_id=str(entry.get("CommandId", "")),
        node_id=str(entry.get("InstanceId", "")),
        status=status,
        ended=ended,
        response_code=code,
        output=output,
        error_output=errors,
        detail=failure_detail(status, code, output, errors, str(entry.get("TraceOutput") or "")) if ended else "",
        output_detail="; ".join(step[2] for step in outputs if step[2]),
    )


def is_end(status_details: str) -> bool:
    """Whether a StatusDetails is final; the service writes the same words with and without blanks."""
    word = _word(status_details)
    return bool(word) and word not in _WAITING


def failure_detail(status: str, code: int | None, output: str, errors: str, trace: str) -> str:
    """Why an invocation failed, for a person; empty when it succeeded."""
    word = _word(status)
    if word == "success":
        return ""
    said = _FAILURES.get(word, f"the command ended as {status}")
    if word == "failed" and code is not None:
        said = f"the command failed on it with exit code {code}"
    last = _last_line(errors) or _last_line(output) or _last_line(trace)
    return f"{said}: {last}"[:DETAIL_LENGTH] if last else said


def _word(status: str) -> str:
    return status.replace(" ", "").lower()


def _has_run(plugin: Mapping[str, Any]) -> bool:
    """Whether a step of the document was meant for the node: AWS-RunPatchBaseline has one for each platform."""
    return not str(plugin.get("Output") or "").startswith("Step execution skipped")


def _response_code(plugins: Sequence[Mapping[str, Any]]) -> int | None:
    codes = [int(plugin["ResponseCode"]) for plugin in plugins if plugin.get("ResponseCode") is not None]
    return next((code for code in codes if code != 0), codes[-1] if codes else None)


def _outputs(
    connection: Connection, entry: Mapping[str, Any], plugin: Mapping[str, Any], full: bool
) -> tuple[str, str, str]:
    """Standard output and standard error of a step, and why they are not whole if that was asked for.

    What the list had cut is read from the service, and what that has cut from the command's bucket.
    """
    text = str(plugin.get("Output") or "")
    output, _mark, errors = _parted(text)
    if len(text) < SHORT_OUTPUT and CUT_MARK not in text:
        return output, errors, ""
    try:
        whole = connection.call(
            "ssm",
            "get_command_invocation",
            f"read the output of command {entry['CommandId']} on {entry['InstanceId']}",
            CommandId=entry["CommandId"],
            InstanceId=entry["InstanceId"],
            PluginName=plugin["Name"],
        )
    except CloudError as error:
        if error.code not in ("InvocationDoesNotExist", "InvalidPluginName"):
            raise
        return output, errors, str(error) if full else ""
    if full:
        return whole_streams(connection, whole)
    return str(whole.get("StandardOutputContent") or ""), str(whole.get("StandardErrorContent") or ""), ""


def _parted(text: str) -> tuple[str, str, str]:
    found = ERROR_MARK.search(text)
    if not found:
        return text, "", ""
    return text[: found.start()], found.group(), text[found.end() :]


def _last_line(text: str) -> str:
    lines: Iterable[str] = (line.strip() for line in reversed(text.splitlines()))
    return next((line for line in lines if line and not line.endswith(CUT_MARK) and not AGENT_SAYS.match(line)), "")
