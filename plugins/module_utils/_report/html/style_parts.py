# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The style of the timeline, of the list of nodes, and of the sheet of one node."""

from __future__ import annotations

CHART = """\
.timeline h2 { margin-bottom: 6px; }
.proof { display: flex; gap: 6px; align-items: center; margin-bottom: 4px; }
.proof.kept .icon { color: var(--passed); }
.proof.broken { color: var(--failed); font-weight: 650; }
.chart { margin-top: 10px; }
.lane { display: grid; grid-template-columns: 172px minmax(0, 1fr); align-items: end; }
.lane.first { border-top: 1px solid var(--line); }
.lane p { padding: 2px 10px 2px 0; font-size: 13px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.lane p .quiet { font-size: 12.5px; }
.lane:not(.first) p { text-align: right; }
.lane.first p { display: flex; justify-content: space-between; gap: 8px; }
.lane > svg { display: block; width: 100%; overflow: visible; }
.lane svg.tall { height: 36px; }
.lane svg.low { height: 22px; }
.lane svg svg { overflow: visible; }
.lane text { font-size: 12px; fill: var(--quiet); }
.tick { stroke: var(--line); }
.rule { stroke: var(--ink); stroke-dasharray: 3 3; }
.ph { fill: var(--strong-line); }
.ph.unfinished { fill-opacity: .55; }
.troubled { fill: var(--failed); stroke: var(--paper); stroke-width: 1; }
.mark path { fill: var(--passed); stroke: var(--paper); }
.mark.closed path, .gatekey .closed { fill: var(--failed); }
.mark.over path { fill: var(--held); }
.lane .mark text { fill: var(--ink); paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.lane .mark.closed text { fill: var(--failed); font-weight: 650; }
.gatekey .open { fill: var(--passed); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 8px; padding-left: 172px; font-size: 12.5px;
 color: var(--quiet); }
.legend li { min-width: 0; display: flex; align-items: center; gap: 6px; }
.legend svg { width: 14px; height: 12px; flex: none; }
@media screen and (max-width: 760px) {
 .lane { grid-template-columns: 96px minmax(0, 1fr); }
 .legend { padding-left: 0; }
 .axis text:nth-child(even) { display: none; }
 .lane svg .mark text { font-size: 11px; }
 .lane.first p { display: block; }
}
"""

LIST = """\
.filters { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin-top: 12px; }
.field { display: flex; align-items: center; gap: 6px; min-width: 0; }
.field label { color: var(--quiet); white-space: nowrap; }
.filters select { max-width: 200px; }
.filters .grow { flex: 1 1 150px; }
.filters .grow input { width: 100%; }
.chips { display: flex; flex-wrap: wrap; }
.chips button { border-radius: 0; margin-left: -1px; display: inline-flex; gap: 5px; align-items: center; }
.chips button:first-child { border-radius: 5px 0 0 5px; margin-left: 0; }
.chips button:last-child { border-radius: 0 5px 5px 0; }
.chips button b { font-weight: 400; color: var(--quiet); }
.chips button[aria-pressed=true] { background: var(--ink); color: var(--paper); border-color: var(--ink); }
.chips button[aria-pressed=true] b { color: inherit; }
#found { margin: 10px 0 4px; }
#table { font-size: 13px; min-width: 1040px; }
#table thead button { border: 0; padding: 0; min-height: 24px; color: var(--quiet); background: none; font-size: 12.5px;
 white-space: nowrap; }
#table thead button:hover { color: var(--ink); text-decoration: underline; }
#table th[aria-sort] button { color: var(--ink); font-weight: 650; }
#table th[aria-sort=ascending] button::after { content: " ↑"; }
#table th[aria-sort=descending] button::after { content: " ↓"; }
#table tbody tr { cursor: pointer; }
#table tbody tr:hover > *, #table tbody tr:focus-within > * { background: var(--ground); }
#table tbody th { font-weight: 600; min-width: 160px; max-width: 230px; overflow-wrap: anywhere; }
#table tbody th .code { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
 font-weight: 400; color: var(--quiet); font-size: 12px; }
#table td { max-width: 320px; }
#table td.keep { white-space: nowrap; max-width: 220px; overflow: hidden; text-overflow: ellipsis; }
#table td.keep .sub { overflow: hidden; text-overflow: ellipsis; }
#table td.reason { min-width: 200px; overflow-wrap: anywhere; color: var(--quiet); }
#table .is-failed-row .reason, #table .is-not_checked-row .reason { color: var(--ink); }
#table .sub { display: block; color: var(--quiet); font-size: 12px; }
.pages { display: flex; gap: 12px; align-items: center; margin-top: 12px; }
.keys { margin-top: 14px; font-size: 12.5px; }
kbd { font: inherit; font-size: 12px; border: 1px solid var(--line); border-radius: 3px; padding: 0 4px; }
.nothing { padding: 18px 0; color: var(--quiet); }
"""

SHEET = """\
dialog { margin: 0 0 0 auto; height: 100dvh; max-height: none; width: min(860px, 100vw); max-width: none; border: 0;
 border-left: 1px solid var(--line); padding: 0 28px 40px; background: var(--paper); color: var(--ink);
 overflow-y: auto; }
dialog::backdrop { background: rgb(10 14 18 / .45); }
.sheet-top { position: sticky; top: 0; background: var(--paper); display: flex; gap: 8px; align-items: center;
 padding: 14px 0 10px; z-index: 1; border-bottom: 1px solid var(--line); }
#sheet-close { margin-left: auto; }
#sheet-body { display: grid; gap: 22px; grid-template-columns: 100%; padding-top: 18px; }
#sheet-body h2 { font-size: 24px; line-height: 1.2; overflow-wrap: anywhere; }
#sheet-body h2 .badge { vertical-align: .2em; margin-left: 6px; }
#sheet-body h3 { font-size: 14px; font-weight: 650; margin-bottom: 6px; }
#sheet-body .why { margin-top: 8px; font-size: 15px; color: var(--ink); }
#sheet-body .why.is-failed, #sheet-body .why.is-not_checked { padding: 8px 12px; border-radius: 5px; }
#sheet-body .why.is-failed { background: var(--failed-soft); }
#sheet-body .why.is-not_checked { background: var(--not_checked-soft); }
#sheet-body .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(176px, 1fr)); gap: 10px 20px; }
#sheet-body dt { color: var(--quiet); font-size: 12.5px; }
#sheet-body dd { overflow-wrap: anywhere; }
#sheet-body table { font-size: 13px; }
#sheet-body th[scope=row] { font-weight: 500; }
#sheet-body td { overflow-wrap: anywhere; }
#sheet-body .counts { max-width: 440px; }
#sheet-body td.keep, #sheet-body .keep { white-space: nowrap; }
#sheet-body .phasebar { display: block; width: 120px; height: 10px; }
#sheet-body .changed { font-weight: 650; }
.phasebar .track { fill: var(--line); }
.differs { color: var(--held); font-weight: 650; }
.empty { color: var(--quiet); }
"""
