# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing, dates, waiting, and what has no effect here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from .cmdlet import Call, Cmdlet
from .cmdlets_objects import items_of
from .dotnet import span, to_text
from .formatting import as_list, as_table, render
from .values import number, parse_date, text, to_list


def write_output(call: Call) -> Iterable[Any]:
    """Its arguments, or what came through the pipeline."""
    given = (
        [item for value in call.value("inputobject", []) for item in to_list(value)] if call.has("inputobject") else []
    )
    return given if not call.piped else [*given, *call.input]


def write_host(call: Call) -> Iterable[Any]:
    """The agent reads the console, so it is output as well."""
    given = call.value("object", []) if call.has("object") else call.input
    mark = call.text("separator", " ")
    return [mark.join(text(item) for value in given for item in (to_list(value) or [""]))]


def write_warning(call: Call) -> Iterable[Any]:
    """On the console."""
    return [f"WARNING: {text(call.value('message'))}"]


def write_error(call: Call) -> Iterable[Any]:
    """An error that does not end the script unless the preference says so."""
    call.error(
        call.text("message") or call.text("exception"),
        "Microsoft.PowerShell.Commands.WriteErrorException",
        call.text("errorid", "Microsoft.PowerShell.Commands.WriteErrorException"),
    )
    return []


def nothing(_call: Call) -> Iterable[Any]:
    """Out-Null and all that leaves no trace here."""
    return []


def passed(call: Call) -> Iterable[Any]:
    """Out-Host, Out-Default."""
    return items_of(call)


def out_string(call: Call) -> Iterable[Any]:
    """What the console would show, as one text."""
    return [render(list(items_of(call)))]


def format_table(call: Call) -> Iterable[Any]:
    """A table of the properties asked for."""
    return [as_table(list(items_of(call)), call.texts("property"), not call.has("hidetableheaders"))]


def format_list(call: Call) -> Iterable[Any]:
    """A list of the properties asked for."""
    return [as_list(list(items_of(call)), call.texts("property"))]


def get_date(call: Call) -> Iterable[Any]:
    """Now, or -Date; with -Format as text."""
    value = call.value("date", call.session.now)
    value = value if isinstance(value, datetime) else parse_date(text(value))
    if call.has("uformat"):
        form = call.text("uformat")
        seconds = int(value.replace(tzinfo=UTC).timestamp())
        return [value.strftime(form.removeprefix("+").replace("%s", str(seconds)))]
    return [to_text(value, call.text("format")) if call.has("format") else value]


def new_time_span(call: Call) -> Iterable[Any]:
    """Between two dates."""
    given = (call.value(name, call.session.now) for name in ("start", "end"))
    start, end = (value if isinstance(value, datetime) else parse_date(text(value)) for value in given)
    return [span(end - start)]


def start_sleep(call: Call) -> Iterable[Any]:
    """In simulated time."""
    seconds = float(number(call.value("seconds", 0))) + float(number(call.value("milliseconds", 0))) / 1000
    call.session.sleep(seconds)
    return []


def get_location(_call: Call) -> Iterable[Any]:
    """The current directory never changes."""
    return ["C:\\Windows\\system32"]


_TEXT = ("encoding", "width")
CMDLETS: tuple[Cmdlet, ...] = (
    Cmdlet("Write-Output", write_output, ("inputobject",), (), ("noenumerate",), ("echo", "write"), rest="inputobject"),
    Cmdlet(
        "Write-Host",
        write_host,
        ("object",),
        ("foregroundcolor", "backgroundcolor", "separator"),
        ("nonewline",),
        rest="object",
    ),
    Cmdlet("Write-Information", write_host, ("object",), ("messagedata", "tags"), (), rest="object"),
    Cmdlet("Write-Warning", write_warning, ("message",)),
    Cmdlet("Write-Error", write_error, ("message",), ("exception", "errorid", "category", "targetobject")),
    Cmdlet("Write-Verbose", nothing, ("message",)),
    Cmdlet("Write-Debug", nothing, ("message",)),
    Cmdlet("Write-Progress", nothing, ("activity", "status"), ("percentcomplete", "id"), ("completed",)),
    Cmdlet("Out-Null", nothing, (), ("inputobject",)),
    Cmdlet("Out-Host", passed, (), ("inputobject",), ("paging",), ("oh",)),
    Cmdlet("Out-Default", passed, (), ("inputobject",)),
    Cmdlet("Out-String", out_string, (), ("inputobject", *_TEXT), ("stream",)),
    Cmdlet(
        "Format-Table", format_table, ("property",), ("inputobject",), ("autosize", "wrap", "hidetableheaders"), ("ft",)
    ),
    Cmdlet("Format-List", format_list, ("property",), ("inputobject",), (), ("fl",)),
    Cmdlet("Get-Date", get_date, ("date",), ("format", "uformat")),
    Cmdlet("New-TimeSpan", new_time_span, ("start", "end")),
    Cmdlet("Start-Sleep", start_sleep, ("seconds",), ("milliseconds",), (), ("sleep",)),
    Cmdlet("Get-Location", get_location, (), (), (), ("pwd", "gl")),
    Cmdlet("Set-ExecutionPolicy", nothing, ("executionpolicy", "scope"), (), ("force",)),
    Cmdlet("Set-StrictMode", nothing, (), ("version",), ("off",)),
    Cmdlet("Import-Module", nothing, ("name",), (), ("force",), ("ipmo",)),
)
