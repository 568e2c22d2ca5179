import type { CheckLine, CheckReport, LineState } from '../wiring/check.ts';
import { formatCount, formatDuration, formatTime } from './format.ts';
import type { Style } from './style.ts';
import { clip, wrap } from './text.ts';

const LABELS: Readonly<Record<LineState, string>> = { pass: 'PASS', warn: 'WARN', fail: 'FAIL', 'not-measurable': 'N/A' };
const LABEL_WIDTH = 6;
const NAME_WIDTH = 26;

/** A check for people: each thing looked at, how it came out, and why. */
export function renderCheck(report: CheckReport, columns: number, style: Style): string[] {
  const width = Math.max(40, Math.min(columns, 110));
  const parameters = Object.entries(report.parameters).map(([name, value]) => `${name}=${value}`).join('  ');
  return [
    `${style.strong(`Check of ${report.strategy}`)}  ${report.passed ? style.good('passed') : style.bad('failed')}`,
    ...wrap(parameters, width).map((line) => style.faint(line)),
    ...report.markets.flatMap(({ instrument, interval, bars, from, to, lines }) => [
      '', clip(`${style.heading(instrument)}  ${style.faint(`${formatCount(bars)} × ${interval}, ${formatTime(Date.parse(from))} to ${formatTime(Date.parse(to))} UTC`)}`, width),
      ...lines.flatMap((line) => stateLines(line, width, style)),
    ]),
    '', style.faint(`Seed ${report.seed}, ${report.places} places, ${formatDuration(report.cpuSeconds * 1000)} of CPU.`),
  ];
}

/** One line of a check or a verdict: its state, its name, and its reason in a column of its own. */
export function stateLines({ name, state, reason }: CheckLine, width: number, style: Style): string[] {
  const paint = { pass: style.good, warn: style.warn, fail: style.bad, 'not-measurable': style.faint }[state];
  const indent = LABEL_WIDTH + NAME_WIDTH;
  const beside = width - indent >= 40;
  const head = `${paint(LABELS[state].padEnd(LABEL_WIDTH))}${style.strong(name.padEnd(beside ? NAME_WIDTH : 0))}`;
  const text = wrap(reason, beside ? width - indent : width - LABEL_WIDTH);
  if (!beside) return [head, ...text.map((line) => ' '.repeat(LABEL_WIDTH) + line)];
  return text.map((line, i) => (i === 0 ? head : ' '.repeat(indent)) + line);
}
