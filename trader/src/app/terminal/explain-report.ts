import type { ExplainReport } from '../wiring/explain.ts';
import { formatGrouped } from './format.ts';
import type { Style } from './style.ts';
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
