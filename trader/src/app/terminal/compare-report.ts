import type { CompareReport, Pair } from '../wiring/compare.ts';
import { formatCount, formatMoney, formatPercent, formatRatio } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { wrap } from './text.ts';

type Show = (value: string | number | null) => string;
const money: Show = (value) => (value === null ? '–' : formatMoney(typeof value === 'number' ? value.toFixed(8) : value));
const share: Show = (value) => formatPercent(value === null ? null : Number(value));
const ratio: Show = (value) => formatRatio(value === null ? null : Number(value));
const count: Show = (value) => formatCount(Number(value));

/** Each figure's name for people, and how it is written. */
const FIGURES: Readonly<Record<string, readonly [label: string, show: Show]>> = {
  finalEquity: ['Final equity', money], netReturn: ['Net return', share], sharpe: ['Sharpe', ratio], sortino: ['Sortino', ratio], maxDrawdown: ['Max drawdown', share],
  volatility: ['Volatility', share], cagr: ['Annual growth', share], calmar: ['Calmar', ratio], trades: ['Trades', count], winRate: ['Win rate', share],
  profitFactor: ['Profit factor', ratio], expectancy: ['Expectancy', money], payoff: ['Payoff', ratio], exposure: ['Exposure', share], turnover: ['Turnover', ratio],
  fills: ['Fills', count], orders: ['Orders', count], denials: ['Denied orders', count], fees: ['Fees', money],
};

/** Two runs for people: why they differ, what they were given, and their figures side by side. */
export function renderComparison(report: CompareReport, columns: number, style: Style): string[] {
  const width = Math.max(40, Math.min(columns, 100));
  const said = (texts: readonly string[]) => texts.flatMap((text) => wrap(text, width - 2)).map((line) => `  ${line}`);
  const table = (title: string, rows: readonly (readonly string[])[]) => renderTable(
    [{ title }, { title: `A ${report.a}`, align: 'right' }, { title: `B ${report.b}`, align: 'right' }], rows, { width, style },
  );
  return [
    style.heading('What differs, and why'), ...said(report.why),
    ...(report.notCompared === null ? [] : said([style.warn(`Orders were not compared: ${report.notCompared}`)])),
    ...(report.given.length === 0 ? [] : ['', ...table('Given', report.given.map(({ name, a, b }) => [name, String(a ?? '–'), String(b ?? '–')]))]),
    '', ...table('Figure', report.figures.map(row)),
  ];
}

function row({ name, a, b }: Pair): readonly string[] {
  const [label, show] = FIGURES[name] ?? [name, String];
  return [label, show(a), show(b)];
}
