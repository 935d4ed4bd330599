# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page's style: system fonts, one accent per state, light and dark, and paper."""

from __future__ import annotations

from ..._core.states import GOING, PHASES, PLANNED, VERDICTS
from .style_parts import CHART, LIST, SHEET

COLOURS_LIGHT = """\
--paper: #ffffff; --ground: #f6f7f8; --ink: #16191d; --quiet: #545d68; --line: #d8dde3; --strong-line: #868f99;
--link: #0b57b0; --focus: #0b57b0;
--passed: #18703a; --failed: #b3261e; --held: #855300; --not_checked: #7a3e9d; --going: #0b57b0; --planned: #545d68;
--passed-soft: #e5f3ea; --failed-soft: #fcebe9; --held-soft: #fbf0dc; --not_checked-soft: #f4eaf9;
--going-soft: #e6f0fb; --planned-soft: #eceff2; --on-badge: #ffffff;
--fill-passed: #2a8a4b; --fill-failed: #c4302b; --fill-held: #c08109; --fill-not_checked: #8a4fae;
--fill-going: #1f6fd0; --fill-planned: #8b949e;
--ph-power: #7d8792; --ph-snapshot: #2f8f8b; --ph-observe: #8f86d9; --ph-install: #1f5fbf; --ph-reboot: #c2620a;
--ph-observe_after: #8f86d9; --ph-verify: #2a8a4b;
"""

COLOURS_DARK = """\
--paper: #1b1f24; --ground: #121518; --ink: #e7eaed; --quiet: #a3adb8; --line: #333a42; --strong-line: #6f7a86;
--link: #86bbff; --focus: #86bbff;
--passed: #62c584; --failed: #ff8f85; --held: #e6b450; --not_checked: #d0a5ec; --going: #86bbff; --planned: #a3adb8;
--passed-soft: #1a3324; --failed-soft: #43201e; --held-soft: #3a2d12; --not_checked-soft: #35243f;
--going-soft: #172f4b; --planned-soft: #2a3037; --on-badge: #101316;
--fill-passed: #55b877; --fill-failed: #f2756b; --fill-held: #dba63a; --fill-not_checked: #bb8bdd;
--fill-going: #6ba9f5; --fill-planned: #77828e;
--ph-power: #8d98a4; --ph-snapshot: #4fb3ae; --ph-observe: #a59de8; --ph-install: #5b9bf0; --ph-reboot: #e58a35;
--ph-observe_after: #a59de8; --ph-verify: #55b877;
"""

BASE = """\
* { box-sizing: border-box; }
html { background: var(--ground); color: var(--ink); font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto,
 "Liberation Sans", sans-serif; font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%; }
body { margin: 0; overflow-wrap: break-word; }
a, b, span { unicode-bidi: isolate; }
[tabindex="-1"]:focus-visible { outline: none; }
.badge, .num, .time, button, .numbers li { overflow-wrap: normal; }
h1, h2, h3, p, ul, ol, dl, dd { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 30px; line-height: 1.15; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { font-size: 15px; font-weight: 650; }
h2 .quiet { font-weight: 400; font-size: 13px; }
a { color: var(--link); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
[hidden] { display: none !important; }
.quiet { color: var(--quiet); }
.code, code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; font-size: 12.5px;
 overflow-wrap: anywhere; }
.num { text-align: right; white-space: nowrap; }
.time { white-space: nowrap; }
.symbols { position: absolute; width: 0; height: 0; }
.icon { width: 1em; height: 1em; flex: none; fill: none; stroke: currentColor; stroke-width: 2.2;
 stroke-linecap: round; stroke-linejoin: round; vertical-align: -.13em; }
.skip { position: absolute; left: -999px; top: 0; background: var(--paper); padding: 8px 12px; z-index: 9; }
.skip:focus { left: 8px; top: 8px; }
button, select, input { font: inherit; color: inherit; background: var(--paper); border: 1px solid var(--strong-line);
 border-radius: 5px; padding: 4px 10px; min-height: 30px; }
button { cursor: pointer; }
button:hover:enabled { background: var(--planned-soft); }
button:disabled { color: var(--quiet); border-color: var(--line); cursor: default; }
.top { display: flex; align-items: center; gap: 16px; padding: 10px 28px; max-width: 1360px; margin: auto; }
.brand { font-weight: 650; }
.zone { color: var(--quiet); margin-left: auto; }
main { max-width: 1360px; margin: 0 auto; padding: 0 28px 48px; display: grid; gap: 22px; grid-template-columns: 100%; }
.runs, .run, .nodes { background: var(--paper); border: 1px solid var(--line); border-radius: 8px;
 padding: 22px 26px; }
.run { display: grid; gap: 24px; grid-template-columns: 100%; }
.runs { padding-bottom: 10px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: baseline; padding: 6px 12px 6px 0; border-top: 1px solid var(--line); }
th.num, td.num { text-align: right; }
thead th { border-top: 0; font-weight: 500; color: var(--quiet); font-size: 13px; }
.runs tbody th { font-weight: 650; }
.runs tr.shown a { color: var(--ink); text-decoration-thickness: 2px; }
.runs tr.shown > * { background: var(--ground); }
.runs td:first-child, .runs th:first-child { padding-left: 8px; }
.barcell { width: 150px; min-width: 90px; }
.badge .icon { margin-right: .35em; }
.bar { display: block; width: 100%; height: 8px; border-radius: 2px; overflow: hidden; background: var(--line); }
.barcell .bar { position: relative; top: -1px; display: inline-block; }
.badge { display: inline-block; white-space: nowrap; font-size: 12.5px; font-weight: 600;
 line-height: 1.5; padding: 0 8px 0 6px; border-radius: 4px; vertical-align: baseline; letter-spacing: 0; }
h1 .badge { font-size: 16px; padding: 3px 12px 3px 9px; border-radius: 5px; vertical-align: .28em; margin-left: 6px;
 color: var(--on-badge); }
.say { display: inline-flex; align-items: center; gap: .25em; }
.headline { font-size: 17px; margin-top: 8px; max-width: 75ch; }
.totals .bar { height: 10px; }
.numbers { display: flex; flex-wrap: wrap; gap: 4px 30px; margin-top: 10px; align-items: baseline; }
.numbers b { font-size: 20px; font-weight: 650; }
.numbers .gap { margin-left: auto; }
.path { display: flex; flex-wrap: wrap; align-items: stretch; gap: 12px 0; }
.path li { min-width: 0; flex: 0 1 auto; padding: 10px 14px; border: 1px solid var(--line); border-radius: 6px;
 position: relative; }
.path .batch { flex: 1 1 220px; max-width: 420px; display: grid; gap: 5px; align-content: start; }
.path .batch .what { display: flex; justify-content: space-between; gap: 8px; font-weight: 650; align-items: baseline; }
.path .gate { flex: 0 1 220px; border-color: transparent; align-self: center; font-size: 13px; }
.path .gate .what { font-weight: 650; display: flex; gap: 6px; align-items: center; flex-wrap: wrap; }
.path .gate .quiet { font-weight: 400; }
.path .gate .icon { width: 15px; height: 15px; stroke-width: 1.7; }
.path .gate.open .what { color: var(--passed); }
.path .gate.over .what, .path .gate.part .what { color: var(--held); }
.path .gate.unknown .what { color: var(--quiet); }
.path .gate.closed { background: var(--failed-soft); border-color: var(--failed); align-self: stretch;
 margin: 0 12px; flex-basis: 260px; max-width: 420px; }
.path .gate.closed .what { color: var(--failed); font-size: 15px; }
.path .gate.closed .why { font-size: 14px; margin-top: 4px; }
.path .systems { font-size: 12.5px; }
.why { overflow-wrap: anywhere; }
.two { display: grid; grid-template-columns: minmax(260px, 2fr) 3fr; gap: 24px 36px; }
.two.alone { grid-template-columns: 100%; }
.two h2 { margin-bottom: 8px; }
.next { counter-reset: step; display: grid; gap: 8px; }
.next li { counter-increment: step; padding-left: 26px; position: relative; max-width: 75ch; }
.next li::before { content: counter(step); position: absolute; left: 0; top: 1px; width: 18px; height: 18px;
 border-radius: 50%; font-size: 11.5px; line-height: 18px; text-align: center; font-weight: 650;
 background: var(--planned-soft); color: var(--ink); }
.next .which { display: block; overflow-wrap: anywhere; }
.next .urgent::before { background: var(--failed-soft); color: var(--failed); }
.trouble { display: grid; gap: 10px; max-height: 360px; overflow-y: auto; }
.trouble p, .legend li, .path li, .headline { overflow-wrap: anywhere; }
.trouble a { font-weight: 600; margin: 0 6px 0 4px; }
.trouble .why { margin-top: 2px; }
.warnings summary { cursor: pointer; }
.warnings h2 { display: inline; }
.warnings li { margin: 6px 0 0 18px; list-style: disc; max-width: 110ch; overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: 8px 32px; border-top: 1px solid var(--line); padding-top: 14px; }
.facts dt { color: var(--quiet); font-size: 12.5px; }
@media screen and (max-width: 760px) {
 .top, main { padding-left: 12px; padding-right: 12px; }
 .run, .runs, .nodes { padding: 16px; }
 .two { grid-template-columns: 100%; }
 .runs table { min-width: 720px; }
 .numbers .gap { margin-left: 0; }
 .path .batch, .path .gate, .path .gate.closed { max-width: none; flex-basis: 100%; margin: 0; }
}
"""


PRINT = """\
@media print {
 @page { margin: 12mm; }
 html { font-size: 11px; background: #ffffff; }
 #table, #sheet-body table { min-width: 0; font-size: 9.5px; }
 #table thead button, #table .sub, #table tbody th .code, .badge, .code { font-size: 9px; }
 th, td { padding-right: 8px; }
 #table td.reason { min-width: 0; }
 .lane p, .lane text, .legend, .lane p .quiet { font-size: 10px; }
 .top button, .filters, .pages, .keys, .sheet-top, .skip { display: none !important; }
 .top, main { padding: 0; max-width: none; }
 .runs, .run, .nodes { border: 0; padding: 0; break-inside: auto; }
 .path li, .lane, tr, .trouble li { break-inside: avoid; }
 .trouble, .scroll { max-height: none; overflow: visible; }
 * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
 body:has(dialog[open]) main, body:has(dialog[open]) .top { display: none; }
 dialog { position: static !important; width: auto !important; max-width: none !important; height: auto !important;
 max-height: none !important; border: 0 !important; overflow: visible !important; }
 dialog::backdrop { display: none; }
}
"""


def _state_rules() -> str:
    rules = []
    for state in (*VERDICTS, GOING, PLANNED):
        rules.append(f".is-{state} {{ color: var(--{state}); }}")
        rules.append(f".badge.is-{state} {{ background: var(--{state}-soft); }}")
        rules.append(f"h1 .badge.is-{state} {{ background: var(--{state}); color: var(--on-badge); }}")
        rules.append(f".fill-{state} {{ fill: var(--fill-{state}); }}")
    rules += [f".ph-{phase} {{ fill: var(--ph-{phase}); }}" for phase in PHASES if phase != "plan"]
    return "\n".join(rules) + "\n"


def _themes() -> str:
    return (
        f":root {{ color-scheme: light;\n{COLOURS_LIGHT}}}\n"
        f"@media screen and (prefers-color-scheme: dark) {{ :root:not([data-theme=light]) {{ color-scheme: dark;\n"
        f"{COLOURS_DARK}}} }}\n"
        f"@media screen {{ :root[data-theme=dark] {{ color-scheme: dark;\n{COLOURS_DARK}}} }}\n"
    )


STYLE = _themes() + BASE + CHART + LIST + SHEET + _state_rules() + PRINT
