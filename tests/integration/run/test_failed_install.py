# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of a node whose install failed says which patch it was, and what was installed all the same."""

from __future__ import annotations

from tests.integration.estate import Estate, nodes, verdicts

DB1, DB2 = "i-0db00000000000001", "i-0db00000000000002"


def test_what_a_failed_install_did(estate: Estate) -> None:
    estate.sandbox.patch_machine(DB1, faults={"agent_lost": "install"})
    estate.sandbox.patch_machine(DB2, faults={"install_fails": ["kernel.x86_64"]})
    played = estate.play("patch.yml", patch_environment="test", patch_install_timeout=20)
    assert played.returncode == 2, played.output
    run = estate.run()
    assert verdicts(run) == {"db1": "failed", "db2": "failed", "db3": "passed", "app1": "held"}

    patches = nodes(run)["db2"]["patches"]
    assert patches["after"]["operation"] == "Install"
    assert patches["after"]["counts"]["failed"] == 1
    assert {one["id"]: one["state"] for one in patches["after"]["patches"]}["kernel.x86_64"] == "failed"
    assert [one.split(":")[0] for one in patches["installed"]] == ["openssl.x86_64"]
    assert nodes(run)["db1"]["patches"]["after"] == {}, "what it reported before the install says nothing of it"
