/** One bar of the picture: shares of all paths, which add up to 1 with what was unfinished. */
export interface KellyBar {
  readonly fraction: number;
  readonly pass: number;
  readonly failDaily: number;
  readonly failTotal: number;
  /** Share of the greatest growth that is kept. */
  readonly growthKept: number;
}

const [LEFT, TOP, HEIGHT, WIDTH] = [56, 64, 260, 72];
const COLOURS = { pass: '#2a9d5c', failDaily: '#d1495b', failTotal: '#8c2f39', unfinished: '#9aa0a6', line: '#2b4c7e', text: '#3c4043' } as const;

/**
 * How an evaluation ends at each fraction of Kelly, as stacked bars with the growth that is kept as a line:
 * one SVG that needs nothing else. `title` says under whose rules.
 */
export function kellyPicture(bars: readonly KellyBar[], title: string): string {
  const width = Math.max(LEFT + bars.length * WIDTH + 24, LEFT + title.length * 9, 460);
  const y = (share: number) => TOP + HEIGHT * (1 - share);
  const centre = (i: number) => LEFT + (i + 0.5) * WIDTH;
  const text = (x: number, at: number, words: string, rest = 'text-anchor="middle"') => `<text x="${x}" y="${at.toFixed(1)}" ${rest}>${escaped(words)}</text>`;
  const stack = bars.flatMap(({ pass, failTotal, failDaily }, i) => {
    const parts = [['pass', pass], ['failTotal', failTotal], ['failDaily', failDaily], ['unfinished', Math.max(0, 1 - pass - failTotal - failDaily)]] as const;
    let from = 0;
    return parts.map(([name, share]) => {
      const top = from + share;
      const box = share <= 0 ? '' : `<rect x="${centre(i) - 24}" y="${y(top).toFixed(1)}" width="48" height="${(HEIGHT * share).toFixed(1)}" fill="${COLOURS[name]}"/>`;
      from = top;
      return box;
    });
  });
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => `<line x1="${LEFT}" x2="${width - 24}" y1="${y(share)}" y2="${y(share)}" stroke="#dadce0"/>${text(LEFT - 8, y(share) + 4, `${share * 100} %`, 'text-anchor="end"')}`);
  const points = bars.map(({ growthKept }, i) => `${centre(i)},${y(Math.max(0, growthKept)).toFixed(1)}`);
  const legend = [['pass', 'passed'], ['failTotal', 'total loss'], ['failDaily', 'daily loss'], ['line', 'growth kept']] as const;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${TOP + HEIGHT + 56}" font-family="system-ui, sans-serif" font-size="12" fill="${COLOURS.text}">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
${text(LEFT, 22, title, 'font-size="15" font-weight="600"')}
${legend.map(([name, words], i) => `<rect x="${LEFT + i * 96}" y="34" width="10" height="10" fill="${COLOURS[name]}"/>${text(LEFT + 14 + i * 96, 43, words, '')}`).join('')}
${grid.join('')}
${stack.join('')}
<polyline points="${points.join(' ')}" fill="none" stroke="${COLOURS.line}" stroke-width="2"/>
${points.map((point) => `<circle cx="${point.split(',')[0]}" cy="${point.split(',')[1]}" r="3.5" fill="${COLOURS.line}" stroke="#ffffff"/>`).join('')}
${bars.map(({ fraction, pass }, i) => text(centre(i), TOP + HEIGHT + 18, String(fraction)) + (pass >= 0.06 ? text(centre(i), y(pass / 2) + 4, `${Math.round(pass * 100)} %`, 'text-anchor="middle" fill="#ffffff" font-weight="600"') : '')).join('')}
${text(LEFT + bars.length * WIDTH / 2, TOP + HEIGHT + 38, 'times Kelly’s fraction')}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
