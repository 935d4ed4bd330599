# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a whole script."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..model import ScriptResult
from .errors import Exit, Failure, Jump, ParseError, TimeUp
from .evaluator import Evaluator
from .formatting import render
from .parser import parse
from .session import Session

if TYPE_CHECKING:
    from ..machine import Machine


def run(
    machine: Machine, text: str, timeout: float, environment: dict[str, str], cancelled: Callable[[], bool]
) -> ScriptResult:
    """Run a script; blocks. ``timeout`` in simulated seconds. Raises AgentLost when the machine goes away meanwhile.

    Exit code: that of ``exit``; 1 when an error stopped the script or its last statement failed; else $LASTEXITCODE.
    """
    session = Session(machine, timeout, environment, cancelled)
    out: list[Any] = []
    timed_out = False
    try:
        Evaluator(session).block(parse(text), out)
        code = session.last_exit or (0 if session.last_ok else 1)
    except ParseError as error:
        session.stderr.append(f"{error}\n    + CategoryInfo          : ParserError: (:) [], ParseException\n")
        code = 1
    except Exit as leaving:
        code = leaving.code
    except Jump:
        code = session.last_exit or 0
    except Failure as failure:
        session.print_error(failure)
        code = 1
    except TimeUp:
        code, timed_out = -1, not cancelled()
    except RecursionError:
        session.stderr.append("The script failed due to call depth overflow.\n")
        code = 1
    duration = timeout if timed_out else machine.clock.seconds() - session.started
    return ScriptResult(code, render(out), "".join(session.stderr), duration, timed_out)
