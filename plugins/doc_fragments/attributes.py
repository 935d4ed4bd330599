# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes that the modules document."""

from __future__ import annotations


class ModuleDocFragment:
    """What ``attributes`` mean; each module says how far it supports them."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and predicts what would be changed, without changing it.
  diff_mode:
    description: Returns what differs, in diff mode also shown.
  idempotent:
    description: When run twice in a row outside check mode, with the same arguments, the second run changes nothing.
"""

    AWS = r"""
options: {}
attributes:
  action_group:
    description: Options that modules have in common can be set once with C(module_defaults) for this group.
    support: full
    membership:
      - hybridops.patching.aws
      - hybridops.patching.all
"""

    AZURE = r"""
options: {}
attributes:
  action_group:
    description: Options that modules have in common can be set once with C(module_defaults) for this group.
    support: full
    membership:
      - hybridops.patching.azure
      - hybridops.patching.all
"""

    INFO = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - Changes no node and nothing in a cloud, in check mode or not.
  diff_mode:
    support: N/A
    details:
      - Changes nothing, so there is no difference to show.
  idempotent:
    support: full
    details:
      - Changes nothing.
"""

    CONTROLLER = r"""
options: {}
attributes:
  action:
    description: Has an action plugin of the same name; all of it happens on the controller.
  connection:
    description: Uses the task's connection to do its work.
"""
