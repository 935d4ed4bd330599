# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The geometry of a run's timeline: one lane a wave, its phases as bars, its gates as marks, all in percent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from .._core.states import PHASES
from .outcome import as_of, work_phases
from .times import first_time, last_time, parse_time, say_clock, say_duration, say_instant

MAX_LANES = 40
MAX_TICKS = 8
_STEPS = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200),
    *(86400, 172800, 604800, 1209600, 2419200, 7257600, 31536000, 157680000),
)


@dataclass(frozen=True, slots=True)
class Scale:
    """Instants to percent of the width."""

    start: datetime
    end: datetime

    def at(self, moment: datetime) -> float:
        part = (moment - self.start) / (self.end - self.start)
        return round(100 * min(1.0, max(0.0, part)), 3)


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One phase of one wave: from the first node that began it to the last that ended it."""

    phase: str
    x: float
    width: float
    open: bool
    trouble: bool
    title: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One evaluation of a gate."""

    x: float
    opened: bool
    overridden: bool
    title: str
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Lane:
    batch: str
    wave: str
    nodes: int
    bars: tuple[Bar, ...]
    marks: tuple[Mark, ...]
    title: str
    first_of_batch: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A run's timeline. ``rules`` are where a batch that others wait for ended."""

    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    rules: tuple[float, ...]
    phases: tuple[str, ...]
    day: str
    merged: bool


def _scale(run: Mapping[str, Any]) -> Scale | None:
    end = as_of(run)
    texts: list[object] = [run["started"], *(gate["evaluated_at"] for gate in run["gates"])]
    texts += [p["started"] for batch in run["batches"] for node in batch["nodes"] for p in work_phases(node)]
    start = first_time(texts)
    if start is None or end is None:
        return None
    length = max(end - start, timedelta(seconds=1))
    return Scale(start, start + length * 1.01)


def _ticks(scale: Scale) -> list[Tick]:
    seconds = (scale.end - scale.start).total_seconds()
    step = next((step for step in _STEPS if seconds / step <= MAX_TICKS), _STEPS[-1])
    midnight = scale.start.replace(hour=0, minute=0, second=0, microsecond=0)
    number = int((scale.start - midnight).total_seconds() // step)
    form = "%H:%M:%S" if step < 60 else "%H:%M" if step < 86400 else "%d %b" if step < 2419200 else "%b %Y"
    ticks: list[Tick] = []
    while (moment := midnight + timedelta(seconds=number * step)) <= scale.end and len(ticks) <= 2 * MAX_TICKS:
        number += 1
        if moment < scale.start:
            continue
        x = scale.at(moment)
        label = moment.strftime("%d %b" if form.startswith("%H") and moment.time() == time(0) else form)
        ticks.append(Tick(x, label, "start" if x < 3 else "end" if x > 97 else "middle"))
    return ticks


def _bar(name: str, phases: Sequence[Mapping[str, Any]], scale: Scale, now: datetime) -> Bar | None:
    start = first_time(phase["started"] for phase in phases)
    if start is None:
        return None
    unfinished = any(phase["status"] == "started" or parse_time(phase["finished"]) is None for phase in phases)
    end = now if unfinished else last_time(phase["finished"] for phase in phases) or now
    bad = sum(1 for phase in phases if phase["status"] in ("failed", "not_checked"))
    x = scale.at(start)
    length = say_duration((end - start).total_seconds())
    trouble = f", {bad:,} of {len(phases):,} nodes did not pass" if bad else ""
    going = ", not finished" if unfinished else ""
    title = f"{name.replace('_', ' ')}: {say_clock(start)} to {say_clock(end)}, {length}{trouble}{going}"
    return Bar(name, x, round(max(scale.at(end) - x, 0.25), 3), unfinished, bool(bad), title)


def _bars(nodes: Iterable[Mapping[str, Any]], scale: Scale, now: datetime) -> tuple[Bar, ...]:
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for node in nodes:
        for phase in work_phases(node):
            by_name.setdefault(phase["name"], []).append(phase)
    order = sorted(by_name, key=lambda name: PHASES.index(name) if name in PHASES else len(PHASES))
    bars = (_bar(name, by_name[name], scale, now) for name in order)
    return tuple(drawn for drawn in bars if drawn)


def _mark(gate: Mapping[str, Any], scale: Scale) -> Mark | None:
    moment = parse_time(gate["evaluated_at"])
    if moment is None:
        return None
    x = scale.at(moment)
    word = "opened by override" if gate["override"] else "opened" if gate["opened"] else "closed"
    title = f"gate of {gate['batch']} {word} at {say_clock(moment)}: {gate['reason']}"
    anchor = "end" if x > 70 else "start"
    return Mark(x, gate["opened"], bool(gate["override"]), title, f"gate {word} {say_clock(moment)}", anchor)


def _marks(gates: Iterable[Mapping[str, Any]], scale: Scale) -> tuple[Mark, ...]:
    marks = (_mark(gate, scale) for gate in gates)
    return tuple(mark for mark in marks if mark)


def _wave_key(wave: int | None) -> tuple[bool, int]:
    return wave is None, wave or 0


def _groups(batch: Mapping[str, Any], merged: bool) -> list[tuple[int | None, list[dict[str, Any]]]]:
    if merged:
        return [(None, list(batch["nodes"]))]
    groups: dict[int | None, list[dict[str, Any]]] = {}
    for node in batch["nodes"]:
        groups.setdefault(node["wave"], []).append(node)
    return sorted(groups.items(), key=lambda item: _wave_key(item[0])) or [(None, [])]


def _lane_title(batch: str, wave: int | None, bars: Sequence[Bar], marks: Sequence[Mark]) -> str:
    where = batch if wave is None else f"{batch} wave {wave}"
    told = [*(mark.title for mark in marks), *(drawn.title for drawn in bars)]
    return f"{where}: {'; '.join(told) or 'nothing was started'}"


def _lanes(run: Mapping[str, Any], scale: Scale, now: datetime, merged: bool) -> list[Lane]:
    lanes = []
    for batch in run["batches"]:
        gates = [gate for gate in run["gates"] if gate["batch"] == batch["name"]]
        groups = _groups(batch, merged)
        waves = {wave for wave, _nodes in groups}
        for number, (wave, nodes) in enumerate(groups):
            own = [g for g in gates if g["wave"] == wave or (number == 0 and (merged or g["wave"] not in waves))]
            bars, marks = _bars(nodes, scale, now), _marks(own, scale)
            title = _lane_title(batch["name"], wave, bars, marks)
            name = "" if wave is None else str(wave)
            lanes.append(Lane(batch["name"], name, len(nodes), bars, marks, title, number == 0))
    return lanes


def _rules(run: Mapping[str, Any], scale: Scale) -> list[float]:
    awaited = {name for batch in run["batches"] for name in batch["after"]}
    ends = []
    for batch in run["batches"]:
        end = last_time(phase["finished"] for node in batch["nodes"] for phase in work_phases(node))
        if batch["name"] in awaited and end:
            ends.append(scale.at(end))
    return ends


def timeline(run: Mapping[str, Any]) -> Timeline | None:
    """The timeline of a completed record's run; None when nothing has a time yet. More than 40 waves become batches."""
    scale, now = _scale(run), as_of(run)
    if scale is None or now is None:
        return None
    merged = len({(batch["name"], n["wave"]) for batch in run["batches"] for n in batch["nodes"]}) > MAX_LANES
    lanes = _lanes(run, scale, now, merged)
    seen = {drawn.phase for lane in lanes for drawn in lane.bars}
    phases = [name for name in PHASES if name in seen] + sorted(seen - set(PHASES))
    day = say_instant(scale.start.astimezone(UTC))[:10]
    return Timeline(tuple(lanes), tuple(_ticks(scale)), tuple(_rules(run, scale)), tuple(phases), day, merged)
