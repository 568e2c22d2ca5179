import { quantile } from '../quantile.ts';
import { mean } from '../returns.ts';
import type { Measured } from './figures.ts';
import { count, duration, money, percent, plural } from './format.ts';
import { html, type Html } from './html.ts';
import { share } from './plot.ts';
import { linearScale } from './scale.ts';
import type { TearSheet } from './sheet.ts';

const BINS = 40;

/** How often values of each size were seen. */
export function distributions({ trips, currency = '' }: TearSheet, { returns }: Measured): Html {
  const pnl = trips?.map((trip) => trip.pnl) ?? [];
  const held = trips?.map(({ tsEntry, tsExit }) => tsExit - tsEntry) ?? [];
  const known = returns.filter((value) => !Number.isNaN(value));
  const moved = known.filter((value) => value !== 0);
  const still = known.length - moved.length;
  const ruined = returns.length - known.length;
  const left = `${still === 0 ? '' : `${plural(still, 'day')} without a change left out. `}${ruined === 0 ? '' : `${plural(ruined, 'day')} with nothing to begin with left out. `}`;
  return html`<section aria-labelledby="shapes-title"><h2 id="shapes-title">Distributions</h2><div class="shapes">
${histogram('Daily return', moved, (value) => percent(value, 1, true), (value) => percent(value, 2, true), { left })}
${trips !== undefined && histogram(`Profit of a trade, ${currency}`, pnl, (value) => money(value, true).replace(/\.\d+$/, ''), (value) => money(value, true))}
${trips !== undefined && histogram('Time held', held, duration, duration, { logarithmic: true })}
</div></section>`;
}

/** A histogram over the middle 99 % of the values; what lies beyond counts to the outermost bars. Times go by their logarithm. */
function histogram(title: string, values: ArrayLike<number>, onAxis: (value: number) => string, inText: (value: number) => string, { logarithmic = false, left: leftOut = '' }: { readonly logarithmic?: boolean; readonly left?: string } = {}): Html {
  if (values.length < 2) return html`<figure class="shape"><figcaption><h3>${title}</h3></figcaption><p class="note">${leftOut}Fewer than two values: nothing to draw.</p></figure>`;
  const warp = logarithmic ? (value: number) => Math.log(Math.max(value, 1000)) : (value: number) => value;
  const back = logarithmic ? Math.exp : (value: number) => value;
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [warp(quantile(sorted, 0.005)), warp(quantile(sorted, 0.995))];
  const [from, width] = high > low ? [low, (high - low) / BINS] : [low - 0.5, 1 / BINS];
  const bins = new Float64Array(BINS);
  for (const value of sorted) bins[Math.max(0, Math.min(BINS - 1, Math.floor((warp(value) - from) / width)))] += 1;
  const most = Math.max(...bins);
  const scale = linearScale(from, from + BINS * width, 4);
  const x = (value: number) => share((value - from) / (BINS * width));
  const ticks = logarithmic ? [0.05, 0.35, 0.65, 0.95].map((part) => from + part * BINS * width) : scale.ticks.filter((tick) => tick >= from && tick <= from + BINS * width);
  const average = mean(sorted);
  const middle = quantile(sorted, 0.5);
  const bars = [...bins].map((height, i) => {
    const [left, right] = [back(from + i * width), back(from + (i + 1) * width)];
    const mood = logarithmic || (left <= 0 && right > 0) ? 'flat' : left > 0 ? 'up' : 'down';
    return height === 0 ? '' : html`<rect class="${mood}" x="${share(i / BINS)}" width="${share(0.86 / BINS)}" y="${share(1 - height / most)}" height="${share(height / most)}"><title>${inText(left)} to ${inText(right)}: ${count(height)}</title></rect>`;
  });
  return html`<figure class="shape"><figcaption><h3>${title}</h3></figcaption>
<div class="plot middle dated"><svg role="img" aria-label="${title}: ${count(sorted.length)} values, mean ${inText(average)}, median ${inText(middle)}">
${bars}${!logarithmic && from < 0 && from + BINS * width > 0 && html`<line class="level start" x1="${x(0)}" x2="${x(0)}" y1="0" y2="100%"/>`}
<line class="base" x1="0" x2="100%" y1="100%" y2="100%"/>
<g class="axis-x">${ticks.map((tick) => html`<text x="${x(tick)}" y="100%" dy="18">${onAxis(back(tick))}</text>`)}</g></svg></div>
<p class="note">${leftOut}${count(sorted.length)} values; mean ${inText(average)}, median ${inText(middle)}, from ${inText(sorted[0])} to ${inText(sorted[sorted.length - 1])}. The outermost bars hold what lies beyond.</p></figure>`;
}
