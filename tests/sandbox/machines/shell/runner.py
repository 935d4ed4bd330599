# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a script with the real sh: its PATH holds only harmless programs and the machine's simulated tools.

A tool is a small script that writes what it was asked to a file, says so through a FIFO, and prints the answer that the
sandbox puts beside it. So a tool knows the machine as it is at that moment, and can change it.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import AgentLost, PowerError
from ..model import ScriptResult
from .paths import globalise, localise
from .place import NOBODY, Place, program
from .tool import Answer
from .toolbox import tools_of

if TYPE_CHECKING:
    from ..machine import Machine

OUTPUT_LIMIT = 1_000_000
LEAST_WALL_SECONDS = 10.0


def run(
    machine: Machine,
    text: str,
    timeout: float,
    environment: dict[str, str],
    working_directory: str,
    cancelled: Callable[[], bool],
) -> ScriptResult:
    """Run a script; blocks. ``timeout`` in simulated seconds. Raises AgentLost when the machine goes away meanwhile."""
    with machine.lock:
        place = machine.records.get("place")
        if not isinstance(place, Place):
            place = machine.records["place"] = Place(machine)
        place.refresh(machine)
    with tempfile.TemporaryDirectory(prefix="script-", dir=place.base) as control:
        return _Run(machine, place, Path(control), timeout, cancelled).run(text, environment, working_directory)


class _Run:
    def __init__(
        self, machine: Machine, place: Place, control: Path, timeout: float, cancelled: Callable[[], bool]
    ) -> None:
        self.machine, self.place, self.control, self.timeout = machine, place, control, timeout
        self.cancelled = cancelled
        self.boot = machine.boot_count
        self.started = machine.clock.seconds()
        self.output: dict[str, bytearray] = {"out": bytearray(), "err": bytearray()}
        self.waiting: list[tuple[float, str, Answer]] = []
        self.power = ""
        self.tools = tools_of(machine)
        self.changes = machine.changes

    def run(self, text: str, environment: dict[str, str], working_directory: str) -> ScriptResult:
        requests = self.control / "requests"
        os.mkfifo(requests)
        script = self.control / "_script.sh"
        script.write_text(localise(text, self.place.root, self.place.programs), encoding="utf-8")
        if os.geteuid() == 0:
            for path in (self.control, requests, script):
                os.chown(path, NOBODY, NOBODY)
        process = self._start(text, script, environment, working_directory)
        channel = os.open(requests, os.O_RDWR | os.O_NONBLOCK)
        try:
            timed_out = self._serve(process, channel)
        finally:
            os.close(channel)
            _kill(process)
        code = -1 if timed_out or self.cancelled() else process.returncode
        code = 128 - code if code < -1 else code
        duration = self.timeout if timed_out else self.machine.clock.seconds() - self.started
        return ScriptResult(code, self._text("out"), self._text("err"), duration, timed_out)

    def _start(
        self, text: str, script: Path, environment: dict[str, str], working_directory: str
    ) -> subprocess.Popen[bytes]:
        root = self.place.root
        directory = root / (working_directory or "/tmp").lstrip("/")
        variables = {
            **environment,
            "PATH": str(self.place.programs),
            "HOME": str(root / "root"),
            "TMPDIR": str(root / "tmp"),
            "LANG": "C.UTF-8",
            "SANDBOX_CONTROL": str(self.control),
        }
        nobody = NOBODY if os.geteuid() == 0 else None
        return subprocess.Popen(
            [*_interpreter(self.machine, text), str(script)],
            cwd=directory if directory.is_dir() else root / "tmp",
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            user=nobody,
            group=nobody,
            extra_groups=None if nobody is None else [],
        )

    def _serve(self, process: subprocess.Popen[bytes], channel: int) -> bool:
        """Answer the tools until the script ends; True when its time is up."""
        selector = selectors.DefaultSelector()
        for stream, name in ((process.stdout, "out"), (process.stderr, "err")):
            if stream:
                os.set_blocking(stream.fileno(), False)
                selector.register(stream, selectors.EVENT_READ, name)
        selector.register(channel, selectors.EVENT_READ, "requests")
        wall_end = time.monotonic() + max(
            self.machine.clock.wall_seconds(self.timeout), min(self.timeout, LEAST_WALL_SECONDS)
        )
        with selector:
            ended = False
            while not ended:
                ended = process.poll() is not None
                for key, _events in selector.select(0.0 if ended else self._patience()):
                    self._read(selector, key.fd, key.data)
                self._answer_due()
                self._check_machine(process)
                if not ended and self.cancelled():
                    _kill(process)
                    return False
                if not ended and (self._sleeps_too_long() or time.monotonic() > wall_end):
                    _kill(process)
                    return True
            self._drain(process)
        return False

    def _sleeps_too_long(self) -> bool:
        """It sleeps, and its time is up before it would wake."""
        end = self.started + self.timeout
        return self.machine.clock.seconds() >= end and any(entry[0] > end for entry in self.waiting)

    def _patience(self) -> float:
        if self.waiting:
            due = min(entry[0] for entry in self.waiting) - self.machine.clock.seconds()
            return min(0.05, max(0.0, self.machine.clock.wall_seconds(due)))
        return 0.05

    def _read(self, selector: selectors.BaseSelector, descriptor: int, name: str) -> None:
        try:
            data = os.read(descriptor, 65536)
        except BlockingIOError:
            return
        if name == "requests":
            for request in data.decode("ascii", "replace").split():
                self._request(request)
        elif not data:
            selector.unregister(descriptor)
        else:
            self._keep(name, data)

    def _keep(self, name: str, data: bytes) -> None:
        kept = self.output[name]
        kept += data[: max(0, OUTPUT_LIMIT - len(kept))]

    def _drain(self, process: subprocess.Popen[bytes]) -> None:
        for stream, name in ((process.stdout, "out"), (process.stderr, "err")):
            try:
                while stream and (data := os.read(stream.fileno(), 65536)):
                    self._keep(name, data)
            except BlockingIOError:
                continue

    def _request(self, number: str) -> None:
        question = self.control / f"r.{number}.q"
        words = question.read_bytes().decode("utf-8", "replace").split("\0")[:-1]
        arguments = [globalise(word, self.place.root, self.place.programs) for word in words[1:]]
        tool = self.tools.get(words[0])
        answer = tool(self.machine, arguments) if tool else Answer(err=f"{words[0]}: command not found\n", code=127)
        self.waiting.append((self.machine.clock.seconds() + answer.seconds, number, answer))

    def _answer_due(self) -> None:
        now = self.machine.clock.seconds()
        if self.waiting and self.machine.clock.wall_seconds(1.0) == 0.0:
            wake = min(min(entry[0] for entry in self.waiting), self.started + self.timeout)
            self.machine.clock.sleep(wake - now)
            now = self.machine.clock.seconds()
        for entry in [entry for entry in self.waiting if entry[0] <= now]:
            self.waiting.remove(entry)
            if self.machine.changes != self.changes:
                self.changes = self.machine.changes
                self.place.refresh(self.machine)
            self._reply(entry[1], entry[2])
            self.power = entry[2].power or self.power

    def _reply(self, number: str, answer: Answer) -> None:
        pipe = self.control / f"r.{number}"
        for suffix, content in (("o", answer.out), ("e", answer.err)):
            if content:
                target = self.control / f"r.{number}.{suffix}"
                target.write_text(content, encoding="utf-8")
                target.chmod(0o644)
        try:
            descriptor = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:
            return
        try:
            os.write(descriptor, f"{answer.code} {int(bool(answer.out))} {int(bool(answer.err))}\n".encode())
        finally:
            os.close(descriptor)
            pipe.unlink(missing_ok=True)

    def _check_machine(self, process: subprocess.Popen[bytes]) -> None:
        if self.power:
            power, self.power = self.power, ""
            try:
                self.machine.reboot() if power == "reboot" else self.machine.stop()
            except PowerError as error:
                raise AgentLost(str(error)) from error
        self.machine.check_agent(self.boot)

    def _text(self, name: str) -> str:
        text = self.output[name].decode("utf-8", "replace")
        text = text.replace(f"{self.control}/", "").replace(str(self.control), "/run/sandbox")
        return globalise(text, self.place.root, self.place.programs)


def _interpreter(machine: Machine, text: str) -> list[str]:
    """The shebang's shell, else sh: bash in POSIX mode where a distribution's sh is bash, and the host's sh on apt."""
    first = text.split("\n", 1)[0]
    bash = shutil.which("bash", path="/usr/bin:/bin:/usr/local/bin")
    if first.startswith("#!") and "bash" in first and bash:
        return [bash]
    if first.startswith("#!") and not first.rstrip().endswith("sh") and " " not in first.strip():
        return [
            "/bin/sh",
            "-c",
            f"echo '{first[2:].strip()}: bad interpreter: No such file or directory' >&2; exit 126",
        ]
    if machine.os.package_manager != "apt" and bash:
        return [bash, "--posix"]
    return [program("sh")]


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the script and whatever it left running."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()
