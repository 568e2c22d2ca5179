import type { Answer, Body, ParameterSpecs } from 'trader/contract';
import { draftErrors, parameterValue } from '../params/param-draft.ts';
import type { ParameterDraft } from '../params/param-draft.ts';

/** Long work as the API tells of it. */
export type Job = Answer<'readJob'>;

/** What long work is asked for. */
export type JobRequest = Body<'startJob'>;

/** What is asked for in the card of a new run: text as it was typed. */
export interface RunDraft {
  readonly kind: JobRequest['kind'];
  readonly strategy: string;
  readonly bars: string;
  /** Empty: that of the bars. */
  readonly interval: string;
  /** Days as `2023-01-31`; empty: from the first, to the last bar. */
  readonly from: string;
  readonly to: string;
  readonly cash: string;
  /** Empty: the venue's own where one is chosen, else 10. */
  readonly feeBps: string;
  /** `fraction` of equity, `units`, `kelly` or `volatility`, and its figure; an empty figure: that of the command line. */
  readonly sizing: 'fraction' | 'units' | 'kelly' | 'volatility';
  readonly size: string;
  /** Empty: what the bars say. */
  readonly instrument: string;
  readonly venue: string;
  readonly leverage: string;
  readonly fill: 'next-open' | 'close';
  /** As the command line takes them: `spread:2`, `250`, `10%`; empty: none. */
  readonly slippage: string;
  readonly latency: string;
  readonly volumeShare: string;
  /** Ids of stored series, by what each is to the strategy. */
  readonly series: Readonly<Record<string, string>>;
  readonly parameters: ParameterDraft;
  /** Values to try, by parameter: `5:30:5` or `a,b`; empty: not varied. */
  readonly grid: Readonly<Record<string, string>>;
}

/** The card before anything was chosen. */
export const NEW_RUN: RunDraft = {
  kind: 'backtest', strategy: '', bars: '', interval: '', from: '', to: '', cash: '100000', feeBps: '10',
  sizing: 'fraction', size: '', instrument: '', venue: '', leverage: '', fill: 'next-open', slippage: '', latency: '', volumeShare: '', series: {}, parameters: {}, grid: {},
};

/** What a draft comes to: a request, or what is wrong by field (`grid.fast` for a grid's). */
export type RunOutcome =
  | { readonly ok: true; readonly request: JobRequest; /** Combinations of a sweep; 1 else. */ readonly combinations: number }
  | { readonly ok: false; readonly errors: Readonly<Record<string, string>> };

/** Reads the card; `reads` are what the strategy reads besides bars. */
export function readRun(draft: RunDraft, schema: ParameterSpecs, reads: readonly string[] = []): RunOutcome {
  const errors: Record<string, string> = { ...draftErrors(schema, draft.parameters), ...termErrors(draft, reads) };
  if (draft.strategy === '') errors['strategy'] = 'Choose a strategy';
  if (draft.bars === '') errors['bars'] = 'Choose bars';
  if (draft.from !== '' && draft.to !== '' && draft.from >= draft.to) errors['to'] = 'The end lies after the beginning';
  if (!isAmount(draft.cash)) errors['cash'] = 'An amount above zero';
  const grid = Object.fromEntries(Object.entries(draft.grid).filter(([, text]) => text.trim() !== '').map(([name, text]) => [name, text.replace(/\s/g, '')]));
  const combinations = draft.kind === 'sweep' ? countGrid(grid, errors) : 1;
  if (Object.keys(errors).length > 0) return { ok: false, errors };
  const parameters = Object.fromEntries(Object.entries(draft.parameters).flatMap(([name, text]) => {
    const spec = schema[name];
    return spec === undefined || (draft.kind === 'sweep' && name in grid) || String(spec.default) === text ? [] : [[name, parameterValue(spec, text)]];
  }));
  const given = Object.fromEntries(OPTIONAL.flatMap((name) => (draft[name] === '' ? [] : [[name, draft[name]]])));
  const subject = {
    strategy: draft.strategy, bars: draft.bars, cash: draft.cash, parameters, ...given,
    ...(draft.size !== '' && { sizing: `${draft.sizing}:${draft.size}` }), ...(draft.fill !== 'next-open' && { fill: draft.fill }),
    ...(reads.length > 0 && { series: reads.map((name) => draft.series[name] ?? '') }),
  };
  return { ok: true, combinations, request: draft.kind === 'sweep' ? { ...subject, kind: 'sweep', grid } : { ...subject, kind: draft.kind } };
}

/** What is left out of the request where it is empty. */
const OPTIONAL = ['interval', 'from', 'to', 'feeBps', 'instrument', 'venue', 'leverage', 'slippage', 'latency', 'volumeShare'] as const;

/** What a text of the terms has to look like, and what is said where it does not. */
const TERMS: Readonly<Record<'feeBps' | 'size' | 'instrument' | 'leverage' | 'slippage' | 'latency' | 'volumeShare', readonly [RegExp, string]>> = {
  feeBps: [/^\d{1,4}(\.\d{1,4})?$/, 'Hundredths of a percent, as 10'],
  size: [/^(?=.*[1-9])\d{1,9}(\.\d{1,9})?$/, 'A number above zero'],
  instrument: [/^\w[\w.-]{0,79}$/, 'A name as SPY or BTC-USDT.BINANCE'],
  leverage: [/^[1-9]\d{0,2}(\.\d{1,4})?$/, 'A number from 1 on'],
  slippage: [/^(bps|spread|impact|volume-share):\d{1,6}(\.\d{1,6})?$/, 'bps:5, spread:10, volume-share:0.1 or impact:1'],
  latency: [/^(\d{1,7}(ms)?|lognormal:\d{1,7}(\.\d+)?,\d{1,3}(\.\d+)?)$/, '250 (milliseconds) or lognormal:80,0.5'],
  volumeShare: [/^\d{1,3}(\.\d{1,6})?%?$/, '10% or 0.1'],
};

function termErrors(draft: RunDraft, reads: readonly string[]): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const [name, [shape, error]] of Object.entries(TERMS) as [keyof typeof TERMS, (typeof TERMS)[keyof typeof TERMS]][]) if (draft[name] !== '' && !shape.test(draft[name])) errors[name] = error;
  if (draft.size === '' && (draft.sizing === 'units' || draft.sizing === 'volatility')) errors['size'] = 'Give a number';
  if (draft.leverage !== '' && draft.venue === '') errors['leverage'] = 'Only at a venue';
  for (const name of reads) if (!/^\w[\w.-]{0,79}$/.test(draft.series[name] ?? '')) errors[`series.${name}`] = 'The id of a stored series, as UNRATE';
  return errors;
}

function countGrid(grid: Readonly<Record<string, string>>, errors: Record<string, string>): number {
  if (Object.keys(grid).length === 0) errors['grid'] = 'Give at least one parameter values to try';
  let combinations = 1;
  for (const [name, text] of Object.entries(grid)) {
    const count = gridCount(text);
    if (count === undefined) errors[`grid.${name}`] = 'As 5:30:5 (from, to, step) or 5,10,20';
    else combinations *= count;
  }
  return combinations;
}

/** How many values a grid's text names; undefined where it names none. */
export function gridCount(text: string): number | undefined {
  const range = /^(-?\d+(?:\.\d+)?):(-?\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(text);
  if (range !== null) {
    const [from, to, step] = [Number(range[1]), Number(range[2]), Number(range[3])];
    return step > 0 && to >= from ? Math.floor((to - from) / step + 1e-9) + 1 : undefined;
  }
  return /^[\w.-]+(,[\w.-]+)*$/.test(text) ? text.split(',').length : undefined;
}

function isAmount(text: string): boolean {
  return /^\d{1,20}(\.\d{1,18})?$/.test(text) && /[1-9]/.test(text);
}

/** What a job is about, in a line. */
export function requestTitle(request: Job['request']): string {
  const values = Object.entries(request.parameters ?? {}).map(([name, value]) => `${name} ${value}`);
  const grid = 'grid' in request && request.grid !== undefined ? Object.entries(request.grid).map(([name, text]) => `${name} ${text}`) : [];
  return [request.strategy, ...values, ...grid].join(' · ');
}
