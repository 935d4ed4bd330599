# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where deployment schedules are read from: Automation accounts, or files that were exported while there was one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .._core.errors import InputError
from .._core.nodes import canonical_id
from .._core.pool import results
from .deployment_schedule import get, list_all
from .deployment_schedule_model import from_api, state_from_api
from .membership_args import Place
from .migration_args import Settings
from .session import AzureSession

_FORM = "JSON as the API answers it: one schedule, a list of them, or an object with them as value"


@dataclass(frozen=True, slots=True)
class Source:
    """A schedule as the API answered it, and where it was found."""

    where: str
    resource: Mapping[str, Any] = field(hash=False)

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.resource["name"])

    @property
    def key(self) -> str:
        """By which it is known: its id, or in an export without ids its name."""
        return canonical_id(str(self.resource.get("id") or "")) or self.name.casefold()


def exported(settings: Settings) -> list[Source]:
    """The schedules of the files. Raises InputError for what cannot be read; nothing is asked of Azure."""
    return [one for path in settings.files for one in _of_file(path) if settings.wants(one.name)]


def live(session: AzureSession, settings: Settings) -> list[Source]:
    """The schedules of the accounts, each read alone, since a list does not tell when they run. Raises CloudError."""
    listed = results(lambda place: _names(session, place, settings), settings.places)
    wanted = [(place, name) for place, names in listed for name in names]
    read = results(lambda one: _read(session, *one), wanted)
    return [Source(place.shown, found) for (place, _name), found in read if found is not None]


def each_once(sources: list[Source]) -> list[Source]:
    """Each schedule once: what an account tells counts before what was exported of it."""
    found: dict[str, Source] = {}
    for source in sources:
        found.setdefault(source.key, source)
    return sorted(found.values(), key=lambda one: (one.name.casefold(), one.key))


def _names(session: AzureSession, place: Place, settings: Settings) -> list[str]:
    entries = list_all(session.connect(place.subscription), place.group, place.account)
    return [name for entry in entries if settings.wants(name := str(entry["name"]))]


def _read(session: AzureSession, place: Place, name: str) -> dict[str, Any] | None:
    return get(session.connect(place.subscription), place.group, place.account, name)


def _of_file(path: str) -> Iterator[Source]:
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError("export_files", path, f"a file that can be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise InputError("export_files", path, f"{_FORM} ({error})") from error
    for number, entry in enumerate(_entries(content)):
        yield Source(path, _checked(path, number, entry))


def _entries(content: Any) -> list[Any]:
    """The entries of an answer, of several pages of one, or of a list."""
    if isinstance(content, Mapping):
        return content["value"] if isinstance(content.get("value"), list) else [content]
    if not isinstance(content, list):
        return [content]
    return [entry for part in content for entry in _page(part)]


def _page(part: Any) -> list[Any]:
    pages = isinstance(part, Mapping) and "properties" not in part and isinstance(part.get("value"), list)
    return list(part["value"]) if pages else [part]


def _checked(path: str, number: int, entry: Any) -> Mapping[str, Any]:
    """The entry. Raises InputError for one that is no schedule, or that has something else where a value belongs."""
    shown = f"{path}, entry {number + 1}"
    named = isinstance(entry, Mapping) and isinstance(entry.get("name"), str) and entry["name"].strip()
    if not named or not isinstance(entry.get("properties"), Mapping):
        raise InputError("export_files", shown, f"{_FORM}, each with name and properties")
    if not isinstance(entry["properties"].get("updateConfiguration"), Mapping):
        raise InputError("export_files", shown, f"{_FORM}; {entry['name']} has no updateConfiguration")
    try:
        from_api(entry)
        state_from_api(entry)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError("export_files", shown, f"{_FORM}; {entry['name']} is none ({error})") from error
    return dict(entry)
