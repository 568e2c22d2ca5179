import type { DemoReport } from '../wiring/demo.ts';
import type { VerdictReport } from '../wiring/verdict.ts';
import { formatDecimal, formatDuration, formatPercent, formatRatio } from './format.ts';
import { shortName } from './paper-panels.ts';
import type { Style } from './style.ts';
import { renderTable, type Cell } from './table.ts';
import { wrap } from './text.ts';

const right = { align: 'right' } as const;

/** The demo for people: the published answer beside ours, the verdicts, and the next command. */
export function renderDemo({ lean, verdicts, wallSeconds }: DemoReport, columns: number, style: Style): string[] {
  const width = Math.max(60, Math.min(columns, 110));
  const said = (text: string) => wrap(text, width);
  const ready = verdicts.filter((one) => one.ready).length;
  const [first] = verdicts;
  return [
    style.heading('1. An answer that others have published'),
    ...said('LEAN, the engine of QuantConnect, publishes what its MACDTrendAlgorithm earns on SPY from 2004 to 2014. The same rule on the same prices, here:'), '',
    ...renderTable([{ title: 'Figure' }, { title: 'LEAN', ...right }, { title: 'AlgoTrendy', ...right }, { title: '' }], lean.figures.map(({ name, published, ours }) => [
      name, grouped(published), grouped(ours), published === ours ? { text: 'equal', paint: style.good } : { text: 'DIFFERENT', paint: style.bad },
    ]), { width, style }),
    '', style.heading('2. Two textbook strategies, judged'),
    ...said('Real prices that ship with the product, fees of 10 bp. Parameters are chosen on the past and traded on what follows; figures are of what followed. The gates are a Sharpe ratio above 1.5 for MACD and a drawdown below 20 % for Bollinger, and a dozen more.'), '',
    ...verdictTable(verdicts, width, style), '',
    ...said(ready === 0 ? `None of the ${verdicts.length} is ready for money, and that is the usual answer: most simple strategies lose after costs, or owe what they made to luck. A verdict says so before it costs anything.`
      : `${ready} of ${verdicts.length} are ready for paper; the others are not. Most simple strategies lose after costs, or owe what they made to luck.`),
    '', style.heading('3. What to do next'),
    ...[
      ['Every reason behind the first row:', `./algotrendy verdict ${first.strategy} --bars data/binance-usdm_BTCUSDT_1m_20250504-20250603.csv.gz --interval 1h`],
      ...(first.run === null ? [] : [['Why it made its first trade:', `./algotrendy explain ${first.run} 1`]]),
      ['Watch both trade on paper:', 'npm start'],
      ['Write your own, and judge it:', './algotrendy new strategy my-idea'],
    ].flatMap(([about, command]) => [`  ${about}`, `    ${style.accent(command)}`]),
    '', style.faint(`${formatDuration(wallSeconds * 1000)}, no key, no network.`),
  ];
}

function verdictTable(verdicts: readonly VerdictReport[], width: number, style: Style): string[] {
  const columns = [
    { title: 'Strategy' }, { title: 'Bars' }, { title: 'return', ...right }, { title: 'Sharpe', ...right }, { title: 'drawdown', ...right }, { title: 'gate' },
    { title: 'lines passed', ...right, rank: 1 }, { title: 'first fault', rank: 2 },
  ];
  return renderTable(columns, verdicts.map((one) => row(one, style)), { width, style });
}

function row(report: VerdictReport, style: Style): Cell[] {
  const { strategy, instrument, interval, from, to, outOfSample: out, lines, counts } = report;
  const gate = lines.find(({ name }) => name.startsWith(strategy === 'macd' ? 'Sharpe above 1' : 'Drawdown'));
  const fault = lines.find(({ state, decides }) => decides && (state === 'fail' || state === 'not-measurable'));
  const passed = counts.pass + counts.warn;
  const paint = { pass: style.good, warn: style.warn, fail: style.bad, 'not-measurable': style.faint }[gate?.state ?? 'not-measurable'];
  return [
    strategy, `${shortName(instrument)} ${interval} ${from.slice(0, 7)}–${to.slice(0, 7)}`,
    out === null ? '–' : { text: formatPercent(out.netReturn, 1, { sign: true }), paint: out.netReturn > 0 ? style.good : style.bad },
    formatRatio(out?.sharpe), formatPercent(out?.maxDrawdown, 1), { text: gate === undefined || gate.state === 'not-measurable' ? 'N/A' : gate.state.toUpperCase(), paint },
    `${passed} of ${passed + counts.fail + counts['not-measurable']}`, fault?.name ?? '–',
  ];
}

/** A number in groups of three; what carries a unit stays. */
function grouped(text: string): string {
  return /^\d+\.\d+$/.test(text) ? formatDecimal(text, 2) : text;
}
