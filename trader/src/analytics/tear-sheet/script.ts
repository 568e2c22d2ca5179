import { PRICE_SCRIPT } from './script-price.ts';
import { TRADES_SCRIPT } from './script-trades.ts';

/** What reads a time axis: numbers written out, moments, the nearest point, the pointer and the arrow keys. */
const READING_SCRIPT = `
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const sums = (steps) => { let at = 0; return steps.map((step) => (at += step) * 1000); };
const number = (value, decimals, sign) => {
  if (value === null || !Number.isFinite(value)) return '\\u2013';
  const [whole, fraction] = Math.abs(value).toFixed(decimals).split('.');
  const text = whole.replace(/\\B(?=(\\d{3})+$)/g, ',') + (fraction === undefined ? '' : '.' + fraction);
  return /[1-9]/.test(text) ? (value < 0 ? '\\u2212' : sign ? '+' : '') + text : text;
};
const moment = (at, day) => new Date(at).toISOString().slice(0, day ? 10 : 16).replace('T', ' ');
const nearest = (xs, at) => {
  let low = 0, high = xs.length - 1;
  while (low < high) { const middle = (low + high) >> 1; if (xs[middle] < at) low = middle + 1; else high = middle; }
  return low > 0 && at - xs[low - 1] < xs[low] - at ? low - 1 : low;
};
const put = (element, name, value) => element.setAttribute(name, value);
const words = (output, parts) => output.replaceChildren(...parts.flatMap(([name, value]) => {
  const label = document.createElement('b');
  label.textContent = name + ' ';
  return [label, value];
}));
/** Reads a panel at a moment: span gives from and to, tell the words at a point. */
const readable = (panel, xs, span, tell) => {
  const plots = [...panel.querySelectorAll('.plot')];
  const output = panel.querySelector('.reading');
  let at = -1;
  const show = (index) => {
    at = Math.max(0, Math.min(xs.length - 1, index));
    const [from, to] = span();
    const x = (100 * (xs[at] - from) / Math.max(1, to - from)) + '%';
    for (const plot of plots) { const cross = plot.querySelector('.cross'); put(cross, 'x1', x); put(cross, 'x2', x); }
    panel.classList.add('reading-now');
    words(output, tell(at));
  };
  const hide = () => panel.classList.remove('reading-now');
  for (const plot of plots) {
    const svg = plot.querySelector('svg');
    plot.addEventListener('pointermove', (event) => {
      const box = svg.getBoundingClientRect();
      const [from, to] = span();
      show(nearest(xs, from + (event.clientX - box.left) / box.width * (to - from)));
    });
    plot.addEventListener('pointerleave', hide);
    plot.tabIndex = 0;
    put(plot, 'role', 'group');
    put(plot, 'aria-label', 'Chart; the arrow keys read its values');
    plot.addEventListener('keydown', (event) => {
      const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -50, PageDown: 50, Home: -Infinity, End: Infinity }[event.key];
      if (step === undefined) return;
      event.preventDefault();
      const [from, to] = span();
      show(at < 0 ? nearest(xs, (from + to) / 2) : Math.max(nearest(xs, from), Math.min(nearest(xs, to), at + step)));
    });
    plot.addEventListener('blur', hide);
  }
};
for (const panel of document.querySelectorAll('[data-reads]')) {
  const { x, rows } = read(panel.dataset.reads);
  const xs = sums(x);
  if (xs.length === 0) continue;
  const daily = xs.every((at) => (at + 1000) % 86400000 < 2000);
  const half = xs.length === 1 ? 43200000 : 0;
  readable(panel, xs, () => [xs[0] - half, xs[xs.length - 1] + half], (i) => [[moment(xs[i], daily), ''], ...rows.map(({ name, values, decimals, unit }) => [name, number(values[i], decimals) + unit])]);
}
for (const button of document.querySelectorAll('button[data-view]')) {
  button.addEventListener('click', () => {
    const panel = button.closest('.panel');
    panel.dataset.view = button.dataset.view;
    for (const other of panel.querySelectorAll('button[data-view]')) put(other, 'aria-pressed', String(other === button));
  });
}
`;

/** Theme and print. */
const PAGE_SCRIPT = `
for (const hidden of document.querySelectorAll('.buttons, .tools, .pager, .needs-script')) hidden.hidden = false;
document.getElementById('theme').addEventListener('click', () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
});
document.getElementById('print').addEventListener('click', () => print());
addEventListener('beforeprint', () => { for (const one of document.querySelectorAll('details')) one.open = true; });
`;

/** All that the page runs: no library, no request. */
export const SCRIPT = `'use strict';
(() => {
${PAGE_SCRIPT}${READING_SCRIPT}${PRICE_SCRIPT}${TRADES_SCRIPT}})();
`;
