# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and the registry: Test-Path, Get-Content, Get-ItemProperty and their kin.

Files exist only in the machine's memory, and stay over reboots. The registry holds the keys that say that a reboot
is pending, the policy of Windows Update, and the release of the system; it follows the machine and can only be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .cmdlet import Call, Cmdlet
from .errors import Failure
from .files import files, normal, read, write
from .registry import key_at, subkeys
from .values import Table, Thing, number, text, to_list, wildcard

if TYPE_CHECKING:
    from ..machine import Machine

_NOT_FOUND = "System.Management.Automation.ItemNotFoundException"


def is_registry(path: str) -> bool:
    """Whether a path leads into the registry."""
    return path.lower().startswith(("hklm:", "hkcu:", "registry::", "microsoft.powershell.core\\registry::"))


def _paths(call: Call) -> list[str]:
    given = call.texts("path") + call.texts("literalpath")
    return given or [
        text(item.properties.read("FullName")) if isinstance(item, Thing) else text(item) for item in call.input
    ]


def _missing(call: Call, path: str) -> None:
    call.error(
        f"Cannot find path '{path}' because it does not exist.",
        _NOT_FOUND,
        f"PathNotFound,Microsoft.PowerShell.Commands.{call.name.replace('-', '')}Command",
    )


def exists(machine: Machine, path: str, kind: str = "any") -> bool:
    """Whether there is such a key, file (leaf) or folder (container)."""
    if is_registry(path):
        return kind != "leaf" and key_at(machine, path) is not None
    pattern = wildcard(normal(path).lower())
    found = [content for lower, (_path, content) in files(machine).items() if pattern.fullmatch(lower)]
    return any(kind == "any" or (kind == "container") == (content is None) for content in found)


def test_path(call: Call) -> Iterable[Any]:
    """True or false for each path."""
    return [
        bool(path) and exists(call.session.machine, path, call.text("pathtype", "any").lower()) for path in _paths(call)
    ]


def get_content(call: Call) -> Iterable[Any]:
    """The lines of files, or with -Raw all as one text."""
    for path in _paths(call):
        content = read(call.session.machine, path)
        if content is None:
            _missing(call, path)
        elif call.has("raw"):
            yield content
        else:
            rows = content.splitlines()
            rows = rows[: int(number(call.value("totalcount")))] if call.has("totalcount") else rows
            yield from rows[-int(number(call.value("tail"))) :] if call.has("tail") else rows


def set_content(call: Call) -> Iterable[Any]:
    """Set-Content, Add-Content, Out-File."""
    values = to_list(call.value("value")) if call.has("value") else [*to_list(call.value("inputobject")), *call.input]
    end = "" if call.has("nonewline") else "\r\n"
    content = "".join(f"{text(value)}{end}" for value in values)
    target = call.text("path") or call.text("literalpath") or call.text("filepath")
    write(call.session.machine, target, content, call.name == "Add-Content" or call.has("append"))
    return []


def new_item(call: Call) -> Iterable[Any]:
    """A file or a folder (with those above it)."""
    machine = call.session.machine
    for path in _paths(call):
        if is_registry(path):
            raise Failure("Requested registry access is not allowed.", "System.Security.SecurityException", "NewItem")
        where = normal(f"{path}\\{call.text('name')}" if call.has("name") else path)
        folder = call.text("itemtype").lower() in ("directory", "container")
        if exists(machine, where) and not call.has("force"):
            call.error(f"The file '{where}' already exists.", "System.IO.IOException", "NewItemIOError")
            continue
        if folder or call.has("force"):
            parts = where.split("\\")
            for depth in range(1, len(parts) + (1 if folder else 0)):
                step = "\\".join(parts[:depth])
                files(machine).setdefault(step.lower(), (step, None))
        if not folder:
            write(machine, where, call.text("value"))
        yield _item(machine, where)


def _item(machine: Machine, path: str) -> Thing:
    where = normal(path)
    content = files(machine)[where.lower()][1]
    table = Table(
        {
            "Mode": "d-----" if content is None else "-a----",
            "Length": None if content is None else len(content),
            "Name": where.rpartition("\\")[2],
            "FullName": where,
            "PSIsContainer": content is None,
        }
    )
    return Thing(
        "System.IO.FileInfo" if content is not None else "System.IO.DirectoryInfo",
        table,
        ("Mode", "Length", "Name"),
        text=where,
    )


def remove_item(call: Call) -> Iterable[Any]:
    """Files, and folders with what is in them."""
    store = files(call.session.machine)
    for path in _paths(call):
        if is_registry(path):
            raise Failure(
                "Requested registry access is not allowed.", "System.Security.SecurityException", "RemoveItem"
            )
        pattern = wildcard(normal(path).lower())
        hits = [lower for lower in store if pattern.fullmatch(lower)]
        if not hits and "*" not in path:
            _missing(call, path)
        for hit in hits:
            for lower in [key for key in store if key == hit or key.startswith(f"{hit}\\")]:
                store.pop(lower, None)
    return []


def get_item(call: Call) -> Iterable[Any]:
    """Get-Item: a key, a file or a folder."""
    for path in _paths(call):
        machine = call.session.machine
        if not exists(machine, path):
            _missing(call, path)
        elif is_registry(path):
            yield Thing(
                "Microsoft.Win32.RegistryKey",
                Table(
                    {
                        "Name": path,
                        "PSChildName": path.rpartition("\\")[2],
                        "Property": list(key_at(machine, path) or {}),
                    }
                ),
                ("Name", "Property"),
                text=path,
            )
        else:
            yield _item(machine, path)


def get_child_item(call: Call) -> Iterable[Any]:
    """What is in a folder or below a key."""
    machine = call.session.machine
    for path in _paths(call) or ["."]:
        if is_registry(path):
            if key_at(machine, path) is None:
                _missing(call, path)
            for name in subkeys(machine, path):
                yield Thing(
                    "Microsoft.Win32.RegistryKey",
                    Table({"Name": name, "PSChildName": name.rpartition("\\")[2]}),
                    ("Name",),
                    text=name,
                )
            continue
        folder = normal(path).lower()
        if not exists(machine, path):
            _missing(call, path)
        wanted = wildcard(call.text("filter", "*"))
        for lower, (where, _content) in sorted(files(machine).items()):
            inside = lower.startswith(f"{folder}\\") and (call.has("recurse") or "\\" not in lower[len(folder) + 1 :])
            if inside and wanted.fullmatch(where.rpartition("\\")[2]):
                yield _item(machine, where)


def get_item_property(call: Call) -> Iterable[Any]:
    """The values of a key; with -Name those values only, and an error for one that is not there."""
    for path in _paths(call):
        key = key_at(call.session.machine, path) if is_registry(path) else None
        if key is None:
            _missing(call, path)
            continue
        table = Table(key)
        names = call.texts("name")
        missing = [name for name in names if table.find(name) is None and "*" not in name]
        for name in missing:
            call.error(
                f"Property {name} does not exist at path {path}.",
                "System.Management.Automation.PSArgumentException",
                f"PropertyNotFound,Microsoft.PowerShell.Commands.{call.name.replace('-', '')}Command",
            )
        chosen = {
            name: value for name, value in table.items() if not names or any(wildcard(n).fullmatch(name) for n in names)
        }
        if call.name == "Get-ItemPropertyValue":
            yield from chosen.values()
        elif chosen or not names:
            shown = tuple(chosen)
            yield Thing(
                "PSCustomObject", Table({**chosen, "PSPath": path, "PSChildName": path.rpartition("\\")[2]}), shown
            )


def join_path(call: Call) -> Iterable[Any]:
    """Join-Path."""
    return [f"{call.text('path').rstrip(chr(92))}\\{call.text('childpath').lstrip(chr(92))}"]


def split_path(call: Call) -> Iterable[Any]:
    """Split-Path: the parent, or with -Leaf the last part."""
    parent, _slash, leaf = call.text("path").rstrip("\\").rpartition("\\")
    return [leaf if call.has("leaf") else parent]


_PATH = ("path",)
CMDLETS: tuple[Cmdlet, ...] = (
    Cmdlet("Test-Path", test_path, _PATH, ("literalpath", "pathtype")),
    Cmdlet(
        "Get-Content",
        get_content,
        _PATH,
        ("literalpath", "totalcount", "tail", "encoding"),
        ("raw",),
        ("gc", "cat", "type"),
    ),
    Cmdlet("Set-Content", set_content, ("path", "value"), ("literalpath", "encoding"), ("force", "nonewline"), ("sc",)),
    Cmdlet("Add-Content", set_content, ("path", "value"), ("literalpath", "encoding"), ("force", "nonewline"), ("ac",)),
    Cmdlet(
        "Out-File", set_content, ("filepath",), ("inputobject", "encoding", "width"), ("append", "force", "nonewline")
    ),
    Cmdlet("New-Item", new_item, _PATH, ("itemtype", "value", "name", "type"), ("force",), ("ni",)),
    Cmdlet("Remove-Item", remove_item, _PATH, ("literalpath",), ("recurse", "force"), ("ri", "rm", "del", "rmdir")),
    Cmdlet("Get-Item", get_item, _PATH, ("literalpath",), ("force",), ("gi",)),
    Cmdlet(
        "Get-ChildItem",
        get_child_item,
        ("path", "filter"),
        ("literalpath",),
        ("recurse", "force", "file", "directory"),
        ("gci", "ls", "dir"),
    ),
    Cmdlet("Get-ItemProperty", get_item_property, ("path", "name"), ("literalpath",), (), ("gp",)),
    Cmdlet("Get-ItemPropertyValue", get_item_property, ("path", "name"), ("literalpath",), (), ("gpv",)),
    Cmdlet("Join-Path", join_path, ("path", "childpath")),
    Cmdlet("Split-Path", split_path, ("path",), (), ("leaf", "parent")),
)
