import { decimalPlaces, isMultiple, parseDecimal, sub, type Exact } from '../../domain/exact.ts';
import type { Instrument } from '../../domain/instrument.ts';
import type { Order } from '../../domain/order.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { limitName } from '../../domain/rule-name.ts';
import type { Result } from '../../domain/result.ts';
import type { Command, LimitCommand, ManualCommand, StrategyCommand, TradingCommand } from '../../ports/journal.ts';
import type { Commanded, ControlError, EngineAnswer, EngineCommand, OrderPreview } from '../../ports/engine-control.ts';
import type { TradingFact } from '../../ports/engine-feed.ts';
import type { RosterEntry } from '../../pipeline/roster.ts';
import { findStrategy } from '../../strategies/catalog.ts';
import { Refusal } from '../refusal.ts';
import { previewOf, staleVerdict } from './order-preview.ts';
import type { PaperTrader } from './paper.ts';
import { bookFact, limitGauges, orderFact } from './run-facts.ts';
import { limitFault } from './run-limits.ts';
import { isEnded, type TrackedOrder } from './run-record.ts';
import { readStrategyParameters } from './strategy.ts';
import { readTicket } from './ticket-reader.ts';

type Answered = Result<EngineAnswer, ControlError>;
type Asked<K extends EngineCommand['kind']> = EngineCommand & { readonly kind: K };

/** What the operator needs of the loop. */
export interface OperatorSeat {
  readonly trader: PaperTrader;
  /** Journals and carries out a command, and shows what became of it. */
  carryOut(command: Command): void;
  trading(): TradingFact;
  now(): number;
}

/** What is said besides where a command was carried out. */
interface More {
  readonly preview?: OrderPreview;
  readonly notes?: readonly string[];
}

/** Carries out what people ask of a run: looks at it, journals it, does it, and says what became of it. */
export class Operator {
  readonly #seat: OperatorSeat;

  constructor(seat: OperatorSeat) {
    this.#seat = seat;
  }

  /** Never throws for what a person may get wrong. */
  request(command: EngineCommand): Answered {
    const { id, kind } = command;
    if (!/^[\w.:-]{1,64}$/.test(id)) return refuse('invalid', 'a command\'s id is 1 to 64 letters, digits and . : - _', 'id');
    if (kind !== 'preview' && this.#run.ingest.commands.find(id) !== undefined) return { ok: true, value: { ...this.#answer(id), repeated: true } };
    switch (kind) {
      case 'halt': return this.#halt(command);
      case 'resume': return this.#resume(command);
      case 'preview': return this.#preview(command);
      case 'place': return this.#place(command);
      case 'amend': return this.#amend(command);
      case 'cancel': return this.#cancel(command);
      case 'cancel-all': return this.#cancelAll(command);
      case 'close': return this.#close(command);
      case 'protect': return this.#protect(command);
      case 'add-strategy': return this.#add(command);
      case 'set-limits': return this.#setLimits(command);
      default: return this.#change(command);
    }
  }

  get #run(): PaperTrader['run'] {
    return this.#seat.trader.run;
  }

  /** Journals it with who gave it, does it, and says what became of it. */
  #carryOut({ id, by }: Commanded, command: TradingCommand | ManualCommand | StrategyCommand | LimitCommand, more: More = {}): Answered {
    this.#seat.carryOut({ ...command, id, by, tsWall: this.#seat.now() });
    return { ok: true, value: this.#answer(id, more) };
  }

  #answer(id: string, { preview, notes = [] }: More = {}): EngineAnswer {
    const { trader } = this.#seat;
    const command = this.#run.ingest.commands.find(id)?.command;
    const touched = command !== undefined && 'clientOrderId' in command ? command.clientOrderId : undefined;
    const orders = trader.record.orders().filter(({ order }) => order.terms?.command === id || order.clientOrderId === touched);
    const book = command !== undefined && 'book' in command ? this.#run.roster.entry(command.book)?.book : this.#run.roster.entries.find(({ changes }) => changes.some((change) => change.command.id === id))?.book;
    return { id, repeated: false, trading: this.#seat.trading(), orders: orders.map((tracked) => orderFact(trader, tracked)), book: book === undefined ? null : bookFact(trader, book), preview: preview ?? null, notes };
  }

  #halt(command: Asked<'halt'>): Answered {
    const { scope, reason } = command;
    if (reason.trim() === '' || reason.length > 200) return refuse('invalid', 'a halt takes a reason of up to 200 letters', 'reason');
    if (this.#run.engine.risk.state.kind === 'liquidated') return refuse('conflict', 'the venue has liquidated the account: nothing trades any more');
    return this.#carryOut(command, scope === 'flatten' ? { kind: 'flatten', reason } : { kind: 'halt', reason, ...(scope === 'orders' && { orders: true as const }) });
  }

  #resume(command: Asked<'resume'>): Answered {
    const { kind } = this.#run.engine.risk.state;
    if (kind === 'liquidated') return refuse('conflict', 'the venue has liquidated the account: nothing brings it back');
    if (kind === 'active') return refuse('conflict', 'trading is not halted');
    return this.#carryOut(command, { kind: 'resume' });
  }

  #preview({ id, ticket }: Asked<'preview'>): Answered {
    const read = readTicket(this.#seat.trader, ticket);
    return read.ok ? { ok: true, value: { ...this.#answer(id), preview: previewOf(this.#seat.trader, read.value, this.#seat.now()) } } : read;
  }

  #place(command: Asked<'place'>): Answered {
    const { trader } = this.#seat;
    const read = readTicket(trader, command.ticket);
    if (!read.ok) return read;
    const now = this.#seat.now();
    const preview = previewOf(trader, read.value, now);
    const stale = preview.addsRisk ? staleVerdict(trader, read.value.market, now) : undefined;
    if (stale !== undefined) return { ok: false, error: { kind: 'denied', message: stale.message, preview } };
    const { record } = trader;
    const denied = record.denied;
    const answered = this.#carryOut(command, { kind: 'place', order: read.value.order }, { preview, notes: preview.notes });
    if (record.denied > denied) {
      const { rule } = record.denials[record.denials.length - 1];
      return { ok: false, error: { kind: 'denied', message: preview.guards.find(({ verdict }) => verdict === 'denied')?.message ?? `denied by ${rule}`, preview } };
    }
    if (!answered.ok || answered.value.orders.length > 0) return answered;
    // It waits for the exits to end that it would sell twice with, or there was nothing to reduce.
    return { ok: true, value: { ...answered.value, notes: [...preview.notes, 'It waits until the exits of what is held are canceled.'] } };
  }

  #amend(command: Asked<'amend'>): Answered {
    const { clientOrderId, quantity } = command;
    const tracked = this.#open(clientOrderId);
    if (!tracked.ok) return tracked;
    const { order } = tracked.value;
    if (order.leg !== 'manual') return refuse('conflict', 'that order is a strategy\'s: change the strategy, or cancel it');
    const { instrument } = this.#run.markets[order.instrument];
    const fault = amendFault(command, order, instrument);
    if (fault !== undefined) return fault;
    if (quantity !== undefined && sub(parseDecimal(quantity, instrument.quantityScale), tracked.value.filled) <= 0) return refuse('conflict', 'so much of it has filled already', 'quantity');
    const { kind, id, by, ...change } = command;
    return this.#carryOut({ id, by }, { kind, ...change }, { notes: ['The order is canceled, and what of it is left by then is sent anew.'] });
  }

  #cancel(command: Asked<'cancel'>): Answered {
    const tracked = this.#open(command.clientOrderId);
    if (!tracked.ok) return tracked;
    const { leg } = tracked.value.order;
    if (leg === 'stop' || leg === 'take-profit') return refuse('conflict', 'that order protects a position: take the exit away where it was set, or close the position');
    return this.#carryOut(command, { kind: 'cancel', clientOrderId: command.clientOrderId });
  }

  #cancelAll(command: Asked<'cancel-all'>): Answered {
    const { instrument, exits } = command;
    if (instrument !== undefined && !this.#trades(instrument)) return refuse('not-found', `${instrument} is not traded here`, 'instrument');
    return this.#carryOut(command, { kind: 'cancel-all', ...(instrument !== undefined && { instrument }), ...(exits === true && { exits }) });
  }

  #close(command: Asked<'close'>): Answered {
    const { instrument } = command;
    const market = this.#run.markets.findIndex((each) => each.instrument.id === instrument);
    if (market < 0) return refuse('not-found', `${instrument} is not traded here`, 'instrument');
    if (!this.#run.engine.books.some((book) => book.instrument === market && (book.quantity !== 0 || book.working.length > 0))) return refuse('conflict', `nothing of ${instrument} is held or on its way`);
    return this.#carryOut(command, { kind: 'close', instrument }, { notes: ['Strategies that held it wait for their next opinion.'] });
  }

  #protect(command: Asked<'protect'>): Answered {
    const { instrument, stop, takeProfit } = command;
    const { engine, markets } = this.#run;
    const market = markets.findIndex((each) => each.instrument.id === instrument);
    if (market < 0) return refuse('not-found', `${instrument} is not traded here`, 'instrument');
    const held = engine.desk.held(market);
    if (held === 0) return refuse('conflict', `nothing of ${instrument} is held by hand`);
    const mark = engine.portfolio.marks[market];
    const { tickSize, priceScale } = markets[market].instrument;
    for (const [field, text, above] of [['stop', stop, held < 0], ['takeProfit', takeProfit, held > 0]] as const) {
      if (text === undefined || text === null) continue;
      if (!isStepped(text, priceScale, tickSize)) return refuse('invalid', `${field} cannot be "${text}" on ${instrument}`, field);
      if (above ? Number(text) <= mark : Number(text) >= mark) return refuse('invalid', `${field} lies ${above ? 'above' : 'below'} the price of ${mark}`, field);
    }
    return this.#carryOut(command, { kind: 'protect', instrument, ...(stop !== undefined && { stop }), ...(takeProfit !== undefined && { takeProfit }) });
  }

  #add(command: Asked<'add-strategy'>): Answered {
    const { strategy, instrument, parameters, fraction, series = [] } = command;
    const definition = findStrategy(strategy);
    if (definition === undefined) return refuse('not-found', `there is no strategy ${strategy}`, 'strategy');
    if (!this.#trades(instrument)) return refuse('not-found', `${instrument} is not traded here`, 'instrument');
    if (this.#isReal) return refuse('unsupported', REAL_MONEY);
    const wanted = definition.series ?? [];
    if (series.length !== wanted.length) return refuse('invalid', wanted.length === 0 ? `${strategy} reads no series` : `${strategy} reads ${wanted.join(', ')}: name a stored series for each`, 'series');
    if (!/^(0?\.\d{1,9}|0\.\d{1,9}|1(\.0+)?)$/.test(fraction) || Number(fraction) <= 0) return refuse('invalid', 'a fraction lies above 0 and up to 1', 'fraction');
    const read = this.#values(definition, parameters);
    return read.ok ? this.#carryOut(command, { kind: 'add-strategy', strategy, instrument, parameters: read.value, fraction, ...(series.length > 0 && { series }) }) : read;
  }

  /** Starts, stops or changes a book that is there. */
  #change(command: Asked<'start-strategy' | 'stop-strategy' | 'set-parameters' | 'undo-parameters'>): Answered {
    const { book, kind } = command;
    const entry = this.#run.roster.entry(book);
    if (entry === undefined) return refuse('not-found', `there is no strategy's book ${book}`, 'book');
    if (kind === 'stop-strategy') {
      if (entry.stopped) return refuse('conflict', `${book} is stopped already`);
      return this.#carryOut(command, { kind, book, positions: command.positions });
    }
    if (kind === 'start-strategy' && !entry.stopped) return refuse('conflict', `${book} is running already`);
    const given = kind === 'undo-parameters' ? lastBefore(entry) : command.parameters ?? {};
    if (given === undefined) return refuse('conflict', `the parameters of ${book} were never changed`);
    const read = this.#values(entry.recipe.definition, { ...entry.recipe.parameters, ...given });
    if (!read.ok) return read;
    const same = JSON.stringify(read.value) === JSON.stringify(entry.recipe.parameters);
    if (same && kind !== 'start-strategy') return refuse('conflict', 'these are its parameters already');
    if (!same && this.#isReal) return refuse('unsupported', REAL_MONEY);
    return this.#carryOut(command, { kind: kind === 'start-strategy' ? kind : 'set-parameters', book, parameters: read.value }, { notes: ['In force from the next bar on, warmed up on the bars that the run has seen.'] });
  }

  /** Changes limits of the guards; who may loosen them was asked before. */
  #setLimits(command: Asked<'set-limits'>): Answered {
    const { limits: desk } = this.#run;
    const limits = Object.fromEntries(Object.entries(command.limits).filter(([name, to]) => desk.value(name) !== to));
    const fault = limitFault(desk, limits);
    if (fault !== undefined) return refuse('invalid', fault.message, `limits.${fault.name}`);
    if (Object.keys(limits).length === 0) return refuse('conflict', 'these are its limits already');
    const looser = desk.loosened(limits);
    if (looser.length > 0 && !command.loosen) return refuse('conflict', `${looser.join(', ')} would let more pass than now: loosening is a change of its own, for who has confirmed who they are`);
    const answered = this.#carryOut(command, { kind: 'set-limits', limits });
    const reached = limitGauges(this.#seat.trader).filter(({ share }) => share >= 1);
    const notes = ['In force for every order from now on. What is held or on its way stays.', ...reached.map((gauge) => `${limitName(gauge)}: what is held reaches the limit, nothing that adds to it passes.`)];
    return answered.ok ? { ok: true, value: { ...answered.value, notes } } : answered;
  }

  /** Parameters that a strategy takes. */
  #values(definition: RosterEntry['recipe']['definition'], parameters: Readonly<Record<string, string | number>>): Result<ParameterValues, ControlError> {
    try {
      return { ok: true, value: readStrategyParameters(definition, parameters) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const name = error.where?.replace(/^--param ?/, '') ?? '';
      return { ok: false, error: { kind: 'invalid', message: error.message, field: name === '' ? 'parameters' : `parameters.${name}` } };
    }
  }

  /** Whether it trades real money, by the parameters of passports. */
  get #isReal(): boolean {
    return this.#run.setup.live?.world === 'live';
  }

  #trades(instrument: string): boolean {
    return this.#run.markets.some((each) => each.instrument.id === instrument);
  }

  #open(clientOrderId: string): Result<TrackedOrder, ControlError> {
    const tracked = this.#seat.trader.record.find(clientOrderId);
    if (tracked === undefined) return { ok: false, error: { kind: 'not-found', message: `there is no order ${clientOrderId}, or it ended long ago` } };
    if (isEnded(tracked)) return { ok: false, error: { kind: 'conflict', message: `the order has ended: ${tracked.state}` } };
    return { ok: true, value: tracked };
  }
}

const REAL_MONEY = 'with real money a strategy trades by the parameters of its passport: stop, make another passport, and begin anew';

/** What of an amendment cannot be. */
function amendFault({ price, trigger, quantity }: Asked<'amend'>, { type }: Order, { id, priceScale, tickSize, quantityScale, lotSize }: Instrument) {
  if (price === undefined && trigger === undefined && quantity === undefined) return refuse('invalid', 'nothing is changed by it');
  if (price !== undefined && type === 'market') return refuse('invalid', 'a market order has no price', 'price');
  if (trigger !== undefined && type !== 'stop-limit') return refuse('invalid', 'only a stop-limit order has a trigger', 'trigger');
  const wrong = [['price', price, priceScale, tickSize], ['trigger', trigger, priceScale, tickSize], ['quantity', quantity, quantityScale, lotSize]] as const;
  const [fault] = wrong.filter(([, text, scale, step]) => text !== undefined && !isStepped(text, scale, step));
  return fault === undefined ? undefined : refuse('invalid', `${fault[0]} cannot be "${fault[1] ?? ''}" on ${id}`, fault[0]);
}

/** Whether a text is a decimal above 0 in whole steps. */
function isStepped(text: string, scale: number, step: Exact): boolean {
  return /^\d{1,15}(\.\d{1,15})?$/.test(text) && Number(text) > 0 && decimalPlaces(text) <= scale && isMultiple(parseDecimal(text, scale), step);
}

/** The parameters before the last change of them; undefined where there was none. */
function lastBefore({ changes }: RosterEntry): ParameterValues | undefined {
  return changes.findLast(({ from, to }) => JSON.stringify(from) !== JSON.stringify(to))?.from;
}

function refuse(kind: ControlError['kind'], message: string, field?: string): { readonly ok: false; readonly error: ControlError } {
  return { ok: false, error: { kind, message, ...(field !== undefined && { field }) } };
}
