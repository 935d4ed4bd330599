# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet file: what it may say, what it means, and how it says what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sandbox.fleet import FleetError, build_fleet, large_fleet, load_fleet
from tests.sandbox.machines import ManualClock, OperatingSystem, operating_system
from tests.unit.sandbox.machines.machine_kit import NODE_ID, fleet_data, one_machine

FLEETS = Path(__file__).parents[3] / "sandbox/fleets"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 2}, "version: 2 is not allowed; allowed: 1"),
        ({"machine": []}, "machine: unknown key; did you mean machines\\? allowed: version, "),
        ({"accounts": []}, "accounts: exactly one needs home: true"),
        (
            {"accounts": [{"id": 111111111111, "home": True}]},
            r"accounts\[0\]\.id: 111111111111 is not allowed; twelve digits",
        ),
        ({"accounts": "x"}, "accounts: 'x' is not allowed; a list is allowed"),
        ({"durations": {"boot": -1}}, r"durations\.boot: -1 is not allowed; a number of at least 0"),
        ({"durations": {"nap": 1}}, r"durations\.nap: unknown key"),
        ({"profiles": {"p": {"os": "beos"}}}, r"profiles\.p\.os: 'beos' is not allowed; allowed: windows, "),
        ({"credentials": {"access_key": "A"}}, r"credentials\.secret_key: is missing"),
        ({"patches": [{"os": "redhat"}]}, r"patches\[0\]\.released: is missing"),
        (
            {"patches": [{"os": "redhat", "released": "soon", "package": "a", "version": "1"}]},
            r"patches\[0\]\.released: 'soon'",
        ),
        (
            {"patches": [{"os": "redhat", "released": "-1d", "id": "KB1"}]},
            r"patches\[0\]: a Linux patch has package and version",
        ),
        ({"patches": [{"os": "windows", "released": "-1d", "package": "a"}]}, r"patches\[0\]: a Windows patch has id"),
        (
            {"patches": [{"os": ["windows", "redhat"], "released": "-1d", "id": "KB1"}]},
            r"patches\[0\]\.os: windows stands alone",
        ),
        (
            {"patches": [{"os": "windows", "released": "-1d", "id": "KB2", "supersedes": ["KB1"]}]},
            r"supersedes: 'KB1' is no patch",
        ),
        (
            {"patches": [{"os": "windows", "released": "-1d", "id": "KB1"}] * 2},
            r"patches\[1\]: KB1 is there twice for windows",
        ),
    ],
)
def test_errors_name_the_key_and_what_is_allowed(change: dict[str, Any], message: str) -> None:
    with pytest.raises(FleetError, match=f"(?m)^<fleet>: .*{message}"):
        build_fleet({**fleet_data(), **change}, ManualClock())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"os": "beos"}, r"machines\[0\]\.os: 'beos' is not allowed"),
        ({"os": None}, "os"),
        ({"os": "windows", "os_version": "95"}, r"os_version: '95' is no known release of Windows Server; allowed: "),
        ({"profile": "none"}, r"profile: 'none' is no profile of this file; it has none"),
        ({"account": "222222222222"}, "machine one: account 222222222222 is not among the accounts"),
        ({"node_id": "i 1"}, r"node_id: 'i 1' is not allowed; a text without blanks"),
        ({"installed": ["KB1"]}, r"installed: 'KB1' is no patch of this file"),
        ({"faults": {"explodes": True}}, r"faults\.explodes: unknown; allowed: "),
        ({"services": [{"ports": [1]}]}, r"services\[0\]\.name: is missing"),
        (
            {"services": [{"name": "a", "ports": [70000]}]},
            r"services\[0\]\.ports: \[70000\] is not allowed; .*port from 1",
        ),
        ({"volumes": [{"device": "a", "size_gib": 1}]}, "volumes: exactly one needs root: true"),
        (
            {"volumes": [{"device": "a", "size_gib": 1, "root": True, "used_mib": 2000}]},
            "2000 is more than the volume's size",
        ),
        ({"power": "off"}, "power: 'off' is not allowed; allowed: running, stopped"),
        ({"tagz": {}}, "tagz: unknown key; did you mean tags"),
    ],
)
def test_errors_of_a_machine_name_it(change: dict[str, Any], message: str) -> None:
    data = fleet_data()
    data["machines"][0].update(change)
    with pytest.raises(FleetError, match=message):
        build_fleet(data, ManualClock())


def test_all_errors_are_told_at_once_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text("version: 3\nmachines: [{node_id: i-1}]\naccounts: []\n", encoding="utf-8")
    with pytest.raises(FleetError) as error:
        load_fleet(path)
    told = str(error.value).splitlines()
    assert len(told) >= 5
    assert all(line.startswith(f"{path}: ") for line in told)


def test_a_file_that_is_not_there_or_no_yaml(tmp_path: Path) -> None:
    with pytest.raises(FleetError, match="cannot be read"):
        load_fleet(tmp_path / "none.yml")
    (tmp_path / "odd.yml").write_text("a: [", encoding="utf-8")
    with pytest.raises(FleetError, match="is no YAML"):
        load_fleet(tmp_path / "odd.yml")


def test_a_node_id_is_there_only_once() -> None:
    data = fleet_data()
    data["machines"] *= 2
    with pytest.raises(FleetError, match=f"{NODE_ID} is there twice"):
        build_fleet(data)


def test_a_machine_stands_upon_its_profile() -> None:
    data = fleet_data()
    data["profiles"] = {
        "p": {"os": "ubuntu", "tags": {"a": "1", "b": "1"}, "services": ["x"], "durations": {"boot": 9}}
    }
    machine = data["machines"][0]
    machine.update(profile="p", tags={"b": "2"}, services=["y"])
    del machine["os"]
    built = build_fleet(data, ManualClock()).machine(NODE_ID)
    assert built.tags == {"a": "1", "b": "2"}
    assert "y" in built.services
    assert "x" not in built.services
    assert (built.os.key, built.durations.boot) == ("ubuntu", 9)


def test_what_is_installed_at_the_start() -> None:
    patches: list[dict[str, Any]] = [
        {"package": "a", "version": "1", "preinstalled": True},
        {"package": "b", "version": "1"},
    ]
    assert list(one_machine(patches=patches).installed_patches()) == ["a.x86_64:0:1"]
    assert len(one_machine(patches=patches, installed="all").installed_patches()) == 2
    assert len(one_machine(patches=patches, installed=["b.x86_64"]).installed_patches()) == 2


@pytest.mark.parametrize(
    ("os", "id_", "key"),
    [
        ("redhat", "a.x86_64", "a.x86_64:0:1-1"),
        ("ubuntu", "a.amd64", "a.amd64:1-1"),
        ("suse", "a.x86_64", "a.x86_64:0:1-1"),
    ],
)
def test_linux_patches_are_named_as_the_agent_names_them(os: str, id_: str, key: str) -> None:
    patch = one_machine(os, [{"package": "a", "version": "1-1"}]).store.index.patches[0]
    assert (patch.id, patch.key, patch.title) == (id_, key, key)


@pytest.mark.parametrize(
    ("key", "version", "name", "shown", "product"),
    [
        ("windows", "2019", "Microsoft Windows Server 2019 Datacenter", "10.0.17763", "WindowsServer2019"),
        ("windows", "2012 R2", "Microsoft Windows Server 2012 R2 Datacenter", "6.3.9600", "WindowsServer2012R2"),
        ("redhat", "", "Red Hat Enterprise Linux", "9.4", "RedhatEnterpriseLinux9.4"),
        ("redhat", "7.9", "Red Hat Enterprise Linux Server", "7.9", "RedhatEnterpriseLinux7.9"),
        ("amazon_linux_2", "", "Amazon Linux", "2", "AmazonLinux2"),
        ("amazon_linux_2023", "", "Amazon Linux", "2023", "AmazonLinux2023"),
        ("centos", "", "CentOS Linux", "7.9.2009", "CentOS7.9"),
        ("suse", "", "SLES", "15.5", "Suse15.5"),
        ("ubuntu", "20.04", "Ubuntu", "20.04", "Ubuntu20.04"),
    ],
)
def test_platform_names(key: str, version: str, name: str, shown: str, product: str) -> None:
    system: OperatingSystem = operating_system(key, version)
    assert (system.platform_name, system.platform_version, system.product) == (name, shown, product)


def test_accounts_roles_and_regions() -> None:
    data = fleet_data()
    data["accounts"].append(
        {"id": "222222222222", "roles": [{"arn": "arn:r", "external_id": "x"}], "regions": ["us-east-1"]}
    )
    fleet = build_fleet(data, ManualClock())
    found = fleet.role("arn:r")
    assert found is not None
    assert (found[0].account_id, found[1].external_id, found[0].access_key) == ("222222222222", "x", "")
    assert fleet.role("arn:other") is None
    assert fleet.home.access_key
    assert fleet.accounts["222222222222"].regions == ("us-east-1",)
    assert [m.name for m in fleet.select("111111111111", "eu-central-1")] == ["one"]
    assert list(fleet.select("111111111111", "eu-west-1")) == []
    with pytest.raises(KeyError):
        fleet.by_name("two")


def test_a_reset_brings_everything_back() -> None:
    fleet = build_fleet(fleet_data(services=["app"], patches=[{"package": "a", "version": "1"}]), ManualClock())
    machine = fleet.machine(NODE_ID)
    machine.install_patches(machine.applicable_patches())
    machine.alter({"power": "stopped", "tags": {"x": "1"}, "volumes": {machine.volumes[0].volume_id: {"used_mib": 1}}})
    fleet.reset()
    again = fleet.machine(NODE_ID)
    assert again is not machine
    assert (again.power, again.tags, again.installed_patches()) == ("running", {}, {})
    assert again.volumes[0].used_mib > 1
    assert again.volumes[0].volume_id == machine.volumes[0].volume_id


def test_the_directories_go_when_the_fleet_is_closed() -> None:
    fleet = build_fleet(fleet_data(), ManualClock())
    machine = fleet.machine(NODE_ID)
    machine.run_script("touch /tmp/x", "sh")
    assert machine.directory.is_dir()
    fleet.close()
    assert not machine.directory.exists()


def test_the_demo_fleet_is_what_the_demo_tells() -> None:
    fleet = load_fleet(FLEETS / "demo.yml", ManualClock())
    machines = list(fleet.machines.values())
    assert {a.account_id for a in fleet.accounts.values()} == {"111111111111", "222222222222", "999999999999"}
    for environment, account in (("test", "111111111111"), ("prod", "222222222222")):
        ec2 = [m for m in machines if m.account == account and m.name.startswith(environment) and not m.hybrid]
        assert {m.os.key for m in ec2} == {"windows", "redhat", "ubuntu", "amazon_linux_2023", "centos", "suse"}
        assert {m.region for m in ec2} == {"eu-central-1", "eu-west-1"}
        for machine in ec2:
            batch = "batch_2" if machine.os.is_windows else "batch_1"
            assert machine.tags["Patch Group"] == f"patch_{environment}_0600_{batch}"
    assert [m.name for m in machines if m.hybrid and m.account in fleet.accounts] == ["prod-oracle-01"]
    assert [m.name for m in machines if m.power == "stopped"] == ["prod-suse-01", "prod-az-ubuntu-01"]
    for environment in ("test", "prod", "lab"):
        azure = [m for m in machines if m.node_id.startswith("/") and f"/resourceGroups/{environment}/" in m.node_id]
        assert len({m.account for m in azure}) == 1
        assert sorted((m.hybrid, m.os.family, m.tags["patch"]) for m in azure) == [
            (False, "linux", f"patch_{environment}_0600_batch_1"),
            (False, "windows", f"patch_{environment}_0600_batch_2"),
            (True, "linux", f"patch_{environment}_0600_batch_1"),
            (True, "windows", f"patch_{environment}_0600_batch_2"),
        ]
    assert all(m.healthy or m.power == "stopped" for m in machines)
    lab = fleet.by_name("lab-rhel-01")
    lab.install_patches(lab.applicable_patches())
    assert lab.service("httpd").state == "failed"


def test_the_small_fleet_has_one_of_each_in_each_environment() -> None:
    fleet = load_fleet(FLEETS / "small.yml", ManualClock())
    assert sorted((m.tags["Patch Group"].split("_")[1], m.os.family) for m in fleet.machines.values()) == [
        ("prod", "linux"),
        ("prod", "windows"),
        ("test", "linux"),
        ("test", "windows"),
    ]


def test_the_example_in_the_documentation_is_a_fleet() -> None:
    text = (FLEETS / "README.md").read_text(encoding="utf-8")
    example = text.split("```yaml\n")[1].split("```")[0]
    fleet = build_fleet(yaml.safe_load(example), ManualClock())
    assert fleet.by_name("db01").power == "stopped"
    assert "postgresql" in fleet.by_name("db01").services


def test_large_fleets_spread_evenly() -> None:
    fleet = build_fleet(large_fleet(240, accounts=4), ManualClock())
    assert len(fleet.machines) == 240
    for account in [a for a in fleet.accounts.values() if not a.home]:
        for region in ("eu-central-1", "eu-west-1"):
            here = list(fleet.select(account.account_id, region))
            assert len(here) == 30
            assert len({m.os.key for m in here}) == 6
    with pytest.raises(ValueError, match="at least one node"):
        large_fleet(0)
