# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The templates of what the script fills: the list of nodes and the sheet of one node."""

from __future__ import annotations

SYMBOLS = """\
<svg class="symbols" aria-hidden="true">
<symbol id="i-passed" viewBox="0 0 16 16"><path d="M3 8.5 6.5 12 13 4.5"/></symbol>
<symbol id="i-failed" viewBox="0 0 16 16"><path d="M4 4l8 8M12 4l-8 8"/></symbol>
<symbol id="i-held" viewBox="0 0 16 16"><path d="M6 3.5v9M10 3.5v9"/></symbol>
<symbol id="i-not_checked" viewBox="0 0 16 16">
<path d="M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.6 8 9 8 10M8 12.6v.01"/></symbol>
<symbol id="i-going" viewBox="0 0 16 16"><path d="M5 3.5l7 4.5-7 4.5z"/></symbol>
<symbol id="i-planned" viewBox="0 0 16 16"><circle cx="8" cy="8" r="4.5"/></symbol>
<symbol id="i-open" viewBox="0 0 16 16"><path d="M3.5 7.5h9v6h-9zM5.5 7.5v-3a2.5 2.5 0 0 1 4.900-.7"/></symbol>
<symbol id="i-closed" viewBox="0 0 16 16"><path d="M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5"/></symbol>
<symbol id="i-x" viewBox="0 0 16 16"><path d="M4 4l8 8M12 4l-8 8"/></symbol>
</svg>
"""

NODES = """\
<section class="nodes" aria-labelledby="list-title">
<h2 id="list-title" tabindex="-1">Nodes</h2>
<p id="no-list">The list of nodes needs JavaScript. The same is in nodes.csv beside this file.</p>
<div id="list" hidden>
<form class="filters" role="search" aria-label="Filter the nodes">
<div class="chips" role="group" aria-label="Verdict">
<button type="button" data-state="" aria-pressed="true">All <b></b></button>
{% for state in states %}
<button type="button" data-state="{{ state }}" aria-pressed="false">{{ icon(state) }}
{{- labels[state] }} <b></b></button>
{% endfor %}
</div>
<div class="field"><label for="f-batch">Batch</label> <select id="f-batch"></select></div>
<div class="field"><label for="f-application">Application</label>
<select id="f-application"></select></div>
<div class="field grow"><label for="f-text">Search</label>
<input id="f-text" type="search" placeholder="name, id, account, reason" autocomplete="off"
 spellcheck="false" aria-keyshortcuts="/"></div>
<button type="button" id="f-clear">Clear</button>
</form>
<p id="found" class="quiet" role="status"></p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="list-title">
<table id="table">
<thead><tr>
<th scope="col" data-sort="state"><button type="button">Verdict</button></th>
<th scope="col" data-sort="name"><button type="button">Node</button></th>
<th scope="col" data-sort="batch"><button type="button">Batch, wave</button></th>
<th scope="col" data-sort="application"><button type="button">Application</button></th>
<th scope="col" data-sort="os"><button type="button">System</button></th>
<th scope="col" data-sort="account"><button type="button">Account, region</button></th>
<th scope="col" data-sort="installed" class="num"><button type="button">Installed</button></th>
<th scope="col" data-sort="missing" class="num"><button type="button">Open after</button></th>
<th scope="col" data-sort="seconds" class="num"><button type="button">Took</button></th>
<th scope="col" data-sort="reason"><button type="button">Reason</button></th>
</tr></thead>
<tbody></tbody>
</table>
</div>
<nav class="pages" aria-label="Pages of the list">
<button type="button" id="page-back">Previous</button>
<span id="page-text" class="quiet"></span>
<button type="button" id="page-on">Next</button>
</nav>
<p class="quiet keys">Keys: <kbd>/</kbd> search, <kbd>↓</kbd> <kbd>↑</kbd> along the nodes, <kbd>Enter</kbd> open,
in a node <kbd>←</kbd> <kbd>→</kbd> to its neighbours, <kbd>Esc</kbd> close.</p>
</div>
</section>
"""

SHEET = """\
<dialog id="sheet" aria-labelledby="sheet-name">
<div class="sheet-top">
<button type="button" id="sheet-back">Previous</button>
<button type="button" id="sheet-on">Next</button>
<span id="sheet-place" class="quiet"></span>
<button type="button" id="sheet-close" aria-label="Close" title="Close (Esc)"><svg class="icon" aria-hidden="true"><use
 href="#i-x"/></svg></button>
</div>
<div id="sheet-body"></div>
</dialog>
"""
