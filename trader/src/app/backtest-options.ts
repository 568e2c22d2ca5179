import { decimalPlaces, format, parseDecimal } from '../domain/exact.ts';
import type { Sizing } from '../pipeline/sizing.ts';
import {
  flag, list, pairs, readCash, readChoice, readDecimal, readInteger, readInterval, readText, readTime, splitPair, value, withDefault,
  type OptionValues,
} from './options.ts';
import { Refusal } from './refusal.ts';
import type { AccountRequest, BacktestRequest, BarsRequest, FeeRequest } from './wiring/backtest-request.ts';

/** What a backtest can be told; a sweep takes the same and a grid. */
export const BACKTEST_OPTIONS = {
  bars: list('[ID=]FILE', 'bars as CSV, CSV.gz or Parquet, or the id of stored bars; more than one are traded on one account', readBars),
  instrument: value('ID', 'what the one FILE holds, such as BTC-USDT-PERP.BINANCE', readText),
  interval: value('1h', 'resample to this interval', readInterval),
  from: value('TIME', 'first bar: 2024-03-01, 2024-03-01T12:00 (UTC) or milliseconds', readTime),
  to: value('TIME', 'end, exclusive', readTime),
  first: value('N', 'use only the first N bars', readInteger(1)),
  param: pairs('a parameter of the strategy'),
  cash: withDefault(value('N', 'starting cash', readCash), '100000'),
  'fee-bps': value('N', 'fee in hundredths of a percent of each fill; 10 where no fee and no venue is given', readDecimal),
  fee: value('SPEC', 'another fee: per-share:0.005,min=1,max=0.5% or bps:10', readFee),
  fill: withDefault(value('WHEN', 'fill at the next bar\'s open, or at the close that decided: next-open or close', readChoice('next-open', 'close')), 'next-open'),
  sizing: withDefault(value('SPEC', 'a full target is units:N, fraction:F of equity, kelly:F of what its own trades say, or volatility:V a year', readSizing), 'fraction:0.9975'),
  venue: value('NAME', 'what a venue charges and demands, such as binance-usdm, or a rule set FILE.json; without it there are no rules', readText),
  margin: value('MODE', 'at a venue: positions that answer for themselves, or all together: isolated or cross (default cross)', readChoice('isolated', 'cross')),
  leverage: value('N', 'at a venue: a position may be worth N times its margin (default 1)', readLeverage),
  funding: list('[ID=]FILE', 'at a venue: recorded funding rates, CSV of timestamp,rate', readBars),
  series: list('ID', 'a stored series, one for each that the strategy reads, in its order: ./algotrendy economic list', readText),
  strict: flag('refuse bars with gaps or without volume instead of counting them'),
};

/** Where else a result goes: backtest, walkforward and paper take it. */
export const REPORT_OPTION = { report: value('FILE', 'also write a tear sheet: one HTML file for people', readText) };

/** Times Kelly's fraction where no number is given: docs/kelly.md shows why so few. */
const DEFAULT_KELLY = '0.10';

/** The options as a request: what belongs together is checked together. */
export function readBacktestRequest(strategy: string, options: OptionValues<typeof BACKTEST_OPTIONS>): BacktestRequest {
  return {
    strategy,
    bars: readSources(options.bars, options.instrument),
    intervalMs: options.interval,
    from: options.from,
    to: options.to,
    first: options.first,
    parameters: options.param,
    cash: options.cash,
    fee: chooseFee(options['fee-bps'], options.fee, options.venue),
    fill: options.fill,
    sizing: options.sizing,
    venue: options.venue,
    account: readAccount(options),
    strict: options.strict,
    ...(options.series.length > 0 && { series: options.series }),
  };
}

/** The sources of bars of a command line: at least one, `--instrument` only beside a single one. */
export function readSources(bars: readonly BarsRequest[], instrument: string | undefined): readonly BarsRequest[] {
  const [only] = bars;
  if (only === undefined) {
    throw new Refusal('usage', 'no bars are given', { hint: 'Add --bars FILE; ./algotrendy data lists what is stored.' });
  }
  if (instrument === undefined) return bars;
  if (bars.length > 1 || only.instrument !== undefined) {
    throw new Refusal('usage', '--instrument names the instrument of a single --bars FILE', { hint: 'Name each one: --bars ID=FILE --bars ID=FILE' });
  }
  return [{ instrument, file: only.file }];
}

/** `FILE` or `ID=FILE`; a path may hold `=` after its first slash. */
export function readBars(text: string, name: string): BarsRequest {
  const [instrument, file] = splitPair(text);
  if (instrument === undefined || /[/\\]/.test(instrument)) return { instrument: undefined, file: readText(text, name) };
  if (instrument === '' || file === '') throw new Refusal('usage', `--${name} takes FILE or ID=FILE, not "${text}"`);
  return { instrument, file };
}

/** How positions are margined and funded; nothing of it without a venue. */
function readAccount({ venue, margin, leverage, funding }: Pick<OptionValues<typeof BACKTEST_OPTIONS>, 'venue' | 'margin' | 'leverage' | 'funding'>): AccountRequest | undefined {
  const [without] = venue !== undefined ? [] : [margin && '--margin', leverage && '--leverage', funding.length > 0 && '--funding'].filter(Boolean);
  if (without) throw new Refusal('usage', `${without} is for the rules of a venue`, { hint: 'Add --venue NAME, such as --venue binance-usdm.' });
  return venue === undefined ? undefined : { margin: margin ?? 'cross', leverage: leverage ?? '1', funding };
}

/** A leverage of at least 1, as text. */
function readLeverage(text: string, name: string): string {
  if (/^\d{1,4}(\.\d{1,4})?$/.test(text) && Number(text) >= 1) return text;
  throw new Refusal('usage', `--${name} takes a number from 1 on, such as 5, not "${text}"`);
}

/** The one fee that was asked for; where none was, the venue's own, or ten basis points. */
function chooseFee(bps: string | undefined, fee: FeeRequest | undefined, venue: string | undefined): FeeRequest {
  if (bps !== undefined && fee !== undefined) {
    throw new Refusal('usage', '--fee-bps and --fee exclude each other', { hint: 'Keep the one you mean.' });
  }
  if (fee === undefined && bps === undefined && venue !== undefined) return { kind: 'venue' };
  return fee ?? { kind: 'bps', bps: bps ?? '10' };
}

/** `bps:10` or `per-share:0.005,min=1,max=0.5%`. */
function readFee(text: string, name: string): FeeRequest {
  const refuse = (): never => {
    throw new Refusal('usage', `--${name} takes per-share:0.005,min=1,max=0.5% or bps:10, not "${text}"`);
  };
  const bps = /^bps:(\d+(?:\.\d+)?)$/.exec(text)?.[1];
  if (bps !== undefined) return { kind: 'bps', bps };
  const match = /^per-share:(\d+(?:\.\d+)?)((?:,(?:min|max)=[^,=]+)*)$/.exec(text) ?? refuse();
  const limits = new Map((match[2] ?? '').split(',').slice(1).map((part) => splitPair(part) as [string, string]));
  const min = limits.get('min');
  const max = limits.get('max');
  const percent = max === undefined ? undefined : /^(\d+(?:\.\d+)?)%$/.exec(max)?.[1] ?? refuse();
  if (min !== undefined && !/^\d+(\.\d+)?$/.test(min)) refuse();
  return { kind: 'per-share', perShare: match[1], min, maxRate: percent === undefined ? undefined : hundredth(percent) };
}

/** A decimal string divided by 100: `0.5` → `0.005`. */
function hundredth(decimal: string): string {
  const places = decimalPlaces(decimal);
  return format(parseDecimal(decimal, places), places + 2);
}

/** `units:1`, `fraction:0.9975`, `kelly:0.10,cap=1,volatility=0.10,edge=0.002/0.03/250` or `volatility:0.10,cap=1`. */
function readSizing(text: string, name: string): Sizing {
  const refuse = (): never => {
    throw new Refusal('usage', `--${name} takes units:1, fraction:0.9975, kelly:0.10 or volatility:0.10, not "${text}"`, { hint: 'kelly and volatility may go on with ,cap=1; kelly with ,volatility=0.10 and ,edge=MEAN/DEVIATION/TRADES.' });
  };
  const [, kind, amount = kind === 'kelly' ? DEFAULT_KELLY : '0', rest = ''] = /^(units|fraction|kelly|volatility)(?::(\d+(?:\.\d+)?))?((?:,[a-z]+=[^,]+)*)$/.exec(text) ?? refuse();
  const more = new Map(rest.split(',').slice(1).map((part) => splitPair(part) as [string, string]));
  const taken = kind === 'kelly' ? ['cap', 'volatility', 'edge'] : kind === 'volatility' ? ['cap'] : [];
  const positive = (decimal: string) => /^\d+(\.\d+)?$/.test(decimal) && /[1-9]/.test(decimal);
  if (!positive(amount) || [...more].some(([key, given]) => !taken.includes(key) || (key !== 'edge' && !positive(given)))) refuse();
  if (kind === 'units') return { kind, units: amount };
  if (kind === 'fraction') return { kind, fraction: amount };
  const { cap = '1', volatility, edge } = Object.fromEntries(more);
  if (kind === 'volatility') return { kind, volatility: amount, cap };
  atMostWhole(amount, name);
  return { kind: 'kelly', fraction: amount, cap, ...(volatility !== undefined && { volatility }), ...(edge !== undefined && { edge: readEdge(edge, refuse) }) };
}

/** Refuses more than the whole of Kelly's fraction. */
function atMostWhole(fraction: string, name: string): void {
  if (Number(fraction) <= 1) return;
  throw new Refusal('usage', `--${name} takes at most the whole of Kelly's fraction, not ${fraction} times it`, { hint: 'Beyond it less is earned and more is risked: ./algotrendy kelly.' });
}

/** `0.002/0.03/250`: mean and standard deviation of a trade's return, and of how many trades. */
function readEdge(text: string, refuse: () => never): { readonly mean: string; readonly deviation: string; readonly trades: string } {
  const [, mean, deviation, trades] = /^(-?\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)\/(\d+)$/.exec(text) ?? refuse();
  return { mean, deviation, trades };
}
