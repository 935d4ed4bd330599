# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script's list of nodes: filters, order, pages, keys."""

from __future__ import annotations

LIST = r"""
const PAGE = 100;
let found = [];

function haystack(node) {
  node.hay ??= [node.name, node.id, node.application, node.account, node.region, node.os, node.provider, node.reason,
    node.batch].join('\n').toLowerCase();
  return node.hay;
}

function matches(node, want, except) {
  return (except === 'state' || !want.state || node.state === want.state)
    && (except === 'batch' || !want.batch || node.batch === want.batch)
    && (except === 'application' || !want.application || node.application === want.application)
    && want.needles.every(needle => haystack(node).includes(needle));
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const text = key => (a, b) => collator.compare(a[key], b[key]);
const size = key => (a, b) => (a[key] ?? -1) - (b[key] ?? -1);
const ORDERS = {
  state: (a, b) => ATTENTION.indexOf(a.state) - ATTENTION.indexOf(b.state) || a.place - b.place,
  name: text('name'), application: text('application'), os: text('os'), reason: text('reason'),
  batch: (a, b) => collator.compare(a.batch, b.batch) || collator.compare(a.wave, b.wave) || a.place - b.place,
  account: (a, b) => collator.compare(a.account, b.account) || collator.compare(a.region, b.region),
  installed: size('installed'), missing: size('missing'), seconds: size('seconds'),
};

function search(want) {
  want.needles = want.q.toLowerCase().split(/\s+/).filter(Boolean);
  const mine = nodes.filter(node => node.run === want.run);
  const down = want.sort.startsWith('-');
  const order = ORDERS[want.sort.replace('-', '')] || ORDERS.state;
  found = mine.filter(node => matches(node, want)).sort(down ? (a, b) => order(b, a) : order);
  return mine;
}

function options(select, values, chosen, everything) {
  select.replaceChildren(el('option', { value: '' }, everything),
    ...values.map(([value, count]) => el('option', { value }, value + ' (' + number(count) + ')')));
  select.value = chosen;
}

function tally(rows, key) {
  const counts = new Map();
  for (const node of rows) { if (node[key]) { counts.set(node[key], (counts.get(node[key]) || 0) + 1); } }
  return [...counts].sort((a, b) => collator.compare(a[0], b[0]));
}

function showFilters(mine) {
  const states = new Map(tally(mine.filter(node => matches(node, current, 'state')), 'state'));
  const total = [...states.values()].reduce((sum, count) => sum + count, 0);
  const present = new Set(mine.map(node => node.state));
  for (const button of document.querySelectorAll('.chips button')) {
    const state = button.dataset.state;
    button.hidden = state !== '' && !present.has(state);
    button.setAttribute('aria-pressed', String(state === current.state));
    button.querySelector('b').textContent = number(state ? states.get(state) || 0 : total);
  }
  options(byId('f-batch'), tally(mine.filter(n => matches(n, current, 'batch')), 'batch'), current.batch, 'all');
  options(byId('f-application'), tally(mine.filter(n => matches(n, current, 'application')), 'application'),
    current.application, 'all');
  const input = byId('f-text');
  if (document.activeElement !== input) { input.value = current.q; }
  byId('f-clear').disabled = !(current.state || current.batch || current.application || current.q);
}

// Of an Azure id what tells it from its neighbours: resource group and name.
function shortId(id) {
  const parts = id.split('/');
  return parts[1] === 'subscriptions' && parts.length > 5 ? parts[4] + '/' + parts[parts.length - 1] : id;
}

function line(node) {
  const cell = (className, ...inside) => el('td', { class: className }, ...inside);
  const sub = inside => (inside ? el('span', { class: 'sub' }, inside) : null);
  const link = el('a', { href: address({ node: node.id, run: node.run }) }, node.name);
  return el('tr', { class: 'is-row is-' + node.state + '-row' },
    cell('keep', badge(node.state)),
    el('th', { scope: 'row' }, link, node.id === node.name ? null : el('span', { class: 'code' }, shortId(node.id))),
    cell('keep', node.batch, sub(node.wave && 'wave ' + node.wave)),
    cell('', node.application || '\u2013'),
    cell('', words(node.os) || '\u2013'),
    cell('keep', node.account || '\u2013', sub(node.region)),
    cell('num', number(node.installed)),
    cell('num', node.missing === null ? '\u2013' : number(node.missing)),
    cell('num', duration(node.seconds)),
    cell('reason', node.reason));
}

function showList() {
  const mine = search(current);
  const last = Math.max(0, Math.ceil(found.length / PAGE) - 1);
  current.page = Math.min(current.page, last);
  showFilters(mine);
  const start = current.page * PAGE;
  drawRows(found.slice(start, start + PAGE));
  byId('found').textContent = found.length === mine.length ? many(mine.length, 'node')
    : number(found.length) + ' of ' + many(mine.length, 'node');
  byId('page-text').textContent = last ? 'page ' + (current.page + 1) + ' of ' + (last + 1) : '';
  byId('page-back').parentElement.hidden = !last;
  byId('page-back').disabled = current.page === 0;
  byId('page-on').disabled = current.page === last;
  const by = current.sort.replace('-', '') || 'state';
  for (const head of document.querySelectorAll('#table th[data-sort]')) {
    if (head.dataset.sort !== by) { head.removeAttribute('aria-sort'); continue; }
    head.setAttribute('aria-sort', current.sort.startsWith('-') ? 'descending' : 'ascending');
  }
}

function drawRows(rows) {
  const body = document.querySelector('#table tbody');
  body.replaceChildren(...(rows.length ? rows.map(line)
    : [el('tr', {}, el('td', { colspan: 10, class: 'nothing' }, 'No node fits these filters.'))]));
}

function onListKey(event) {
  const typing = event.target.matches('input, select, textarea');
  if (event.key === '/' && !typing && !byId('sheet').open) { event.preventDefault(); byId('f-text').focus(); return; }
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') { return; }
  const links = [...document.querySelectorAll('#table tbody a')];
  const at = links.indexOf(event.target);
  const from = event.target === byId('f-text') && event.key === 'ArrowDown' ? -1 : at;
  if (from < 0 && event.target !== byId('f-text')) { return; }
  const next = links[from + (event.key === 'ArrowDown' ? 1 : -1)];
  if (next) { event.preventDefault(); next.focus(); }
}

function startList() {
  let timer = 0;
  document.querySelector('.filters').addEventListener('submit', event => event.preventDefault());
  document.querySelector('.chips').addEventListener('click', event => {
    const button = event.target.closest('button');
    if (button) { go({ state: button.dataset.state, page: 0, node: '' }, true); }
  });
  byId('f-batch').addEventListener('change', event => go({ batch: event.target.value, page: 0, node: '' }, true));
  byId('f-application').addEventListener('change',
    event => go({ application: event.target.value, page: 0, node: '' }, true));
  byId('f-text').addEventListener('input', event => {
    clearTimeout(timer);
    timer = setTimeout(() => go({ q: event.target.value.trim(), page: 0, node: '' }, true), 120);
  });
  byId('f-clear').addEventListener('click', () => {
    byId('f-text').value = '';
    go({ state: '', batch: '', application: '', q: '', page: 0, node: '' }, true);
  });
  document.querySelector('#table thead').addEventListener('click', event => {
    const head = event.target.closest('th');
    if (!head) { return; }
    const key = head.dataset.sort;
    const now = current.sort || 'state';
    go({ sort: now === key ? '-' + key : key, page: 0, node: '' }, true);
  });
  document.querySelector('#table tbody').addEventListener('click', event => {
    const row = event.target.closest('tr');
    const link = row && row.querySelector('a');
    if (link && event.target !== link && !String(window.getSelection())) { location.hash = link.getAttribute('href'); }
  });
  const turn = by => { go({ page: current.page + by, node: '' }, true); byId('list-title').scrollIntoView(); };
  byId('page-back').addEventListener('click', () => turn(-1));
  byId('page-on').addEventListener('click', () => turn(1));
  document.addEventListener('keydown', onListKey);
  window.addEventListener('beforeprint', () => { if (!byId('sheet').open) { drawRows(found); } });
  window.addEventListener('afterprint', showList);
}
"""
