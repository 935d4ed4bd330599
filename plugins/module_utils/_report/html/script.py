# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page's script: one closed function without globals; it builds elements and never markup from text."""

from __future__ import annotations

from .script_base import BASE, THEME
from .script_list import LIST
from .script_sheet import SHEET

START = r"""
/* What is shown follows from the address: #run=…&node=…&state=…&batch=…&application=…&q=…&sort=…&page=… */
let current = { run: first, node: '', state: '', batch: '', application: '', q: '', sort: '', page: 0 };

function readAddress() {
  const asked = new URLSearchParams(location.hash.slice(1));
  const node = asked.get('node');
  let run = data.runs.indexOf(asked.get('run'));
  if (run < 0 && node) {
    const rows = nodes.filter(n => n.id === node);
    if (rows.length) { run = (rows.find(n => n.run === current.run) || rows[rows.length - 1]).run; }
  }
  if (run < 0) { run = first; }
  return {
    run, node, state: asked.get('state') || '', batch: asked.get('batch') || '',
    application: asked.get('application') || '', q: asked.get('q') || '', sort: asked.get('sort') || '',
    page: Math.max(0, (parseInt(asked.get('page'), 10) || 1) - 1),
  };
}

function address(changes) {
  const want = { ...current, ...changes };
  const parts = new URLSearchParams();
  if (data.runs.length > 1) { parts.set('run', data.runs[want.run]); }
  for (const key of ['state', 'batch', 'application', 'q', 'sort']) { if (want[key]) { parts.set(key, want[key]); } }
  if (want.page) { parts.set('page', String(want.page + 1)); }
  if (want.node) { parts.set('node', want.node); }
  const text = parts.toString();
  return '#' + text;
}

function go(changes, replace) {
  const target = address(changes);
  if (replace) { history.replaceState(null, '', target); show(); } else { location.hash = target; }
}

function show() {
  const next = readAddress();
  const plain = [...new URLSearchParams(location.hash.slice(1)).keys()].every(key => key === 'run' || key === 'node');
  const keep = next.node && plain && next.run === current.run;
  /* a plain link to a node leaves the filters as they are */
  current = keep ? { ...current, node: next.node } : next;
  for (const section of document.querySelectorAll('section.run')) {
    section.hidden = Number(section.dataset.run) !== current.run;
  }
  for (const row of document.querySelectorAll('tr[data-pick]')) {
    const mine = Number(row.dataset.pick) === current.run;
    row.classList.toggle('shown', mine);
    const link = row.querySelector('a');
    if (mine) { link.setAttribute('aria-current', 'true'); } else { link.removeAttribute('aria-current'); }
  }
  showList();
  showSheet();
}

startTheme();
if (data.runs.length) { byId('list').hidden = false; byId('no-list').hidden = true; startList(); startSheet(); show(); }
window.addEventListener('hashchange', () => {
  if (location.hash.length < 2 || location.hash.includes('=')) { show(); }
});
"""

SCRIPT = "(function () {\n'use strict';\n" + BASE + THEME + LIST + SHEET + START + "})();\n"
