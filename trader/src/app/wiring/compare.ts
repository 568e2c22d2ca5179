import { format } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import { Refusal } from '../refusal.ts';
import { formatMoney, formatPlural, formatTime } from '../terminal/format.ts';
import type { BacktestReport } from './backtest-request.ts';
import type { TracedOrder } from './order-trace.ts';
import { repeatRun, type RepeatedRun } from './repeated-run.ts';
import type { StoredRun } from './run-store.ts';

/** A thing that two runs were given, or one of their figures, side by side. */
export interface Pair {
  readonly name: string;
  readonly a: string | number | null;
  readonly b: string | number | null;
}

/** An order as it is set beside another. */
export interface ComparedOrder {
  readonly decidedAt: string;
  readonly book: string;
  readonly side: string;
  readonly type: string;
  readonly leg: string;
  readonly quantity: string;
  readonly price: string | null;
}

/** A place at which the orders of two runs are not the same. */
export interface Parting {
  /** Orders before it that were. */
  readonly same: number;
  /** Null where one of the runs has no more orders. */
  readonly a: ComparedOrder | null;
  readonly b: ComparedOrder | null;
}

/** The result of a comparison: the object that `compare --json` prints. Names may be added, never changed. */
export interface CompareReport {
  readonly a: string;
  readonly b: string;
  /** Whether both traded alike, fill by fill. */
  readonly sameTrades: boolean;
  /** What they were given that differs. */
  readonly given: readonly Pair[];
  readonly figures: readonly Pair[];
  /** The first order that was decided otherwise (time, side, kind); null where none was, or where a run could not be repeated. */
  readonly parting: Parting | null;
  /** The first order of which only size or price differ, where that comes before. */
  readonly sizes: Parting | null;
  /** Why orders could not be compared; null where they were. */
  readonly notCompared: string | null;
  /** What differs and why, in sentences. */
  readonly why: readonly string[];
}

const FIGURES = [
  'finalEquity', 'netReturn', 'sharpe', 'sortino', 'maxDrawdown', 'volatility', 'cagr', 'calmar', 'trades', 'winRate', 'profitFactor', 'expectancy', 'payoff',
  'exposure', 'turnover', 'fills', 'orders', 'denials', 'fees',
] as const satisfies readonly (keyof BacktestReport)[];

/** Sets two kept runs side by side and finds where and why they part: both are run again for their orders, if they can be. */
export async function compare(a: StoredRun, b: StoredRun, home: string): Promise<CompareReport> {
  const given = differences(a, b);
  const figures = FIGURES.map((name) => ({ name, a: a.report[name] ?? null, b: b.report[name] ?? null }));
  let orders: Pick<CompareReport, 'parting' | 'sizes'> = { parting: null, sizes: null };
  let notCompared: string | null = null;
  const sameTrades = a.digest === b.digest;
  if (!sameTrades) {
    try {
      orders = partingOf(await repeatRun(a, home), await repeatRun(b, home));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      notCompared = `${error.message}${error.hint === undefined ? '' : `. ${error.hint}`}`;
    }
  }
  return { a: a.id, b: b.id, sameTrades, given, figures, ...orders, notCompared, why: wordWhy(a, b, { sameTrades, given, notCompared, ...orders }) };
}

/** What two runs were given that is not the same. */
function differences(a: StoredRun, b: StoredRun): Pair[] {
  const names = [...new Set([...Object.keys(a.report.parameters), ...Object.keys(b.report.parameters)])];
  const facts = ({ report, request, version, barsSha256, seriesSha256, strategySha256 }: StoredRun) => ({
    strategy: report.strategy, 'strategy file': strategySha256?.slice(0, 12) ?? null, instrument: report.instrument, data: shortHashes(barsSha256),
    interval: report.interval, from: report.from, to: report.to, bars: report.bars, cash: request.cash, fee: report.fee, fill: report.fill, sizing: report.sizing, venue: report.venue, margin: report.margin ?? null, leverage: report.leverage ?? null,
    slippage: report.venueModels?.slippage ?? null, latency: report.venueModels?.latency ?? null, 'volume share': report.venueModels?.volumeShare ?? null,
    'fill policy': report.venueModels?.fillPolicy ?? null, version, series: request.series?.join(',') ?? null, 'series data': shortHashes(seriesSha256),
  });
  const [left, right] = [facts(a), facts(b)];
  const all = [
    ...(Object.keys(left) as (keyof typeof left)[]).map((name) => ({ name, a: left[name], b: right[name] })),
    ...names.map((name) => ({ name: `--param ${name}`, a: a.report.parameters[name] ?? null, b: b.report.parameters[name] ?? null })),
  ];
  return all.filter((pair) => pair.a !== pair.b);
}

function shortHashes(sha256: readonly string[] = []): string | null {
  return sha256.length === 0 ? null : sha256.map((each) => each.slice(0, 12)).join(',');
}

function partingOf(a: RepeatedRun, b: RepeatedRun): Pick<CompareReport, 'parting' | 'sizes'> {
  const [left, right] = [a.trace.orders, b.trace.orders];
  const most = Math.max(left.length, right.length);
  let sizes: Parting | null = null;
  for (let same = 0; same < most; same++) {
    const [one, other] = [shown(left[same], a), shown(right[same], b)];
    if (one === null || other === null || !decidedAlike(one, other)) return { parting: { same, a: one, b: other }, sizes };
    if (one.quantity !== other.quantity || one.price !== other.price) sizes ??= { same, a: one, b: other };
  }
  return { parting: null, sizes };
}

/** Whether two orders are the same decision, of whatever size and at whatever price; names of strategies and markets may differ. */
function decidedAlike(a: ComparedOrder, b: ComparedOrder): boolean {
  return a.decidedAt === b.decidedAt && a.side === b.side && a.leg === b.leg && a.type === b.type;
}

function shown(traced: TracedOrder | undefined, { engine, markets }: RepeatedRun): ComparedOrder | null {
  if (traced === undefined) return null;
  const { order } = traced;
  const { priceScale, quantityScale }: Instrument = markets[engine.books[order.owner.index].instrument].instrument;
  return {
    decidedAt: new Date(order.tsInit).toISOString(), book: order.owner.name, side: order.side, type: order.type, leg: order.leg,
    quantity: trimmed(format(order.quantity, quantityScale)), price: order.type === 'market' ? null : trimmed(format(order.price, priceScale)),
  };
}

/** Without zeros at its end: two venues may count in other steps. */
function trimmed(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

type Found = Pick<CompareReport, 'sameTrades' | 'given' | 'parting' | 'sizes' | 'notCompared'>;

function wordWhy(a: StoredRun, b: StoredRun, found: Found): string[] {
  const { sameTrades, given } = found;
  if (a.id === b.id) return ['They are the same run.'];
  const difference = given.length > 0 ? `They were given another ${given.map((pair) => pair.name).join(', ')}.` : 'They were given the same, so the strategy or the program has changed.';
  if (sameTrades) return [difference, 'That made no difference: they traded alike, fill by fill.'];
  return [difference, ...wordOrders(found), wordMoney(a.report, b.report)];
}

function wordOrders({ parting, sizes, notCompared }: Found): string[] {
  if (notCompared !== null) return [];
  const size = sizes === null ? [] : [`${sizes.same === 0 ? 'From the first order on' : `After ${formatPlural(sizes.same, 'equal order')}`} their sizes or prices differ: A ${wordOrder(sizes.a)}, B ${sizes.b?.quantity}${sizes.b?.price ? ` at ${sizes.b.price}` : ''}.`];
  if (parting === null) return [...size, size.length > 0 ? 'All decisions agree, only the money does not.' : 'All orders agree; what differs is how they were filled or charged.'];
  const before = parting.same === 0 ? 'From the first order on they decide otherwise' : `After ${formatPlural(parting.same, 'decision')} alike they part`;
  return [...size, `${before}: A ${wordOrder(parting.a)}, B ${wordOrder(parting.b)}.`];
}

function wordOrder(order: ComparedOrder | null): string {
  if (order === null) return 'does nothing more';
  const price = order.price === null ? '' : ` at ${order.price}`;
  return `decides at ${formatTime(Date.parse(order.decidedAt))} UTC to ${order.side} ${order.quantity}${price} (${order.leg === 'target' ? '' : `${order.leg}, `}${order.book})`;
}

/** Where the difference in money comes from: what trading made before costs, the fees, and what else was paid. */
function wordMoney(a: BacktestReport, b: BacktestReport): string {
  const profit = (report: BacktestReport) => Number(report.finalEquity) - Number(report.cash);
  // A run that an older version kept lacks the names that were added since.
  const paid = ({ costs }: Partial<BacktestReport>) => (costs === undefined ? 0 : [costs.funding, costs.borrow, costs.swap, costs.liquidation].reduce((sum, amount) => sum + Number(amount), 0));
  const [fees, payments, net] = [Number(a.fees) - Number(b.fees), paid(a) - paid(b), profit(b) - profit(a)];
  const signed = (value: number) => formatMoney(value.toFixed(8), { sign: true });
  const other = payments === 0 ? '' : `, ${signed(payments)} by funding, borrowing and the like`;
  return `B made ${signed(net)} against A: ${signed(net - fees - payments)} by its trades before costs, ${signed(fees)} by ${fees < 0 ? 'higher' : 'lower'} fees${other}.`;
}
