# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting a policy from a file, a text or variables, or everything that is wrong with it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from .checks import check
from .located import Located, YamlProblem, from_data, from_yaml
from .model import Policy
from .problems import PolicyError, Problem, Problems
from .read import find_root, read_policy

MAX_BYTES = 4 * 1024 * 1024
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def load_policy(path: str | os.PathLike[str]) -> Policy:
    """The policy in a YAML file. Raises :class:`PolicyError` with everything that is wrong with it."""
    source = os.fspath(path)
    try:
        raw = Path(source).read_bytes()
        if len(raw) > MAX_BYTES:
            raise PolicyError(source, [Problem(0, "", f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB")])
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise PolicyError(source, [Problem(0, "", f"cannot be read: {error.strerror or error}")]) from error
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PolicyError(source, [Problem(line, "", "is not UTF-8 text")]) from error
    return parse_policy(text, source, hashlib.sha256(raw).hexdigest())


def parse_policy(text: str, source: str = "", sha256: str = "") -> Policy:
    """The policy in a YAML text; ``sha256`` is the digest of its bytes, computed when it is not given."""
    try:
        document = from_yaml(text)
    except YamlProblem as error:
        raise PolicyError(source, [Problem(error.line, "", str(error))]) from error
    return _policy_of(document, source, sha256 or hashlib.sha256(text.encode()).hexdigest())


def policy_from_data(data: Mapping[str, Any], source: str = "") -> Policy:
    """The policy in variables that were read already. Times and group numbers have to be texts there."""
    canonical = json.dumps(data, sort_keys=True, default=str)
    return _policy_of(from_data(data), source, hashlib.sha256(canonical.encode()).hexdigest())


def _policy_of(document: Located, source: str, sha256: str) -> Policy:
    problems = Problems()
    root, path = find_root(document, problems)
    policy = read_policy(root, path, problems)
    for key, message in check(policy):
        whole = f"{path}.{key}" if path else key
        problems.add(_line_of(root, key), whole, message)
    if problems.found:
        raise PolicyError(source, _without_echoes(problems.found))
    return replace(policy, source=source, sha256=sha256)


def _line_of(root: Located, path: str) -> int:
    """Line of the value at a path, or of the nearest value above it."""
    value = root
    for key, index in _STEP.findall(path):
        inner = value.entries.get(key) if key else dict(enumerate(value.items)).get(int(index))
        if inner is None:
            break
        value = inner
    return value.line


def _without_echoes(found: list[Problem]) -> list[Problem]:
    """A key that could not be read has its default since; what the checks say of that default is no news."""
    first: dict[tuple[int, str], Problem] = {}
    for problem in found:
        first.setdefault((problem.line, problem.path), problem)
    return list(first.values())
