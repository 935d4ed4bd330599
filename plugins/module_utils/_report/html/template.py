# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page's templates (Jinja2, everything escaped)."""

from __future__ import annotations

from .template_nodes import NODES, SHEET, SYMBOLS
from .template_timeline import TIMELINE

PAGE = """\
{% from "macros.html" import badge, bar, icon %}
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{ policy }}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>{{ title }}</title>
<style>{{ style | safe }}</style>
</head>
<body data-first="{{ first }}">
{% include "symbols.html" %}
<a class="skip" href="#list-title">To the nodes</a>
<header class="top">
<p class="brand">Patch report</p>
<p class="zone">All times are UTC</p>
<button type="button" id="theme" hidden>Dark</button>
</header>
<main>
{% if runs | length > 1 %}
{% include "runs.html" %}
{% endif %}
{% for run in runs %}
{% include "run.html" %}
{% else %}
<h1>No run</h1><p>The record holds no run.</p>
{% endfor %}
{% include "nodes.html" %}
</main>
{% include "sheet.html" %}
<script type="application/json" id="index">{{ index | safe }}</script>
{% for piece in pieces %}
<script type="application/json" id="piece-{{ loop.index0 }}">{{ piece | safe }}</script>
{% endfor %}
<script>{{ script | safe }}</script>
</body>
</html>
"""

MACROS = """\
{% macro icon(name) %}<svg class="icon" aria-hidden="true"><use href="#i-{{ name }}"/></svg>{% endmacro %}
{% macro badge(state, labels) %}
<span class="badge is-{{ state }}">{{ icon(state) }}{{ labels[state] }}</span>
{%- endmacro %}
{% macro bar(parts, labels, label) %}
<svg class="bar" role="img" aria-label="{{ label }}: {% for part in parts %}
{{ part.count }} {{ labels[part.state] | lower }}{{ ", " if not loop.last }}{% endfor %}">
{%- for part in parts %}
<rect class="fill-{{ part.state }}" x="{{ part.x }}%" y="0" width="{{ part.width }}%" height="100%"/>
{%- endfor %}
</svg>
{%- endmacro %}
"""

RUNS = """\
<section class="runs" aria-labelledby="runs-title">
<h2 id="runs-title">{{ runs | length }} runs</h2>
<div class="scroll" tabindex="0" role="region" aria-labelledby="runs-title">
<table>
<thead><tr>
<th scope="col">Environment</th><th scope="col">Outcome</th><th scope="col">Nodes</th><th scope="col">In short</th>
<th scope="col">Started</th><th scope="col" class="num">Took</th>
</tr></thead>
<tbody>
{% for run in runs %}
<tr data-pick="{{ run.number }}">
<th scope="row"><a href="{{ run.link }}">{{ run.environment or run.run_id }}</a></th>
<td>{{ badge(run.state, run_labels) }}</td>
<td class="barcell">{{ bar(run.bar, labels, "Nodes") }}</td>
<td>{{ run.headline }}</td>
<td class="time">{{ run.started or "\u2013" }}</td>
<td class="num">{{ run.duration or "\u2013" }}</td>
</tr>
{% endfor %}
</tbody>
</table>
</div>
</section>
"""

RUN = """\
<section class="run" data-run="{{ run.number }}" aria-labelledby="run-{{ run.number }}">
<div class="verdict">
<h1 id="run-{{ run.number }}">{{ run.environment or "Run" }} {{ badge(run.state, run_labels) }}</h1>
<p class="headline">{{ run.headline }}</p>
</div>
<div class="totals">
{{ bar(run.bar, labels, "Nodes") }}
<ul class="numbers">
{% for part in run.bar %}
<li><b>{{ "{:,}".format(part.count) }}</b> <span class="say is-{{ part.state }}">{{ icon(part.state) }}
{{- labels[part.state] }}</span></li>
{% endfor %}
<li class="gap"><b>{{ "{:,}".format(run.installed) }}</b> <span>patches installed</span></li>
<li><b>{{ "{:,}".format(run.snapshots) }}</b> <span>snapshots</span></li>
<li><b>{{ run.duration or "\u2013" }}</b> <span>{{ "in all" if run.finished else "so far" }}</span></li>
</ul>
</div>
{% include "path.html" %}
<div class="two{{ ' alone' if not run.troubled }}">
<section aria-labelledby="next-{{ run.number }}">
<h2 id="next-{{ run.number }}">What to do next</h2>
<ol class="next">
{% for advice in run.advice %}
<li{% if advice.urgent %} class="urgent"{% endif %}>{{ advice.text }}
{% if advice.nodes %}<span class="which">{% endif %}
{%- for node in advice.nodes %}<a href="{{ node.link }}">{{ node.name }}</a>{{ ", " if not loop.last }}
{%- endfor %}{% if advice.more > 0 %} and {{ "{:,}".format(advice.more) }} more{% endif %}
{%- if advice.nodes %}</span>{% endif %}</li>
{% endfor %}
</ol>
</section>
{% if run.troubled %}
<section aria-labelledby="trouble-{{ run.number }}">
<h2 id="trouble-{{ run.number }}">Nodes that did not pass</h2>
<ul class="trouble">
{% for node in run.troubled %}
<li>
<p>{{ badge(node.state, labels) }} <a href="{{ node.link }}">{{ node.name }}</a>
{% if node.others %} and {{ "{:,}".format(node.others) }} more{% endif %}
<span class="quiet">{{ [node.batch, node.os | words, node.application] | select | join(" · ") }}
{%- if node.phase %} · stopped in {{ node.phase | words }}{% endif %}</span></p>
<p class="why">{{ node.reason or "No reason was recorded." }}</p>
</li>
{% endfor %}
</ul>
{% if run.troubled_more %}
<p class="quiet">{{ "{:,}".format(run.troubled_more) }} more are in the list of nodes.</p>
{% endif %}
</section>
{% endif %}
</div>
{% if run.timeline %}
{% include "timeline.html" %}
{% endif %}
{% if run.warnings %}
<details class="warnings"{% if run.warnings | length <= 3 %} open{% endif %}>
<summary><h2>{{ run.warnings | length }} warning{{ "s" if run.warnings | length > 1 }} of the plan</h2></summary>
<ul>
{% for warning in run.warnings %}
<li>{{ warning }}</li>
{% endfor %}
</ul>
</details>
{% endif %}
<dl class="facts">
<div><dt>Run</dt><dd class="code">{{ run.run_id }}</dd></div>
<div><dt>Started</dt><dd>{{ run.started or "not yet" }}</dd></div>
<div><dt>{{ "Finished" if run.finished else "As of" }}</dt><dd>{{ run.finished or run.as_of or "\u2013" }}</dd></div>
{% if run.policy.path %}
<div><dt>Policy</dt><dd class="code">{{ run.policy.path }}</dd></div>
{% endif %}
{% if run.policy.sha256 %}
<div><dt>SHA-256 of the policy</dt><dd class="code hash">{{ run.policy.sha256 }}</dd></div>
{% endif %}
</dl>
</section>
"""

PATH = """\
<ol class="path" aria-label="Batches and gates in order">
{% for batch in run.batches %}
{% if batch.gate_matters %}
{% set gate = batch.gate %}
<li class="gate {{ batch.gate_state }}">
<p class="what">{{ icon("open" if gate and gate.opened else "closed") }}
{{- gate_labels[batch.gate_state] }}
{%- if gate and gate.at %} <span class="quiet">{{ gate.at }}</span>{% endif %}</p>
{% if gate %}
<p class="why">{{ gate.reason }}</p>
{% if gate.override %}
<p class="why">Override by {{ gate.override.by or "unknown" }}: {{ gate.override.reason or "no reason" }}</p>
{% endif %}
{% elif batch.after %}
<p class="why">waits for {{ batch.after | join(" and ") }}</p>
{% endif %}
</li>
{% endif %}
<li class="batch">
<p class="what">{{ batch.name }} {{ badge(batch.state, labels) }}</p>
{{ bar(batch.bar, labels, batch.name) }}
<p>{% for part in batch.bar %}{{ "{:,}".format(part.count) }} {{ labels[part.state] | lower }}
{{- ", " if not loop.last }}
{%- else %}no nodes{% endfor %}</p>
<p class="quiet">{% if batch.started %}{{ batch.started }} to {{ batch.finished or "now" }}
{%- if batch.duration %}, {{ batch.duration }}{% endif %}{% else %}nothing was started{% endif %}</p>
{% if batch.systems %}
<p class="quiet systems">{{ batch.systems[:6] | map("words") | join(", ") }}
{{- ", …" if batch.systems | length > 6 }}</p>
{% endif %}
</li>
{% endfor %}
</ol>
"""

_IMPORTED = '{% from "macros.html" import badge, bar, icon %}\n'

TEMPLATES = {
    "page.html": PAGE,
    "macros.html": MACROS,
    "runs.html": _IMPORTED + RUNS,
    "run.html": _IMPORTED + RUN,
    "path.html": _IMPORTED + PATH,
    "timeline.html": _IMPORTED + TIMELINE,
    "nodes.html": _IMPORTED + NODES,
    "sheet.html": SHEET,
    "symbols.html": SYMBOLS,
}
