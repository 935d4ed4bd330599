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
from .migration_export import as_answered, entries_of
from .session import AzureSession

_FORM = (
    "JSON as the API answers it: one schedule, a list of them, or an object with them as value; or a resource template "
    "with them"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A schedule as the API answered it, and where it was found."""

    where: str
    resource: Mapping[str, Any] = field(hash=False)
    live: bool = False

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.resource["name"])

    @property
    def id(self) -> str:
        """Its id, empty in an export without ids."""
        return canonical_id(str(self.resource.get("id") or ""))

    @property
    def settings(self) -> str:
        """Its name and what it says: two that are the same in it are one schedule, even without an id."""
        return json.dumps({**from_api(self.resource), "name": self.name.casefold()}, sort_keys=True)

    @property
    def rank(self) -> tuple[bool, bool, str]:
        """How much is known of it: what an account tells, then what tells when it runs, then what is newer."""
        properties = self.resource.get("properties") or {}
        return self.live, bool(properties.get("scheduleInfo")), state_from_api(self.resource)["last_modified_time"]


def exported(settings: Settings) -> list[Source]:
    """The schedules of the files. Raises InputError for what cannot be read; nothing is asked of Azure."""
    return [one for path in settings.files for one in _of_file(path) if settings.wants(one.name)]


def live(session: AzureSession, settings: Settings) -> list[Source]:
    """The schedules of the accounts, each read alone, since a list does not tell when they run. Raises CloudError."""
    listed = results(lambda place: _names(session, place, settings), settings.places)
    wanted = [(place, name) for place, names in listed for name in names]
    read = results(lambda one: _read(session, *one), wanted)
    return [Source(place.shown, found, live=True) for (place, _name), found in read if found is not None]


def each_once(sources: list[Source]) -> list[Source]:
    """Each schedule once, as most is known of it. Without ids two of one name are two when they say something else."""
    found: dict[str, Source] = {}
    for source in sources:
        if source.id and (source.id not in found or source.rank > found[source.id].rank):
            found[source.id] = source
    told = {source.settings for source in found.values()}
    unnamed = {source.settings: source for source in sources if not source.id and source.settings not in told}
    return sorted([*found.values(), *unnamed.values()], key=lambda one: (one.name.casefold(), one.id, one.where))


def _names(session: AzureSession, place: Place, settings: Settings) -> list[str]:
    entries = list_all(session.connect(place.subscription), place.group, place.account)
    return [name for entry in entries if settings.wants(name := str(entry["name"]))]


def _read(session: AzureSession, place: Place, name: str) -> dict[str, Any] | None:
    return get(session.connect(place.subscription), place.group, place.account, name)


def _of_file(path: str) -> Iterator[Source]:
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8-sig"))
        entries = entries_of(content)
    except OSError as error:
        raise InputError("export_files", path, f"a file that can be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise InputError("export_files", path, f"{_FORM} ({error})") from error
    for number, entry in enumerate(entries):
        try:
            yield Source(path, as_answered(entry))
        except ValueError as error:
            raise InputError("export_files", f"{path}, entry {number + 1}", f"{_FORM}; {error}") from error
