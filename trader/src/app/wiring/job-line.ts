import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseInterval } from '../../domain/time.ts';
import { createGrid, readAxis } from '../../research/grid.ts';
import type { JobError, JobRequest } from '../../ports/jobs.ts';
import type { Result } from '../../domain/result.ts';
import { findStrategy, STRATEGIES } from '../../strategies/catalog.ts';
import { Refusal } from '../refusal.ts';
import { readStrategyParameters } from './strategy.ts';
import { shippedVenues } from './venue-account.ts';
import { DATA_FOLDER, shippedInstruments } from './venue-rules.ts';

/** What each text of a request may look like: it becomes a word of a command line, and never an option or a path. */
const SHAPES: Readonly<Record<string, RegExp>> = {
  bars: /^\w[\w.@:-]*$/, from: /^\d{4}-\d\d-\d\d([T ][\d:.]+Z?)?$|^\d{12,14}$/, to: /^\d{4}-\d\d-\d\d([T ][\d:.]+Z?)?$|^\d{12,14}$/,
  cash: /^\d+(\.\d+)?$/, sizing: /^[a-z]+(:[\w.,=/-]+)?$/, feeBps: /^\d+(\.\d+)?$/, slippage: /^[a-z-]+(:[\w.,=]+)?$/, latency: /^(\d+(\.\d+)?(ms)?|lognormal:[\d.,=a-z]+)$/,
  fee: /^[a-z-]+:[\d.,=%a-z]+$/, instrument: /^\w[\w.-]*$/, leverage: /^\d+(\.\d+)?$/, fill: /^(next-open|close)$/, volumeShare: /^\d+(\.\d+)?%?$/,
};

/** The words of the command that a job is, after the name of the program; refuses what the command would, as far as that can be told at once. */
export function jobLine(request: JobRequest, workers: number): Result<readonly string[], JobError> {
  const fault = faultOf(request);
  if (fault !== undefined) return { ok: false, error: { kind: 'invalid', ...fault } };
  const { kind, strategy, parameters = {}, bars, interval, from, to, cash, sizing, feeBps, fee, instrument = shippedInstruments().find((each) => each.bars === bars)?.id, venue, leverage, fill, volumeShare, slippage, latency, series = [] } = request;
  const grid = kind === 'backtest' ? {} : request.grid ?? {};
  // With the value in one word no value can be taken for an option.
  const words = Object.entries({ bars: sourceOf(bars), interval, from, to, cash, sizing, 'fee-bps': feeBps, fee, instrument, venue, leverage, fill, 'volume-share': volumeShare, slippage, latency })
    .flatMap(([name, text]) => (text === undefined ? [] : [`--${name}=${text}`]));
  return {
    ok: true,
    value: [
      kind, strategy, '--json', ...words, ...series.map((id) => `--series=${id}`), ...Object.entries(parameters).map(([name, value]) => `--param=${name}=${value}`),
      ...Object.entries(grid).map(([name, range]) => `--grid=${name}=${range}`), ...(kind === 'backtest' ? [] : [`--workers=${workers}`]),
    ],
  };
}

/** A shipped file by its path, else the id of stored bars. */
function sourceOf(bars: string): string {
  const shipped = join(DATA_FOLDER, bars);
  return existsSync(shipped) ? shipped : bars;
}

type Fault = { readonly message: string; readonly field: string } | undefined;

function faultOf(request: JobRequest): Fault {
  const { strategy, bars, interval } = request;
  const texts: Readonly<Record<string, unknown>> = { ...request };
  for (const [field, shape] of Object.entries(SHAPES)) {
    const text = texts[field];
    if (text !== undefined && !(typeof text === 'string' && shape.test(text))) return { field, message: `${field} cannot be ${JSON.stringify(text)}` };
  }
  // What lies in the folder that the product was started in is nobody's business here.
  if (!existsSync(join(DATA_FOLDER, bars)) && existsSync(resolve(bars))) return { field: 'bars', message: `there are no bars "${bars}"` };
  if (interval !== undefined && parseInterval(interval) === undefined) return { field: 'interval', message: `an interval is 1m, 1h or 1d, not "${interval}"` };
  const { venue } = request;
  if (venue !== undefined && !shippedVenues().includes(venue)) return { field: 'venue', message: `there is no venue "${venue}"; there are ${shippedVenues().join(', ')}` };
  if (findStrategy(strategy) === undefined) return { field: 'strategy', message: `there is no strategy "${strategy}"; there are ${STRATEGIES.map(({ name }) => name).join(', ')}` };
  return seriesFault(request) ?? gridFault(request) ?? parameterFault(request);
}

function seriesFault({ strategy, series = [] }: JobRequest): Fault {
  const wanted = findStrategy(strategy)?.series ?? [];
  const strange = series.find((id) => !/^\w[\w.-]{0,79}$/.test(id));
  if (strange !== undefined) return { field: 'series', message: `there is no series ${JSON.stringify(strange)}` };
  return series.length === wanted.length ? undefined : { field: 'series', message: wanted.length === 0 ? `${strategy} reads no series` : `${strategy} reads ${wanted.join(', ')}: name a stored series for each` };
}

function gridFault(request: JobRequest): Fault {
  if (request.kind === 'backtest' || request.grid === undefined) return undefined;
  const { strategy, grid: ranges, parameters = {} } = request;
  if (request.kind === 'sweep' && Object.keys(ranges).length === 0) return { field: 'grid', message: 'a sweep takes a grid: fast: "5:23:2"' };
  const axes = [];
  for (const [name, range] of Object.entries(ranges)) {
    const axis = readAxis(`${name}=${range}`);
    if (!axis.ok) return { field: 'grid', message: axis.error.message };
    axes.push(axis.value);
  }
  const definition = findStrategy(strategy);
  const grid = definition && createGrid(definition, axes, parameters);
  return grid?.ok === false ? { field: 'grid', message: grid.error.message } : undefined;
}

/** Of a sweep the grid decides what the parameters are. */
function parameterFault({ kind, strategy, parameters = {} }: JobRequest): Fault {
  const definition = findStrategy(strategy);
  if (definition === undefined || kind === 'sweep') return undefined;
  try {
    readStrategyParameters(definition, parameters);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { field: 'parameters', message: error.message };
  }
}
