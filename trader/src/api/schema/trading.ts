import { z } from 'zod';
import type { PropFirmGauge } from '../../domain/prop-firm.ts';
import type { EngineAnswer, GuardVerdict, OrderPreview } from '../../ports/engine-control.ts';
import type {
  AccountFact, BookFact, DenialFact, FeedFact, FillFact, HealthFact, LimitGauge, LogFact, MarketFact, OrderFact, PositionFact, RunFact, TradingFact,
} from '../../ports/engine-feed.ts';
import type { HaltFact, LimitChange, LimitSetting } from '../../ports/steering-facts.ts';
import type { DepthFact, TradeFact } from '../../ports/market-facts.ts';
import type { Alert } from '../alerts.ts';
import { byId, countText, decimal, id, instrumentId, interval, page, paging, positive, spanQuery, time } from './values.ts';
import { parameterSpecs, parameterValues } from './research.ts';

// Facts of the run go out as the port types them: each schema here is held to its type by the compiler.

const side = z.enum(['buy', 'sell']).meta({ id: 'Side' });
const orderType = z.enum(['market', 'limit', 'stop', 'stop-limit', 'trailing-stop']).meta({ id: 'OrderType' });
const timeInForce = z.enum(['gtc', 'ioc', 'fok', 'gtd', 'day']).meta({ id: 'TimeInForce' });
const leg = z.enum(['target', 'stop', 'take-profit', 'flatten', 'manual', 'liquidation', 'external']).meta({ id: 'Leg' });
const values = z.record(z.string(), z.union([z.string(), z.number()]));
const instant = time.nullable();
const price = decimal.nullable();

const run: z.ZodType<RunFact> = z.strictObject({
  id: z.string(), mode: z.enum(['paper', 'sandbox', 'live']), venue: z.string().nullable(), version: z.string(), startedAt: time,
  currency: z.string(), startEquity: decimal, speed: z.number().nullable(),
}).meta({ id: 'RunFact' });

const trading: z.ZodType<TradingFact> = z.strictObject({
  state: z.enum(['active', 'catching-up', 'paused', 'halted', 'liquidated', 'ended']), reason: z.string().nullable(), by: z.string().nullable(), since: instant, flat: z.boolean(),
}).meta({ id: 'TradingFact' });

const account: z.ZodType<AccountFact> = z.strictObject({
  tsEvent: instant, equity: decimal, cash: decimal, realised: decimal, unrealised: decimal, fees: decimal,
  dayPnl: decimal, weekPnl: decimal, totalPnl: decimal, drawdown: z.number(), maxDrawdown: z.number(), grossValue: decimal, exposure: z.number(),
}).meta({ id: 'AccountFact' });

const market: z.ZodType<MarketFact> = z.strictObject({
  instrument: z.string(), venue: z.string(), assetClass: z.enum(['crypto', 'equity', 'fx']), quoteCurrency: z.string(), tick: decimal, lot: decimal, minNotional: decimal,
  priceDecimals: z.int(), quantityDecimals: z.int(), intervalMs: z.number(), orderTypes: z.array(orderType), timesInForce: z.array(timeInForce),
  postOnly: z.boolean(), reduceOnly: z.boolean(), last: price, tsLast: instant, dayAgo: price,
  tells: z.array(z.enum(['trades', 'books'])), bars: z.int(), gaps: z.int(), rejected: z.int(),
}).meta({ id: 'MarketFact' });

const book: z.ZodType<BookFact> = z.strictObject({
  book: z.string(), kind: z.enum(['strategy', 'manual']), strategy: z.string(), instrument: z.string(),
  state: z.enum(['warming', 'running', 'latched', 'stopped', 'liquidated']), parameters: values, schema: parameterSpecs, warmupLeft: z.int(),
  target: z.number(), reasons: z.record(z.string(), z.number()), quantity: decimal, averagePrice: price, mark: price,
  unrealised: decimal, realised: decimal, fees: decimal, stop: price, takeProfit: price, lossAtStop: price,
  history: z.array(z.strictObject({
    command: z.string(), by: z.string(), tsEvent: time, tsWall: instant, change: z.enum(['started', 'stopped', 'parameters']), from: values, to: values,
  })),
}).meta({ id: 'BookFact' });

const level = z.tuple([decimal, decimal]).readonly();
const depth: z.ZodType<DepthFact> = z.strictObject({ instrument: z.string(), tsWall: time, bids: z.array(level), asks: z.array(level) }).meta({ id: 'DepthFact' });

const trade: z.ZodType<TradeFact> = z.strictObject({ id: z.string(), tsEvent: time, price: decimal, quantity: decimal, side: side.nullable() }).meta({ id: 'TradeFact' });

const position: z.ZodType<PositionFact> = z.strictObject({
  instrument: z.string(), quantity: decimal, averagePrice: price, mark: price, value: decimal, unrealised: decimal, realised: decimal, fees: decimal,
}).meta({ id: 'PositionFact' });

const order: z.ZodType<OrderFact> = z.strictObject({
  clientOrderId: z.string(), venueOrderId: z.string().nullable(), book: z.string(), instrument: z.string(), leg, side, type: orderType, timeInForce,
  quantity: decimal, filled: decimal, averagePrice: price, price, trigger: price, trail: z.number().nullable(), expires: instant,
  postOnly: z.boolean(), reduceOnly: z.boolean(), state: z.enum(['sent', 'unknown', 'open', 'canceling', 'filled', 'canceled', 'expired', 'rejected']),
  reason: z.string().nullable(), command: z.string().nullable(), by: z.string().nullable(), tsInit: time, tsEvent: time,
}).meta({ id: 'OrderFact' });

const fill: z.ZodType<FillFact> = z.strictObject({
  id: z.string(), clientOrderId: z.string(), book: z.string(), instrument: z.string(), side, leg, quantity: decimal, price: decimal, fee: decimal,
  realised: price, tsEvent: time,
}).meta({ id: 'FillFact' });

const denial: z.ZodType<DenialFact> = z.strictObject({
  id: z.string(), book: z.string(), instrument: z.string(), side, quantity: decimal, rule: z.string(), value: z.string(), limit: z.string(), tsEvent: time,
}).meta({ id: 'DenialFact' });

const gauge: z.ZodType<LimitGauge> = z.strictObject({
  id: z.string(), rule: z.string(), subject: z.string().nullable(), unit: z.enum(['money', 'share', 'count', 'ms']),
  used: z.number(), limit: z.number(), headroom: z.number(), share: z.number(), atBreach: z.enum(['deny', 'halt', 'flatten']),
}).meta({ id: 'LimitGauge' });

const limits = z.record(z.string(), z.number());

const limitSetting: z.ZodType<LimitSetting> = z.strictObject({
  name: z.string(), rule: z.string(), label: z.string(), unit: z.enum(['money', 'share', 'count', 'ms']), value: z.number(), began: z.number(),
  min: z.number(), max: z.number(), whole: z.boolean(), tighter: z.enum(['lower', 'higher']), help: z.string(),
}).meta({ id: 'LimitSetting' });

const limitChange: z.ZodType<LimitChange> = z.strictObject({ command: z.string(), by: z.string(), tsEvent: instant, tsWall: instant, from: limits, to: limits }).meta({ id: 'LimitChange' });

/** Some limits by name, as a person sets them. */
const limitBody = z.strictObject({
  limits: z.record(z.string().regex(/^[A-Za-z][\w:-]{0,63}$/), z.number().gt(0).max(1e15)).refine((given) => Object.keys(given).length > 0 && Object.keys(given).length <= 50, 'names 1 to 50 limits').meta({ minProperties: 1, maxProperties: 50 }),
});

const halt: z.ZodType<HaltFact> = z.strictObject({
  id: z.string(), kind: z.enum(['halt', 'flatten', 'resume']), orders: z.boolean(), reason: z.string().nullable(), by: z.string().nullable(), tsEvent: instant, tsWall: instant,
}).meta({ id: 'HaltFact' });

const feed: z.ZodType<FeedFact> = z.strictObject({
  name: z.string(), kind: z.enum(['replay', 'market', 'venue']), state: z.enum(['up', 'down', 'catching-up', 'ended']), ageMs: z.number().nullable(),
  latencyMs: z.strictObject({ p50: z.number(), p99: z.number() }).nullable(),
  latencyOf: z.enum(['trade', 'bar', 'order', 'question']).nullable(), aheadMs: z.number().nullable(), heard: z.int(), late: z.int(), reconnections: z.int(),
  trouble: z.string().nullable(), progress: z.strictObject({ done: z.number(), total: z.number() }).nullable(),
}).meta({ id: 'FeedFact' });

const alert: z.ZodType<Alert> = z.strictObject({
  id: z.string(), severity: z.enum(['info', 'warning', 'critical']), kind: z.string(), text: z.string(), subject: z.string().nullable(),
  tsEvent: instant, tsWall: time, resolvedAt: instant, acknowledged: z.strictObject({ by: z.string(), at: time }).nullable(),
}).meta({ id: 'Alert' });

const logLine: z.ZodType<LogFact> = z.strictObject({ tsWall: time, level: z.enum(['info', 'warning', 'error']), text: z.string() }).meta({ id: 'LogFact' });

const health: z.ZodType<HealthFact> = z.strictObject({
  journalSequence: z.int(), journalBytes: z.int(), bars: z.int(), barsPerSecond: z.number(), orders: z.int(), fills: z.int(), denials: z.int(),
  decisionMicros: z.strictObject({ p50: z.number(), p99: z.number() }).nullable(), memoryMb: z.number(), eventsDropped: z.int(),
}).meta({ id: 'HealthFact' });

const room = { limit: decimal, room: decimal, share: z.number() };
const propFirm: z.ZodType<PropFirmGauge> = z.strictObject({
  rules: z.string(), file: z.string(), state: z.enum(['running', 'passed', 'failed']),
  breach: z.strictObject({ rule: z.enum(['max-daily-loss', 'max-loss']), tsEvent: time, equity: z.number(), limit: z.number() }).nullable(),
  passedAt: instant, daily: z.strictObject(room), afterMidnight: z.strictObject({ ...room, tsEvent: time }), total: z.strictObject(room),
  target: z.strictObject({ profit: decimal, missing: decimal, share: z.number() }).nullable(),
  tradingDays: z.strictObject({ counted: z.int(), needed: z.int() }),
  bestDay: z.strictObject({ share: z.number().nullable(), most: z.number() }).nullable(), worstDailyLoss: z.number(), worstLoss: z.number(),
}).meta({ id: 'PropFirmGauge' });

const money = z.strictObject({ money: decimal, share: z.number() }).nullable();

/** What every order by hand says. */
const ticket = {
  instrument: instrumentId, side, type: orderType,
  size: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('quantity'), quantity: positive }),
    z.strictObject({ kind: z.literal('notional'), notional: positive }),
    z.strictObject({ kind: z.literal('risk'), risk: positive }),
    z.strictObject({ kind: z.literal('held'), share: z.number().gt(0).max(1) }),
  ]),
  price: positive.optional(), trigger: positive.optional(), trail: z.number().gt(0).lt(1).optional(),
  timeInForce: timeInForce.optional(), expires: time.optional(), postOnly: z.boolean().optional(), reduceOnly: z.boolean().optional(),
  stop: positive.optional(), takeProfit: positive.optional(),
};
const orderTicket = z.strictObject(ticket).meta({ id: 'OrderTicket' });

const verdict: z.ZodType<GuardVerdict> = z.strictObject({
  rule: z.string(), verdict: z.enum(['ok', 'warn', 'denied']), used: z.number().nullable(), limit: z.number().nullable(), message: z.string(),
}).meta({ id: 'GuardVerdict' });

const slipped = z.strictObject({ price: decimal, cost: decimal });

const preview: z.ZodType<OrderPreview> = z.strictObject({
  instrument: z.string(), side, type: orderType, quantity: decimal, price: decimal, notional: decimal, fee: decimal, currency: z.string(),
  exposureAfter: z.number(), cashAfter: decimal, margin: decimal,
  leverage: z.strictObject({ times: z.number(), isolated: z.boolean() }).nullable(), slippage: z.strictObject({ expected: slipped, worst: slipped, from: z.enum(['book', 'bars']) }).nullable(), positionAfter: decimal, lossAtStop: money, gainAtTakeProfit: money,
  addsRisk: z.boolean(), guards: z.array(verdict), allowed: z.boolean(), notes: z.array(z.string()), tsEvent: time,
}).meta({ id: 'OrderPreview' });

const receipt: z.ZodType<EngineAnswer> = z.strictObject({
  id: z.string(), repeated: z.boolean(), trading, orders: z.array(order), book: book.nullable(), preview: preview.nullable(), notes: z.array(z.string()),
}).meta({ id: 'Receipt', description: 'What became of a command that was carried out; what comes of its orders later, the stream tells' });

const strategyParams = z.strictObject({ book: id });

/** Requests and answers about the run: what it holds, does and may do, and orders to it. */
export const TRADING_SCHEMAS = {
  health: { answer: z.strictObject({ status: z.enum(['ok', 'degraded']), engine: z.enum(['up', 'gone']) }) },
  readState: {
    answer: z.strictObject({
      run, trading, account, health, sequence: z.int(), tsWall: time, tsEvent: instant,
      /** Since anything was heard of the trading loop, milliseconds. */
      ageMs: z.number(),
    }),
  },
  listPositions: { answer: z.strictObject({ items: z.array(position), books: z.array(book) }) },
  listOrders: { query: z.strictObject({ ...paging.shape, state: z.enum(['open', 'ended', 'all']).default('open'), instrument: instrumentId.optional() }), answer: page(order) },
  readOrder: { params: byId, answer: order },
  listFills: { query: z.strictObject({ ...paging.shape, instrument: instrumentId.optional() }), answer: page(fill) },
  listDenials: { query: paging, answer: page(denial) },
  equityCurve: {
    query: z.strictObject({ ...spanQuery.shape, points: countText(8, 2000, 500) }),
    answer: z.strictObject({ currency: z.string(), time: z.array(time), equity: z.array(decimal), drawdown: z.array(z.number()) }),
  },
  listLimits: { answer: z.strictObject({ items: z.array(gauge), propFirm: propFirm.nullable(), settings: z.array(limitSetting), changes: z.array(limitChange) }) },
  tightenLimits: { body: limitBody, answer: receipt },
  loosenLimits: { body: limitBody, answer: receipt },
  listHalts: { query: paging, answer: page(halt) },
  listFeeds: { answer: z.strictObject({ items: z.array(feed), at: time }) },
  listAlerts: { query: paging, answer: page(alert) },
  acknowledgeAlert: { params: byId, answer: alert },
  listLogs: { query: paging, answer: page(logLine) },
  listMarkets: { answer: z.strictObject({ items: z.array(market) }) },
  readBook: { query: z.strictObject({ instrument: instrumentId }), answer: depth },
  listTrades: { query: z.strictObject({ ...paging.shape, instrument: instrumentId }), answer: page(trade) },
  listBars: {
    query: z.strictObject({ instrument: instrumentId, interval: interval.optional(), ...spanQuery.shape, limit: countText(1, 2000, 500) }),
    answer: z.strictObject({
      instrument: z.string(), interval,
      /** Opening times; one column each, so that a chart takes them as they are. */
      time: z.array(time), open: z.array(z.number()), high: z.array(z.number()), low: z.array(z.number()), close: z.array(z.number()), volume: z.array(z.number().nullable()),
      /** Whether there are older ones: ask again with `to` at the first time. */
      more: z.boolean(), source: z.enum(['run', 'store']),
    }),
  },
  previewOrder: { body: orderTicket, answer: preview },
  placeOrder: { body: orderTicket, answer: receipt },
  amendOrder: { params: byId, body: z.strictObject({ price: positive.optional(), trigger: positive.optional(), quantity: positive.optional() }), answer: receipt },
  cancelOrder: { params: byId, answer: receipt },
  cancelAllOrders: { body: z.strictObject({ instrument: instrumentId.optional(), exits: z.boolean().optional() }), answer: receipt },
  closePosition: { params: z.strictObject({ instrument: instrumentId }), answer: receipt },
  protectPosition: { params: z.strictObject({ instrument: instrumentId }), body: z.strictObject({ stop: positive.nullable().optional(), takeProfit: positive.nullable().optional() }), answer: receipt },
  halt: { body: z.strictObject({ scope: z.enum(['entries', 'orders', 'flatten']), reason: z.string().min(1).max(200) }), answer: receipt },
  resume: { answer: receipt },
  listStrategies: { answer: z.strictObject({ items: z.array(book) }) },
  readStrategy: { params: strategyParams, answer: book },
  addStrategy: {
    body: z.strictObject({ strategy: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/), instrument: instrumentId, parameters: parameterValues, fraction: z.string().regex(/^(0(\.\d{1,8})?|1(\.0{1,8})?)$/), series: z.array(id).min(1).max(10).optional() }),
    answer: receipt,
  },
  changeParameters: { params: strategyParams, body: z.strictObject({ parameters: parameterValues }), answer: receipt },
  undoParameters: { params: strategyParams, answer: receipt },
  startStrategy: { params: strategyParams, body: z.strictObject({ parameters: parameterValues.optional() }), answer: receipt },
  stopStrategy: { params: strategyParams, body: z.strictObject({ positions: z.enum(['flat', 'keep']) }), answer: receipt },
} as const;
