# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script's sheet of one node: what happened to it, phase by phase and patch by patch."""

from __future__ import annotations

SHEET = r"""
let opener = null;
const say = numbers => numbers.map(n => texts[n]);
const part = (title, ...inside) => el('section', {}, el('h3', {}, title), ...inside);
const empty = why => el('p', { class: 'empty' }, why);
const fact = (name, ...value) => el('div', {}, el('dt', {}, name), el('dd', {}, ...value));

function grid(heads, rows) {
  return el('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': heads[0].replace('#', '') },
    el('table', {},
      el('thead', {}, el('tr', {}, ...heads.map(head =>
        el('th', { scope: 'col', class: head.startsWith('#') ? 'num' : '' }, head.replace('#', ''))))),
      el('tbody', {}, ...rows)));
}
const row = (head, ...cells) => el('tr', {}, el('th', { scope: 'row' }, head), ...cells);
const cell = (inside, className) => el('td', { class: className || '' }, inside);
const code = inside => el('span', { class: 'code' }, inside || '\u2013');

function power(before, [started, restored]) {
  if (!before) { return '\u2013'; }
  if (!started) { return words(before) + ', left as it was'; }
  return words(before) + ', started by the run, '
    + (restored ? 'restored' : restored === null ? 'not restored yet' : 'not restored');
}

function head(node, more) {
  const [family, group, owner, domain, intended, reported, before] = say(more.facts);
  const differs = intended && reported && intended !== reported;
  const known = [['Node id', code(node.id)], ['Batch, wave', node.batch + (node.wave ? ', wave ' + node.wave : '')],
    ['Application', node.application || '\u2013'],
    ['System', [words(node.os), family].filter(Boolean).join(', ') || '\u2013'],
    ['Provider', words(node.provider) || '\u2013'],
    ['Account, region', [node.account, node.region].filter(Boolean).join(', ') || '\u2013'],
    ['Patch group', code(group)], ['Power before', power(before, more.power)],
    ['Baseline intended', code(intended)],
    ['Baseline reported', differs ? el('span', { class: 'differs' }, code(reported), ' differs') : code(reported)],
    ['Owner', owner], ['Domain', domain]];
  return [
    el('div', {}, el('h2', { id: 'sheet-name', tabindex: '-1' }, node.name, ' ', badge(node.state)),
      node.reason ? el('p', { class: 'why is-' + node.state }, node.reason) : null),
    el('dl', { class: 'grid' }, ...known.filter(([, value]) => value).map(([name, value]) => fact(name, value))),
  ];
}

function phaseBar(started, finished, from, to) {
  const start = instant(started);
  if (start === null || !(to > from)) { return ''; }
  const x = 100 * (start - from) / (to - from);
  const end = instant(finished) ?? to;
  return [x, Math.max(1.5, 100 * (end - start) / (to - from))];
}

function phases(more) {
  const rows = more.phases.map(say);
  if (!rows.length) { return part('Phases', empty('Nothing has been done on this node.')); }
  const work = rows.filter(r => r[0] !== 'plan');
  const times = (work.length ? work : rows).flatMap(r => [instant(r[1]), instant(r[2])]).filter(t => t !== null);
  const from = Math.min(...times);
  const to = Math.max(...times);
  return part('Phases', grid(['Phase', 'Status', 'Started', 'When', '#Took', 'Detail'],
    rows.map(([name, started, finished, status, detail]) => {
      const place = name === 'plan' ? '' : phaseBar(started, finished, from, to);
      const took = instant(finished) === null || instant(started) === null ? null
        : (instant(finished) - instant(started)) / 1000;
      const bar = place ? svg('svg', { class: 'phasebar', 'aria-hidden': 'true' },
        svg('rect', { class: 'track', y: '4', width: '100%', height: '2' }),
        svg('rect', { class: status === 'failed' ? 'fill-failed' : 'ph ph-' + name, x: place[0] + '%',
          width: place[1] + '%', height: '100%' })) : '';
      return row(el('span', { class: 'keep' }, words(name)),
        cell(badge(status === 'started' ? 'going' : status), 'keep'),
        cell(el('time', { datetime: started, title: stamp(started) }, clock(started)), 'keep'), cell(bar),
        cell(duration(took), 'num'), cell(detail));
    })));
}

const STATES = ['installed', 'installed_other', 'installed_pending_reboot', 'installed_rejected', 'missing', 'failed',
  'available_security_update', 'not_applicable'];

function counts(more) {
  const names = [...new Set([...STATES, ...Object.keys(more.before.counts), ...Object.keys(more.after.counts)])]
    .filter(name => more.before.counts[name] || more.after.counts[name]);
  if (!names.length) { return null; }
  const value = (state, name) => (Object.keys(state.counts).length ? number(state.counts[name] || 0) : '\u2013');
  return el('div', { class: 'counts' }, grid(['State', '#Before', '#After'], names.map(name => {
    const [a, b] = [value(more.before, name), value(more.after, name)];
    return row(words(name), cell(a, 'num'), cell(b, 'num' + (a === b ? '' : ' changed')));
  })));
}

function patches(node, more) {
  const rows = more.patches.map(p => ({ all: say(p.slice(0, 8)), ours: p[8] }));
  const weight = p => (p.all[6] === 'failed' ? 0 : p.all[6] === 'missing' ? 1 : p.ours ? 2 : 3);
  rows.sort((a, b) => weight(a) - weight(b));
  const unknown = [['before', more.before], ['after', more.after]].filter(([, s]) => texts[s.facts[3]])
    .map(([when, s]) => el('p', { class: 'differs' }, 'Not known ' + when + ': ' + texts[s.facts[3]]));
  const list = rows.length ? grid(['Patch', 'Title', 'Class, severity', 'Before', 'After', 'Date'],
    rows.map(({ all: [id, kb, title, kind, severity, before, after, date], ours }) => row(code(id),
      cell([title === id ? '' : title, kb && kb !== id ? ' (' + kb + ')' : '']),
      cell([kind, severity].filter(Boolean).join(', ') || '\u2013'),
      cell(words(before) || '\u2013'), cell(words(after) || '\u2013', ours ? 'changed' : ''),
      cell(date ? stamp(date).slice(0, 10) : '\u2013', 'keep'))))
    : empty('No single patch was reported: nothing missing, failed or installed by the run.');
  const title = 'Patches: ' + (node.installed ? number(node.installed) : 'none') + ' installed by the run';
  return [part(title, ...unknown, counts(more)), part('Patch by patch', list)];
}

function checks(more) {
  const rows = more.checks.map(say);
  const [services, ports] = more.lost.map(say);
  const lost = [services.length ? el('p', {}, 'Services that ran before and do not run now: ',
    el('b', {}, services.join(', '))) : null,
  ports.length ? el('p', {}, 'Ports that listened before and do not listen now: ', el('b', {}, ports.join(', ')))
    : null];
  return part('Checks', ...lost, rows.length ? grid(['Check', 'Result', 'Detail'],
    rows.map(([name, status, detail]) => row(name, cell(badge(status), 'keep'), cell(detail))))
    : empty('No check was made.'));
}

function traces(more) {
  const operations = more.operations.map(say);
  const snapshots = say(more.snapshots);
  return [
    part('Snapshots', snapshots.length ? el('p', {}, ...snapshots.flatMap((id, i) => [i ? ', ' : '', code(id)]))
      : empty('None.')),
    part('Operations', operations.length ? grid(['Operation', 'Handle', 'State', 'Sent', 'Finished', 'Detail'],
      operations.map(([kind, handle, state, sent, finished, status, detail]) => row(words(kind), cell(code(handle)),
        cell(status ? badge(status) : words(state)), cell(clock(sent), 'keep'), cell(clock(finished), 'keep'),
        cell(detail))))
      : empty('Nothing was sent to the cloud for this node.')),
  ];
}

function showSheet() {
  const sheet = byId('sheet');
  const node = current.node && nodes.find(n => n.id === current.node && n.run === current.run);
  if (!node) { if (sheet.open) { sheet.close(); } return; }
  const more = details(node);
  byId('sheet-body').replaceChildren(...head(node, more), phases(more), ...patches(node, more), checks(more),
    ...traces(more));
  const at = found.indexOf(node);
  byId('sheet-back').disabled = at <= 0;
  byId('sheet-on').disabled = at < 0 || at === found.length - 1;
  byId('sheet-place').textContent = at < 0 ? '' : number(at + 1) + ' of ' + number(found.length);
  if (!sheet.open) { opener = document.activeElement; sheet.showModal(); }
  sheet.scrollTop = 0;
  byId('sheet-name').focus();
}

function closeSheet() {
  const node = current.node;
  if (!node) { return; }
  const link = [...document.querySelectorAll('#table tbody a')].find(a => a.getAttribute('href')
    === address({ node }));
  current.node = '';
  history.replaceState(null, '', address({}));
  const back = opener && opener.isConnected && opener !== document.body ? opener : link;
  if (back) { back.focus(); }
}

function startSheet() {
  const sheet = byId('sheet');
  const turn = by => {
    const next = found[found.findIndex(n => n.id === current.node) + by];
    if (next && found.some(n => n.id === current.node)) {
      current.node = next.id;
      history.replaceState(null, '', address({}));
      showSheet();
    }
  };
  byId('sheet-close').addEventListener('click', () => sheet.close());
  byId('sheet-back').addEventListener('click', () => turn(-1));
  byId('sheet-on').addEventListener('click', () => turn(1));
  sheet.addEventListener('close', closeSheet);
  sheet.addEventListener('click', event => { if (event.target === sheet) { sheet.close(); } });
  sheet.addEventListener('keydown', event => {
    if (event.key === 'ArrowLeft') { turn(-1); } else if (event.key === 'ArrowRight') { turn(1); }
  });
}
"""
