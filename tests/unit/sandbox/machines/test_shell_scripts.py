# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts for sh on simulated Linux machines."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.hybridops.patching.plugins.module_utils._core.probe import parse_probe, probe_script

from tests.sandbox.machines import AgentLost, Machine, ScriptResult
from tests.sandbox.machines.shell.paths import localise
from tests.unit.sandbox.machines.machine_kit import one_machine

KERNEL = {"package": "kernel", "version": "2-1", "reboot": True}
APP = {"name": "app", "display_name": "The Application", "ports": [8080]}


def run(machine: Machine, text: str, timeout: float = 3600.0) -> ScriptResult:
    return machine.run_script(text, "sh", timeout=timeout)


def out(machine: Machine, text: str) -> str:
    result = run(machine, text)
    assert result.stderr == ""
    return result.stdout


@pytest.mark.parametrize("os", ["redhat", "ubuntu", "amazon_linux_2023", "centos", "suse", "oracle_linux", "debian"])
def test_the_products_own_probe_understands_every_linux(os: str) -> None:
    seen = parse_probe(run(one_machine(os, services=[APP]), probe_script("linux")).stdout)
    assert seen is not None
    assert seen.services is not None
    assert "app" in seen.services
    assert seen.ports == (22, 8080)
    assert seen.disks == {"/": 12288}


def test_running_units_in_the_form_that_scripts_read() -> None:
    machine = one_machine(services=[APP, {"name": "down", "state": "stopped"}])
    shown = out(machine, "systemctl list-units --type=service --state=running --no-legend --plain --no-pager")
    rows = [line.split(None, 4) for line in shown.splitlines()]
    assert ["app.service", "loaded", "active", "running", "The Application"] in rows
    assert all(row[0] != "down.service" for row in rows)
    everything = out(machine, "systemctl list-units --all --type service")
    assert everything.splitlines()[0].split() == ["UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"]
    assert "down.service" in everything


@pytest.mark.parametrize(
    ("state", "text", "code"), [("running", "active", 0), ("stopped", "inactive", 3), ("failed", "failed", 3)]
)
def test_is_active(state: str, text: str, code: int) -> None:
    result = run(one_machine(services=[{**APP, "state": state}]), "systemctl is-active app")
    assert (result.stdout, result.exit_code) == (f"{text}\n", code)


def test_an_unknown_unit() -> None:
    machine = one_machine()
    assert run(machine, "systemctl is-active nosuch").exit_code == 4
    result = run(machine, "systemctl start nosuch")
    assert result.exit_code == 5
    assert result.stderr == "Failed to start nosuch.service: Unit nosuch.service not found.\n"


def test_systemctl_really_changes_the_services() -> None:
    machine = one_machine(services=[APP])
    assert out(machine, "systemctl stop app.service; ss -Hltn").count("8080") == 0
    assert not machine.service("app").running
    assert "8080" in out(machine, "systemctl start app && ss -Hltn")
    run(machine, "systemctl disable --now app")
    assert (machine.service("app").enabled, machine.service("app").running) == (False, False)
    assert run(machine, "systemctl is-enabled app").stdout == "disabled\n"


def test_a_broken_service_does_not_start() -> None:
    machine = one_machine(services=[{**APP, "state": "failed", "broken": True}])
    result = run(machine, "systemctl restart app")
    assert result.exit_code == 1
    assert "Job for app.service failed" in result.stderr
    assert run(machine, "systemctl --failed --no-legend --plain").stdout.split()[0] == "app.service"


def test_sockets_and_disks_have_the_tools_columns() -> None:
    machine = one_machine(
        services=[APP],
        volumes=[
            {"device": "/dev/xvda", "size_gib": 10, "used_mib": 2560, "root": True, "mount": "/"},
            {"device": "/dev/xvdb", "size_gib": 20, "used_mib": 1024, "mount": "/data"},
        ],
    )
    assert out(machine, "ss -Hltn | awk '{print $1, $4}' | sort") == "LISTEN 0.0.0.0:22\nLISTEN 0.0.0.0:8080\n"
    assert out(machine, "df -Pk / /data/x | awk 'NR > 1 {print $2, $3, $4, $5, $6}'") == (
        "10485760 2621440 7864320 25% /\n20971520 1048576 19922944 5% /data\n"
    )
    assert out(machine, "df --output=avail -m /data | tail -1").strip() == "19456"


def test_a_pending_reboot_shows_as_each_distribution_shows_it() -> None:
    checks = {
        "redhat": ("needs-restarting -r >/dev/null", 1, 0),
        "centos": ("needs-restarting -r >/dev/null", 1, 0),
        "suse": (
            "zypper needs-rebooting >/dev/null; c=$?; test -e /run/reboot-needed || c=$((c + 1)); exit $c",
            102,
            1,
        ),
        "ubuntu": ("[ -f /var/run/reboot-required ]", 0, 1),
        "debian": ("ls /run/reboot-required >/dev/null 2>&1", 0, 2),
    }
    for os, (script, pending, clean) in checks.items():
        machine = one_machine(os, [KERNEL])
        assert run(machine, script).exit_code == clean, os
        machine.install_patches(machine.applicable_patches())
        assert run(machine, script).exit_code == pending, os
        machine.reboot()
        machine.wait_for_agent(300)
        assert run(machine, script).exit_code == clean, os


def test_tools_of_another_distribution_are_not_there() -> None:
    result = run(one_machine("ubuntu"), "needs-restarting -r")
    assert result.exit_code == 127
    assert "needs-restarting" in result.stderr
    assert "not found" in result.stderr
    assert run(one_machine("redhat"), "command -v apt-get").exit_code == 1


def test_packages_can_be_asked_for_and_installed_by_hand() -> None:
    machine = one_machine(patches=[KERNEL, {"package": "bash", "version": "5-2", "from_version": "5-1"}])
    assert run(machine, "dnf -q check-update").exit_code == 100
    assert out(machine, "rpm -q bash") == "bash-5-1.x86_64\n"
    assert "bash" in out(machine, "dnf -y update bash")
    assert out(machine, "rpm -q bash") == "bash-5-2.x86_64\n"
    assert run(machine, "rpm -q nosuch").exit_code == 1
    out(machine, "dnf -y upgrade")
    assert run(machine, "dnf check-update").exit_code == 0


def test_the_system_says_what_it_is() -> None:
    machine = one_machine("suse", hostname="db01")
    assert out(machine, '. /etc/os-release; echo "$NAME $VERSION_ID $ID"') == "SLES 15.5 sles\n"
    assert out(machine, "hostname; uname -n; id -u; whoami") == "db01\ndb01\n0\nroot\n"
    assert out(machine, "cat /proc/sys/kernel/random/boot_id").strip() == machine.boot_id


def test_self_update_settings_are_on_the_disk() -> None:
    for wanted, word in ((True, "yes"), (False, "no")):
        machine = one_machine("amazon_linux_2023", self_updating=wanted)
        assert f"apply_updates = {word}" in out(machine, "cat /etc/dnf/automatic.conf")
        assert run(machine, "systemctl is-enabled dnf-automatic.timer").exit_code == (0 if wanted else 1)
    ubuntu = one_machine("ubuntu", self_updating=True)
    assert 'Unattended-Upgrade "1"' in out(ubuntu, "cat /etc/apt/apt.conf.d/20auto-upgrades")
    mirror = one_machine("redhat", patch_source="mirror:https://mirror.internal/el9")
    assert "https://mirror.internal/el9" in out(mirror, "cat /etc/yum.repos.d/*.repo")


def test_exit_codes_come_back_and_194_is_the_callers_matter() -> None:
    machine = one_machine()
    assert run(machine, "echo rebooting; exit 194").exit_code == 194
    assert machine.power == "running"
    assert run(machine, "exit 3").exit_code == 3
    assert run(machine, "kill -9 $$").exit_code == 137


def test_a_script_can_notice_that_it_runs_again_after_a_reboot() -> None:
    machine = one_machine()
    script = 'mark="$TMPDIR/mark"; if [ -f "$mark" ]; then cat "$mark"; exit 0; fi; echo first > "$mark"; exit 194'
    assert run(machine, script).exit_code == 194
    machine.reboot()
    machine.wait_for_agent(300)
    assert run(machine, script).stdout == "first\n"


def test_what_a_script_writes_stays_on_that_machine_only() -> None:
    one, other = one_machine(), one_machine()
    run(one, "echo hello > /var/tmp/note; mkdir -p /opt/x; touch /opt/x/y")
    assert out(one, "cat /var/tmp/note; ls /opt/x") == "hello\ny\n"
    assert run(other, "cat /var/tmp/note").exit_code == 1


def test_no_path_of_the_real_machine_shows() -> None:
    machine = one_machine()
    result = run(machine, "pwd; echo $HOME; env; ls /etc/nosuch; mktemp; nosuch-tool")
    assert str(machine.directory) not in result.stdout + result.stderr
    assert result.stdout.startswith("/tmp\n/root\n")
    assert "cannot access '/etc/nosuch'" in result.stderr


def test_only_harmless_programs_are_on_the_path() -> None:
    machine = one_machine()
    for program in ("python3", "perl", "ssh", "mount", "apt-get"):
        assert run(machine, f"command -v {program}").exit_code != 0, program


def test_bash_is_there_for_scripts_that_ask_for_it() -> None:
    machine = one_machine("ubuntu")
    assert out(machine, '#!/bin/bash\na=(1 2 3); [[ ${#a[@]} == 3 ]] && echo "${a[2]}"') == "3\n"
    assert run(machine, "#!/usr/bin/python3\nprint(1)").exit_code == 126


def test_sleep_passes_simulated_time() -> None:
    machine = one_machine()
    before = machine.clock.seconds()
    result = run(machine, "sleep 5m; echo done")
    assert result.stdout == "done\n"
    assert machine.clock.seconds() - before == pytest.approx(300)
    assert result.duration == pytest.approx(300)


def test_a_script_whose_time_is_up_is_ended() -> None:
    machine = one_machine()
    result = run(machine, "echo begun; sleep 1000; echo never", timeout=60)
    assert result.timed_out
    assert (result.exit_code, result.stdout, result.duration) == (-1, "begun\n", 60)


def test_a_script_that_reboots_the_machine_is_lost() -> None:
    machine = one_machine()
    with pytest.raises(AgentLost):
        run(machine, "shutdown -r now; sleep 100; echo never")
    assert machine.power == "rebooting"
    assert machine.wait_for_agent(300)
    with pytest.raises(AgentLost):
        run(machine, "systemctl poweroff")
    assert machine.power == "stopping"


def test_a_machine_that_is_down_runs_nothing() -> None:
    machine = one_machine(power="stopped")
    with pytest.raises(AgentLost):
        run(machine, "true")


def test_a_shell_that_the_system_does_not_have() -> None:
    machine = one_machine()
    assert machine.run_script("Get-Service", "powershell").exit_code == 127
    with pytest.raises(ValueError, match="'csh' is no shell; allowed: sh, powershell"):
        machine.run_script("true", "csh")


def test_what_listens_answers_and_nothing_else() -> None:
    machine = one_machine(services=[APP])
    assert out(machine, "curl -fsS http://localhost:8080/health") == "ok\n"
    assert out(machine, "curl -s -o /dev/null -w '%{http_code}' http://localhost:8080/") == "200"
    assert run(machine, "curl -fsS http://localhost:81/").exit_code == 7
    assert run(machine, "curl -fsS https://example.com/").exit_code == 6
    assert run(machine, "nc -z localhost 8080").exit_code == 0


def test_environment_and_working_directory() -> None:
    machine = one_machine()
    run(machine, "mkdir -p /srv/job")
    result = machine.run_script('echo "$RUN_ID"; pwd', "sh", environment={"RUN_ID": "r1"}, working_directory="/srv/job")
    assert result.stdout == "r1\n/srv/job\n"


def test_many_scripts_at_once_on_one_machine_keep_apart() -> None:
    machine = one_machine(services=[APP])
    with ThreadPoolExecutor(8) as pool:
        results = list(
            pool.map(lambda n: run(machine, f"systemctl is-active app; echo {n}; uname -n").stdout, range(16))
        )
    assert results == [f"active\n{n}\none\n" for n in range(16)]


def test_long_output_and_arguments_with_blanks_come_through() -> None:
    machine = one_machine(services=[{"name": "odd name", "ports": [7000]}])
    assert out(machine, 'systemctl is-active "odd name"') == "active\n"
    assert len(out(machine, "i=0; while [ $i -lt 3000 ]; do echo 0123456789; i=$((i+1)); done")) == 33000


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("cat /etc/passwd", "cat ROOT/etc/passwd"),
        ("ls /etc", "ls ROOT/etc"),
        ("ls /var/", "ls ROOT/var/"),
        ("echo x >/tmp/a;cat </tmp/a", "echo x >ROOT/tmp/a;cat <ROOT/tmp/a"),
        ("P=/opt/a:/opt/b", "P=ROOT/opt/a:ROOT/opt/b"),
        ("/usr/bin/systemctl status", "BIN/systemctl status"),
        ("$(/bin/hostname)", "$(BIN/hostname)"),
        ("awk '/run/ {print}'", "awk '/run/ {print}'"),
        ("curl http://h/etc/x", "curl http://h/etc/x"),
        ("echo a/etc/b /dev/null /etcetera", "echo a/etc/b /dev/null /etcetera"),
        ("#!/bin/sh\nls /etc", "\nls ROOT/etc"),
    ],
)
def test_absolute_paths_are_led_into_the_machines_tree(script: str, expected: str) -> None:
    found = localise(script, Path("/R"), Path("/B"))
    assert found.replace("/R/", "ROOT/").replace("/B/", "BIN/") == expected
