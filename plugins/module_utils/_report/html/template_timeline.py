# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The template of a run's timeline: a lane a wave, bars for phases, diamonds for gates, all in percent of the width."""

from __future__ import annotations

TIMELINE = """\
{% set line = run.timeline %}
<section class="timeline" aria-labelledby="time-{{ run.number }}">
<h2 id="time-{{ run.number }}">Timeline <span class="quiet">{{ line.day }}, UTC
{%- if line.merged %}, waves of a batch together{% endif %}</span></h2>
{% for order in run.order %}
<p class="proof {{ 'kept' if order.kept else 'broken' }}">{{ icon("passed" if order.kept else "failed") }}
{%- if order.kept %}
{{ order.batch }} began at {{ order.began }}, {{ order.gap }} after {{ order.after }} had ended at {{ order.ended }}.
{%- else %}
{{ order.batch }} began at {{ order.began }}, {{ order.gap }} before {{ order.after }} had ended at {{ order.ended }}.
{%- endif %}</p>
{% endfor %}
<div class="chart">
{% for lane in line.lanes %}
<div class="lane{{ ' first' if lane.first_of_batch }}">
<p>{% if lane.first_of_batch %}<b>{{ lane.batch }}</b> {% endif %}
<span class="quiet">{{ "wave " ~ lane.wave ~ ", " if lane.wave }}{{ "{:,}".format(lane.nodes) }}
{{- " node" if lane.nodes == 1 else " nodes" }}</span></p>
<svg class="{{ 'tall' if lane.marks else 'low' }}" role="img" aria-label="{{ lane.title }}">
{% for tick in line.ticks %}
<line class="tick" x1="{{ tick.x }}%" x2="{{ tick.x }}%" y1="0" y2="100%"/>
{% endfor %}
{% for x in line.rules %}
<line class="rule" x1="{{ x }}%" x2="{{ x }}%" y1="0" y2="100%"/>
{% endfor %}
<svg y="{{ 18 if lane.marks else 4 }}" width="100%" height="14">
{% for bar in lane.bars %}
<g><title>{{ bar.title }}</title>
<rect class="ph ph-{{ bar.phase }}{{ ' unfinished' if bar.open }}"
 x="{{ bar.x }}%" width="{{ bar.width }}%" height="14"/>
{% if bar.trouble %}
<rect class="troubled" x="{{ bar.x }}%" width="{{ bar.width }}%" y="11" height="3"/>
{% endif %}
</g>
{% endfor %}
</svg>
{% for mark in lane.marks %}
<svg class="mark {{ 'open' if mark.opened else 'closed' }}{{ ' over' if mark.overridden }}" x="{{ mark.x }}%" y="9">
<title>{{ mark.title }}</title>
<path d="M0 -5 L5 0 L0 5 L-5 0 Z"/>
{% if loop.first %}
<text x="{{ -10 if mark.anchor == 'end' else 10 }}" y="4" text-anchor="{{ mark.anchor }}">{{ mark.label }}</text>
{% endif %}
</svg>
{% endfor %}
</svg>
</div>
{% endfor %}
<div class="lane axis"><p></p><svg class="low" aria-hidden="true">
{% for tick in line.ticks %}
<text x="{{ tick.x }}%" y="14" text-anchor="{{ tick.anchor }}">{{ tick.label }}</text>
{% endfor %}
</svg></div>
</div>
<ul class="legend" aria-hidden="true">
{% for phase in line.phases %}
<li><svg><rect class="ph ph-{{ phase }}" width="100%" height="100%"/></svg>{{ phase | words }}</li>
{% endfor %}
<li><svg class="gatekey"><path class="open" d="M7 1 L12 6 L7 11 L2 6 Z"/></svg>gate opened</li>
<li><svg class="gatekey"><path class="closed" d="M7 1 L12 6 L7 11 L2 6 Z"/></svg>gate closed</li>
{% if line.rules %}
<li><svg class="rulekey"><line class="rule" x1="50%" x2="50%" y1="0" y2="100%"/></svg>
end of a batch that others wait for</li>
{% endif %}
</ul>
</section>
"""
