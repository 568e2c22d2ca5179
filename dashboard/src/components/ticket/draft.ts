import type { MarketFact, OrderTicket, TicketSize } from 'trader/contract';

/** How the size of an order is said. */
export type SizeKind = 'quantity' | 'notional' | 'risk';

/** An order as it stands in the form: text as it was typed, so that no digit is lost. */
export interface Draft {
  readonly side: 'buy' | 'sell';
  readonly type: OrderTicket['type'];
  readonly sizeKind: SizeKind;
  readonly size: string;
  readonly price: string;
  readonly trigger: string;
  /** Percent behind the best price. */
  readonly trail: string;
  readonly timeInForce: NonNullable<OrderTicket['timeInForce']>;
  /** As a field for local date and time gives it. */
  readonly expires: string;
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  readonly stop: string;
  readonly takeProfit: string;
}

/** A field of the form that can be wrong. */
export type DraftField = 'size' | 'price' | 'trigger' | 'trail' | 'expires' | 'stop' | 'takeProfit';

/** What a draft comes to: an order to be sent, or what is wrong with it by field. */
export type DraftOutcome =
  | { readonly ok: true; readonly ticket: OrderTicket }
  | { readonly ok: false; readonly errors: Readonly<Partial<Record<DraftField, string>>> };

/** The form as it opens. */
export const NEW_DRAFT: Draft = {
  side: 'buy', type: 'market', sizeKind: 'quantity', size: '', price: '', trigger: '', trail: '', timeInForce: 'gtc', expires: '',
  postOnly: false, reduceOnly: false, stop: '', takeProfit: '',
};

/** Which fields an order type has. */
export function fieldsOf(type: Draft['type']): { readonly price: boolean; readonly trigger: boolean; readonly trail: boolean; readonly lasting: boolean; readonly postOnly: boolean } {
  return {
    price: type !== 'market', trigger: type === 'stop-limit', trail: type === 'trailing-stop', lasting: type !== 'market', postOnly: type === 'limit',
  };
}

/** What the price field of an order type is called. */
export function priceLabel(type: Draft['type']): string {
  return type === 'stop' ? 'Stop price' : type === 'trailing-stop' ? 'Begins at' : 'Limit price';
}

type Terms = { -readonly [K in keyof Omit<OrderTicket, 'instrument' | 'side' | 'type' | 'size'>]: OrderTicket[K] };

/**
 * Reads the form. What can be seen without the server is said at once, field by field; guards, fees
 * and margin are the server's to judge. What ends, ends by the clock of the market, which in a replay is not ours.
 */
export function readDraft(draft: Draft, market: Pick<MarketFact, 'instrument' | 'tick' | 'lot' | 'last' | 'tsLast' | 'timesInForce'>): DraftOutcome {
  const errors: Partial<Record<DraftField, string>> = {};
  const fields = fieldsOf(draft.type);
  const size = readSize(draft, market.lot, errors);
  const terms: Terms = {};
  const priced = (field: 'price' | 'trigger' | 'stop' | 'takeProfit', name: string, needed: boolean): void => {
    const text = draft[field].trim();
    if (text === '') { if (needed) errors[field] = `${name} is missing`; return; }
    const wrong = stepError(text, market.tick, name);
    if (wrong === undefined) terms[field] = plain(text);
    else errors[field] = wrong;
  };
  if (fields.price) priced('price', priceLabel(draft.type), true);
  if (fields.trigger) priced('trigger', 'Trigger price', true);
  priced('stop', 'Stop-loss', draft.sizeKind === 'risk');
  priced('takeProfit', 'Take-profit', false);
  if (fields.trail) readTrail(draft.trail, terms, errors);
  if (fields.lasting) readLasting(draft, terms, errors, market.tsLast);
  if (fields.postOnly && draft.postOnly) terms.postOnly = true;
  if (draft.reduceOnly) terms.reduceOnly = true;
  checkSides(draft, terms, market.last, errors);
  if (size === undefined || Object.keys(errors).length > 0) return { ok: false, errors };
  return { ok: true, ticket: { instrument: market.instrument, side: draft.side, type: draft.type, size, ...terms } };
}

function readSize({ sizeKind, size: typed }: Draft, lot: string, errors: Partial<Record<DraftField, string>>): TicketSize | undefined {
  const text = typed.trim();
  const wrong = sizeKind === 'quantity' ? stepError(text, lot, 'Quantity') : isAmount(text) ? undefined : 'An amount above zero is missing';
  if (wrong !== undefined) { errors.size = text === '' ? 'How much is missing' : wrong; return undefined; }
  switch (sizeKind) {
    case 'quantity': return { kind: 'quantity', quantity: plain(text) };
    case 'notional': return { kind: 'notional', notional: plain(text) };
    case 'risk': return { kind: 'risk', risk: plain(text) };
  }
}

function readTrail(text: string, terms: Terms, errors: Partial<Record<DraftField, string>>): void {
  const percent = Number(text);
  if (text.trim() === '' || !(percent > 0 && percent < 100)) errors.trail = 'A distance above 0 and below 100 percent is missing';
  else terms.trail = Number((percent / 100).toPrecision(12));
}

function readLasting({ timeInForce, expires }: Draft, terms: Terms, errors: Partial<Record<DraftField, string>>, now: number | null): void {
  terms.timeInForce = timeInForce;
  if (timeInForce !== 'gtd') return;
  const at = new Date(expires).getTime();
  if (Number.isNaN(at)) errors.expires = 'When it ends is missing';
  else if (now !== null && at <= now) errors.expires = 'It would have ended already';
  else terms.expires = at;
}

/** A stop-loss lies on the losing side of the entry and a take-profit on the winning side. */
function checkSides({ side }: Draft, terms: Terms, last: string | null, errors: Partial<Record<DraftField, string>>): void {
  const entry = terms.price ?? last;
  if (entry === null || entry === undefined) return;
  const sign = side === 'buy' ? 1 : -1;
  const below = side === 'buy' ? 'below' : 'above';
  const above = side === 'buy' ? 'above' : 'below';
  if (terms.stop !== undefined && compare(terms.stop, entry) * sign >= 0) errors.stop ??= `The stop-loss of a ${side} lies ${below} ${entry}`;
  if (terms.takeProfit !== undefined && compare(terms.takeProfit, entry) * sign <= 0) errors.takeProfit ??= `The take-profit of a ${side} lies ${above} ${entry}`;
}

const AMOUNT = /^\d{1,20}(\.\d{1,18})?$|^\.\d{1,18}$/;

function isAmount(text: string): boolean {
  return AMOUNT.test(text) && /[1-9]/.test(text);
}

/** Why a number is not a whole number of steps above zero; undefined where it is. */
export function stepError(text: string, step: string, name: string): string | undefined {
  if (!isAmount(text)) return `${name} must be a number above zero`;
  const places = Math.max(decimals(text), decimals(step));
  const unit = units(step, places);
  return unit > 0n && units(text, places) % unit !== 0n ? `${name} goes in steps of ${step}` : undefined;
}

/** −1, 0 or 1: how one decimal text compares with another, exactly. */
export function compare(a: string, b: string): number {
  const places = Math.max(decimals(a), decimals(b));
  const [left, right] = [units(a, places), units(b, places)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function decimals(text: string): number {
  const point = text.indexOf('.');
  return point < 0 ? 0 : text.length - point - 1;
}

function units(text: string, places: number): bigint {
  const [whole, fraction = ''] = text.split('.');
  return BigInt((whole === '' ? '0' : whole) + fraction.padEnd(places, '0'));
}

/** The number as the API takes it: a digit before the point. */
function plain(text: string): string {
  const trimmed = text.trim().replace(/^0+(?=\d)/, '');
  return trimmed.startsWith('.') ? `0${trimmed}` : trimmed;
}
