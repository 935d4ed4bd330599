# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The IAM policies of docs/permissions: made from what the playbooks ask of the sandbox."""
