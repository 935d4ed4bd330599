# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What looks as if a policy had made it and belongs to none that is known: an old prefix, an old environment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from ..policy.model import Policy


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """Resources that are told of: their names fit one of ``names``, and ``known`` does not explain their mark."""

    names: tuple[str, ...]
    known: Mapping[str, str]

    def fits(self, name: str) -> bool:
        """Whether the name is of the form that a policy gives."""
        return any(fnmatchcase(name, pattern) for pattern in self.names)

    def wonders(self, name: str, mark: str | None) -> bool:
        """Whether nobody known has made a resource of this name, whose mark says for which environment it is."""
        if mark is None or not self.fits(name):
            return False
        return mark not in self.known or not name.startswith(self.known[mark])


def known_prefixes(policy: Policy, prefix_of: Callable[[str], str]) -> dict[str, str]:
    """What names begin with that are no news, by the policy's environments."""
    return {one.name: prefix_of(one.name) for one in policy.environments}
