import type { ExplainReport } from '../wiring/explain.ts';
import type { ListedTrade, TradeList } from '../wiring/trade-list.ts';
import { formatGrouped, formatMoney, formatPlural, formatTime } from './format.ts';
import { shortName } from './paper-panels.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import { fit, wrap } from './text.ts';

const LABEL_WIDTH = 11;

/** A trade for people: each of its orders with its reasons, and what came of it. */
export function renderExplanation(report: ExplainReport, columns: number, style: Style): string[] {
  const width = Math.max(40, Math.min(columns, 100));
  const aligned = (label: string, text: string) => wrap(text, width - LABEL_WIDTH - 2).map((line, i) => `  ${style.faint(fit(i === 0 ? label : '', LABEL_WIDTH))}${line}`);
  return [
    `${style.strong(`Trade ${report.trade} of ${report.trades}`)} of run ${style.accent(report.run)}: ${report.side} ${report.instrument}, ${report.strategy}${report.closed ? '' : ', still open'}`,
    ...report.orders.flatMap((order, i) => [
      '', `${style.heading(`Order ${i + 1}`)}  ${order.side} ${formatGrouped(order.quantity)} ${order.type}${order.price === null ? '' : ` ${formatGrouped(order.price)}`}  ${style.faint(order.clientOrderId)}`,
      ...order.reasons.flatMap(({ about, text }) => aligned(about, text)),
    ]),
    '', ...aligned('Result', report.result),
  ];
}

/** Trades that are listed whole; of more, so many of the worst and of the best. */
const LISTED = 40;
const EXTREMES = 10;

/** The trades of a run by the numbers that explain takes: all, or the worst and the best where they are many. */
export function renderTrades({ run, trades }: TradeList, width: number, style: Style): string[] {
  if (trades.length === 0) return [`Run ${style.accent(run)} has no finished trade.`];
  const next = `Explain one: ./algotrendy explain ${run} ${trades[0].trade}`;
  if (trades.length <= LISTED) return [...tradeTable(trades, width, style), '', next];
  const byProfit = trades.toSorted((a, b) => a.pnl - b.pnl);
  return [
    style.heading(`The ${EXTREMES} worst of ${formatPlural(trades.length, 'trade')}`), ...tradeTable(byProfit.slice(0, EXTREMES), width, style),
    '', style.heading(`The ${EXTREMES} best`), ...tradeTable(byProfit.slice(-EXTREMES).toReversed(), width, style), '', `${next}. --json lists all.`,
  ];
}

function tradeTable(trades: readonly ListedTrade[], width: number, style: Style): string[] {
  const right = { align: 'right' } as const;
  const columns = [
    { title: 'trade', ...right }, { title: 'instrument', rank: 3 }, { title: 'side' }, { title: 'entry (UTC)' }, { title: 'exit (UTC)', rank: 1 },
    { title: 'quantity', ...right, rank: 4 }, { title: 'entry price', ...right, rank: 2 }, { title: 'exit price', ...right, rank: 2 }, { title: 'profit', ...right },
  ];
  const price = (value: number) => formatGrouped(String(Number(value.toPrecision(8))));
  return renderTable(columns, trades.map(({ trade, instrument, side, entry, exit, quantity, entryPrice, exitPrice, pnl }) => [
    String(trade), shortName(instrument), side, formatTime(Date.parse(entry)), formatTime(Date.parse(exit)), price(quantity), price(entryPrice), price(exitPrice),
    { text: formatMoney(pnl.toFixed(8), { sign: true }), paint: pnl > 0 ? style.good : style.bad },
  ]), { width, style });
}
