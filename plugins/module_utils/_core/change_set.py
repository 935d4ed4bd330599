# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be done to get from what is there to what is wanted: the answer of a module's plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Step:
    """One request to send: ``action`` names it, ``params`` is what it needs, ``subject`` is what it is sent about."""

    action: str
    params: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""

    def __str__(self) -> str:
        return f"{self.action} {self.subject}".strip()


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Ordered steps, with the resource as it is and as it will be. No step means that nothing changes.

    ``before`` is empty when the resource does not exist, ``after`` when it will not. Both are already in the form that
    the module returns, so that check mode predicts the same resource and the same diff as the real run.
    """

    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()
    resource: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything has to be sent."""
        return bool(self.steps)

    @property
    def done(self) -> str:
        """What becomes of a resource, in a word: ``new``, ``changed``, ``removed`` or ``unchanged``."""
        if not self.changed:
            return "unchanged"
        return "new" if not self.before else "changed" if self.after else "removed"

    def told(self, what: str, *, check: bool) -> str:
        """What was done to ``what``, or with ``check`` would be: ``new windows``, ``would be new: windows``."""
        return f"would be {self.done}: {what}" if check and self.changed else f"{self.done} {what}"

    def diff(self) -> dict[str, Any]:
        """The difference in the form that Ansible shows with ``--diff``."""
        shown: dict[str, Any] = {
            "before": dict(self.before),
            "after": dict(self.after if self.changed else self.before),
        }
        if self.resource:
            shown |= {"before_header": self.resource, "after_header": self.resource}
        return shown


def diffs(change_sets: Iterable[ChangeSet]) -> list[dict[str, Any]]:
    """The differences of several resources, only of those that change; Ansible shows such a list one after another."""
    return [change_set.diff() for change_set in change_sets if change_set.changed]
