import type { CaptureBuilder, Level, Moment, Place } from './capture-builder.ts';
import { TickFileError } from './tick-file-error.ts';

/** What a message of Binance's market streams may hold; each kind has some of these. */
interface Message {
  readonly e?: string;
  /** Event time and transaction time; spot depth has the first alone, spot's best quotes have neither. */
  readonly E?: number;
  readonly T?: number;
  readonly U?: number;
  readonly u?: number;
  readonly pu?: number;
  readonly b?: readonly Level[] | string;
  readonly a?: readonly Level[] | string;
  readonly B?: string;
  readonly A?: string;
  readonly t?: number;
  readonly p?: string;
  readonly q?: string;
  /** Whether the buyer had rested: then the seller took. */
  readonly m?: boolean;
  /** Futures: what made the trade; `MARKET` for a trade of the market, else an insurance fund and the like. */
  readonly X?: string;
  readonly lastUpdateId?: number;
  readonly bids?: readonly Level[];
  readonly asks?: readonly Level[];
}

/** Whether a file's first line is that of a recorded stream: local time in nanoseconds, then a message. */
export function isBinanceStream(line: string): boolean {
  return /^\d{19} \{/.test(line);
}

/** Reads one line of a recorded stream of Binance spot or USDⓈ-M futures, combined or raw. */
export function readBinanceLine(builder: CaptureBuilder, place: Place, line: string): void {
  const { line: at, file } = place;
  const digits = line.slice(0, 19);
  if (!isBinanceStream(line)) throw new TickFileError('format', file, 'does not begin with a time of 19 digits and a message in braces', { line: at ?? 0 });
  let message: Message & { readonly data?: Message };
  try {
    message = JSON.parse(line.slice(20)) as Message;
  } catch (error) {
    throw new TickFileError('format', file, 'has a message that is no JSON; was the recording cut short?', { line: at ?? 0 }, error);
  }
  const tsLocal = Number(digits.slice(0, 13)) + Number(digits.slice(13)) / 1e6;
  const data = message.data ?? message;
  const moment = { tsLocal, tsExchange: data.T ?? data.E ?? builder.lastExchangeTime };
  if (!take(builder, place, data, moment)) builder.ignored += 1;
}

/** Takes a message in; false where it tells nothing of use. */
function take(builder: CaptureBuilder, place: Place, data: Message, moment: Moment): boolean {
  if (data.e === 'depthUpdate') return takeDepth(builder, place, data, moment);
  if (data.e === 'trade') return takeTrade(builder, place, data, moment);
  return data.lastUpdateId === undefined ? takeQuote(builder, place, data, moment) : takeSnapshot(builder, place, data, moment);
}

function takeDepth(builder: CaptureBuilder, place: Place, { U: first, u: last, pu, b, a }: Message, moment: Moment): boolean {
  if (first === undefined || last === undefined || typeof b !== 'object' || typeof a !== 'object') return false;
  builder.update(place, { ...moment, first, last, previous: pu, bids: b, asks: a });
  return true;
}

function takeTrade(builder: CaptureBuilder, place: Place, { p, q, t, m, X }: Message, moment: Moment): boolean {
  if (p === undefined || q === undefined || (X !== undefined && X !== 'MARKET')) return false;
  builder.trade(place, moment, m === false, p, q, t);
  return true;
}

function takeSnapshot(builder: CaptureBuilder, place: Place, { lastUpdateId, bids, asks }: Message, moment: Moment): boolean {
  if (bids === undefined || asks === undefined || Number.isNaN(moment.tsExchange)) return false;
  builder.snapshot(place, moment, bids, asks, lastUpdateId);
  return true;
}

/** Spot's quotes tell no time: where no message before has told the venue's, there is none. */
function takeQuote(builder: CaptureBuilder, place: Place, { b, B, a, A, u }: Message, moment: Moment): boolean {
  if (typeof b !== 'string' || typeof a !== 'string' || B === undefined || A === undefined || Number.isNaN(moment.tsExchange)) return false;
  builder.quote(place, moment, [b, B], [a, A], u);
  return true;
}
