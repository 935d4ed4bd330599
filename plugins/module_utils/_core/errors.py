# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the collection raises when it cannot do what it was asked to; modules turn it into one clear message."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from difflib import get_close_matches
from typing import TypeVar

T = TypeVar("T", bound=Hashable)
R = TypeVar("R")


class PatchingError(Exception):
    """Something that the user can read and act upon; ``str()`` of it is the whole message."""


class InputError(PatchingError):
    """A value that cannot be used: which option it is in, what it is, and what would be allowed."""

    def __init__(self, option: str, value: object, allowed: str) -> None:
        said = f"{option} is not set; needed" if value is None else f"{option}: {value!r} cannot be used; allowed"
        super().__init__(f"{said}: {allowed}")
        self.option = option
        self.value = value
        self.allowed = allowed


class MissingInput(InputError):
    """An option that is not set and has to be: which one, and what needs it."""

    def __init__(self, option: str, needed: str) -> None:
        super().__init__(option, None, needed)
        self.args = (f"{option} is missing; {needed}",)


class InputErrors(InputError):
    """Several values that cannot be used, told at once; ``option`` and ``value`` are those of the first."""

    def __init__(self, errors: Sequence[InputError]) -> None:
        first = errors[0]
        super().__init__(first.option, first.value, first.allowed)
        self.args = ("\n".join(dict.fromkeys(str(error) for error in errors)),)


def each_of(items: Iterable[T], work: Callable[[T], R]) -> dict[T, R]:
    """What the work makes of each item. Raises InputError for all that cannot be used, not only for the first."""
    made: dict[T, R] = {}
    errors: list[InputError] = []
    for item in items:
        try:
            made[item] = work(item)
        except InputError as error:
            errors.append(error)
    if errors:
        raise InputErrors(errors) if len(errors) > 1 else errors[0]
    return made


class CloudError(PatchingError):
    """A request that a cloud refused or did not answer.

    ``code`` is the service's own error code, or the name of the SDK's exception when no answer came. ``lasting`` tells
    whether asking again would give the same answer.
    """

    def __init__(self, message: str, *, code: str = "", lasting: bool = True) -> None:
        super().__init__(message)
        self.code = code
        self.lasting = lasting


class OutcomeUnknown(CloudError):
    """A request that is not safe to repeat got no answer: the service may have acted on it."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message, code=code, lasting=False)


class OutOfTime(CloudError):
    """A request that was not sent, since the time that was given for all of them is over."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="OutOfTime", lasting=False)


def together(errors: Sequence[CloudError]) -> CloudError:
    """Several errors as one; a message that several requests gave is said once."""
    messages = list(dict.fromkeys(str(error) for error in errors))
    return CloudError("\n".join(messages), code=errors[0].code, lasting=any(error.lasting for error in errors))


def partly_done(error: CloudError, done: int, count: int) -> CloudError:
    """The error of a change that was one of several, with how many of them were made."""
    text = f"{error}\n{done} of {count} were changed. A further call does the rest"
    return CloudError(text, code=error.code, lasting=error.lasting)


class GateClosed(PatchingError):
    """Work on nodes was asked for that no open gate covers; nothing was sent."""

    def __init__(self, reason: str, node_ids: Iterable[str] = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.node_ids = tuple(node_ids)


class TransitionError(PatchingError):
    """A state that may not follow the present one; nothing was changed."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` when a known word is close to this one, else an empty string."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
