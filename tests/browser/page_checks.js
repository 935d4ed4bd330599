// Copyright (c) 2026, hybridops.patching contributors
// GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Checks of a page's contrast (WCAG 2.2, 1.4.3 and 1.4.11) and of the names of its parts, run inside the page.

var parseColour = text => {
  const parts = (text.match(/[\d.]+/g) || []).map(Number);
  return parts.length < 3 ? null : { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
};
var over = (top, bottom) => top.rgb.map((value, i) => value * top.alpha + bottom[i] * (1 - top.alpha));
var luminance = rgb => {
  const [r, g, b] = rgb.map(value => value / 255)
    .map(value => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
var ratio = (a, b) => {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
};
var backgroundOf = element => {
  const layers = [];
  for (let at = element; at; at = at.parentElement) {
    const colour = parseColour(getComputedStyle(at).backgroundColor);
    if (colour && colour.alpha > 0) { layers.push(colour); if (colour.alpha === 1) { break; } }
  }
  return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
};
var scope = () => document.querySelector('dialog[open]') || document.body;
var visible = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
  && element.getBoundingClientRect().width > 0;

function textContrast() {
  const found = [];
  const walker = document.createTreeWalker(scope(), NodeFilter.SHOW_TEXT);
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const element = text.parentElement;
    if (!text.textContent.trim() || !visible(element) || element.closest('script, style, title')) { continue; }
    const style = getComputedStyle(element);
    const drawn = element instanceof SVGElement ? style.fill : style.color;
    const background = backgroundOf(element);
    const colour = parseColour(drawn);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const reached = ratio(over(colour, background), background);
    if (reached < (large ? 3 : 4.5)) {
      found.push(`${reached.toFixed(2)} ${drawn} ${text.textContent.trim().slice(0, 60)}`);
    }
  }
  return found;
}

function shapeContrast() {
  const found = [];
  for (const shape of scope().querySelectorAll('rect.ph, rect[class^=fill-], .mark path, .gatekey path')) {
    if (!visible(shape)) { continue; }
    const background = backgroundOf(shape.closest('svg').parentElement);
    const style = getComputedStyle(shape);
    const colour = parseColour(style.fill);
    // what is unfinished is paler on purpose; its edge against what is finished carries no meaning by itself
    const wanted = shape.classList.contains('unfinished') ? 1.5 : 3;
    const drawn = over({ rgb: colour.rgb, alpha: Number(style.fillOpacity) }, background);
    if (ratio(drawn, background) < wanted) {
      found.push(`${ratio(drawn, background).toFixed(2)} ${shape.getAttribute('class') || shape.parentElement.className}`);
    }
  }
  return found;
}

function contrastProblems() { return [...new Set([...textContrast(), ...shapeContrast()])]; }

function nameProblems() {
  const found = [];
  const named = element => (element.getAttribute('aria-label') || element.textContent.trim()
    || (element.labels && element.labels.length && element.labels[0].textContent.trim())
    || (element.getAttribute('aria-labelledby') || '').split(' ').map(id => document.getElementById(id))
      .map(label => (label ? label.textContent : '')).join('').trim());
  for (const element of scope().querySelectorAll('a, button, input, select, [role=img], [role=region], dialog')) {
    if (visible(element) && !named(element)) { found.push(`${element.tagName.toLowerCase()} ${element.id} has no name`); }
  }
  const ids = [...document.querySelectorAll('[id]')].map(element => element.id);
  for (const id of new Set(ids)) {
    if (ids.filter(other => other === id).length > 1) { found.push(`id ${id} is there twice`); }
  }
  for (const element of document.querySelectorAll('[aria-labelledby]')) {
    for (const id of element.getAttribute('aria-labelledby').split(' ')) {
      if (!document.getElementById(id) && element.tagName !== 'DIALOG') { found.push(`${id} labels nothing`); }
    }
  }
  let level = 0;
  for (const heading of scope().querySelectorAll('h1, h2, h3')) {
    if (!visible(heading) || scope().tagName === 'DIALOG') { continue; }
    const next = Number(heading.tagName[1]);
    if (level && next > level + 1) { found.push(`${heading.tagName} ${heading.textContent} skips a level`); }
    level = next;
  }
  return found;
}
