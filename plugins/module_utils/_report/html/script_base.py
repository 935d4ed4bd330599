# Copyright (c) 2026, hybridops.patching contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The script's tools: reading the packed data, making elements, writing times."""

from __future__ import annotations

BASE = r"""
const byId = id => document.getElementById(id);
const data = JSON.parse(byId('index').textContent);
const first = Number(document.body.dataset.first);
const texts = data.texts;
const PLAIN = new Set(['run', 'installed', 'missing', 'seconds']);
const LABELS = { passed: 'Passed', failed: 'Failed', held: 'Held', not_checked: 'Not checked', going: 'Going',
  planned: 'Planned' };
const ATTENTION = ['failed', 'not_checked', 'held', 'going', 'planned', 'passed'];
const SVG = 'http://www.w3.org/2000/svg';

const nodes = data.rows.map((row, place) => {
  const node = { place };
  data.columns.forEach((name, i) => { node[name] = PLAIN.has(name) ? row[i] : texts[row[i]]; });
  return node;
});

const pieces = new Map();
function details(node) {
  const number = Math.floor(node.place / data.piece);
  if (!pieces.has(number)) { pieces.set(number, JSON.parse(byId('piece-' + number).textContent)); }
  return pieces.get(number)[node.place % data.piece];
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined && value !== false) { element.setAttribute(name, value); }
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== '') { element.append(child); }
  }
  return element;
}
const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
const icon = name => svg('svg', { class: 'icon', 'aria-hidden': 'true' }, svg('use', { href: '#i-' + name }));
const badge = state => state in LABELS
  ? el('span', { class: 'badge is-' + state }, icon(state), LABELS[state])
  : el('span', { class: 'badge is-planned' }, capital(words(state)) || '\u2013');
const capital = text => text.slice(0, 1).toUpperCase() + text.slice(1);
const words = text => text.replaceAll('_', ' ');
const two = number => String(number).padStart(2, '0');
const number = value => value.toLocaleString('en');
const many = (count, one) => number(count) + ' ' + one + (count === 1 ? '' : 's');

function duration(seconds) {
  if (seconds === null || seconds === undefined || Number.isNaN(seconds)) { return '\u2013'; }
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) { return s + ' s'; }
  if (s < 3600) { return Math.floor(s / 60) + ' min ' + two(s % 60) + ' s'; }
  if (s < 172800) { return Math.floor(s / 3600) + ' h ' + two(Math.floor(s % 3600 / 60)) + ' min'; }
  return Math.floor(s / 86400) + ' d ' + Math.floor(s % 86400 / 3600) + ' h';
}
const instant = text => { const ms = Date.parse(text); return Number.isNaN(ms) ? null : ms; };
function stamp(text) {
  const ms = instant(text);
  return ms === null ? (text || '\u2013') : new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}
const clock = text => (instant(text) === null ? text || '\u2013' : stamp(text).slice(11));
"""

THEME = r"""
function startTheme() {
  const root = document.documentElement;
  const button = byId('theme');
  const wishes = window.matchMedia('(prefers-color-scheme: dark)');
  const remembered = () => { try { return localStorage.getItem('patch-report-theme'); } catch (e) { return null; } };
  const dark = () => (root.dataset.theme || (wishes.matches ? 'dark' : 'light')) === 'dark';
  const name = () => { button.textContent = dark() ? 'Light' : 'Dark'; };
  if (remembered()) { root.dataset.theme = remembered(); }
  button.hidden = false;
  name();
  wishes.addEventListener('change', name);
  button.addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark';
    try { localStorage.setItem('patch-report-theme', root.dataset.theme); } catch (e) { /* not allowed here */ }
    name();
  });
}
"""
