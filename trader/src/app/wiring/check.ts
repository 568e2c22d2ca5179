import { dirname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Random } from '../../domain/random.ts';
import type { ParameterValues } from '../../domain/parameters.ts';
import { formatInterval } from '../../domain/time.ts';
import type { StrategyDefinition } from '../../ports/strategy.ts';
import { tied } from '../../pipeline/informed.ts';
import { checkBias, type BiasFindings, type Suspect } from '../../research/bias-check.ts';
import type { Difference } from '../../research/decisions.ts';
import { checkWarmUp, type Settling } from '../../research/warm-up-check.ts';
import { findStrategy } from '../../strategies/catalog.ts';
import type { BarsRequest } from './backtest-request.ts';
import { chooseBars, type BarChoice, type ChosenBars } from './chosen-bars.ts';
import { watchOutside } from './outside-watch.ts';
import { openSeriesInputs } from './series-inputs.ts';
import { faultOf, loadStrategy, readStrategyParameters } from './strategy.ts';

/** A check as asked for on the command line. */
export interface CheckRequest extends Omit<BarChoice, 'home' | 'onProgress'> {
  /** Name in the catalogue, or path of a `.ts` file. */
  readonly strategy: string;
  readonly bars: readonly BarsRequest[];
  readonly parameters: Readonly<Record<string, string>>;
  /** Ids of stored series, one for each that the strategy reads, in its order; undefined for none. */
  readonly series?: readonly string[] | undefined;
  /** Decides where the future is cut off and where a strategy is begun. */
  readonly seed: number;
  /** At how many places each is done. */
  readonly places: number;
}

/** How a thing that was looked at came out. Only `fail` fails a check; what cannot be measured is never a pass. */
export type LineState = 'pass' | 'warn' | 'fail' | 'not-measurable';

/** One line of a check or a verdict. */
export interface CheckLine {
  readonly name: string;
  readonly state: LineState;
  /** What was found, in one or two sentences. */
  readonly reason: string;
}

/** What was found on the bars of one instrument. */
export interface MarketFindings {
  readonly instrument: string;
  readonly interval: string;
  readonly bars: number;
  readonly from: string;
  readonly to: string;
  readonly lines: readonly CheckLine[];
  /** The figures behind the lines. */
  readonly bias: BiasFindings;
  readonly warmUp: Settling | null;
}

/** The result of a check: the object that `check --json` prints. Names may be added, never changed. */
export interface CheckReport {
  readonly strategy: string;
  readonly parameters: ParameterValues;
  readonly seed: number;
  readonly places: number;
  readonly passed: boolean;
  readonly markets: readonly MarketFindings[];
  /** Process CPU of the checks, without reading the bars. */
  readonly cpuSeconds: number;
}

/** Bars of a source that are looked at: a leak shows in far fewer. */
const MOST_CHECKED_BARS = 200_000;

/** What a check needs of its surroundings. */
export interface CheckContext {
  readonly home: string;
  /** Hears which market is being looked at, as a fraction of all. */
  readonly onProgress?: (fraction: number) => void;
}

/** Checks where a strategy's decisions come from. Refuses what cannot be run; file faults pass through as `BarFileError`. */
export async function check(request: CheckRequest, { home, onProgress }: CheckContext): Promise<CheckReport> {
  const folder = folderOf(request.strategy);
  const loading = await watchOutside(folder, async () => {
    const definition = await loadStrategy(request.strategy, request.series);
    return { definition, values: readStrategyParameters(definition, request.parameters) };
  });
  const { definition, values } = loading.result;
  const markets: MarketFindings[] = [];
  let cpuSeconds = 0;
  for (const source of request.bars) {
    onProgress?.(markets.length / request.bars.length);
    const chosen = await chooseBars(source, { ...request, home, first: Math.min(request.first ?? Infinity, MOST_CHECKED_BARS) });
    const { courses } = await openSeriesInputs(home, request.series, [chosen]);
    const started = process.cpuUsage();
    try {
      const { result, reached } = await watchOutside(folder, () => look(request, tied(definition, chosen.intervalMs, courses), values, chosen));
      markets.push(wordMarket(chosen, result, [...new Set([...loading.reached, ...reached])]));
    } catch (error) {
      throw faultOf(request.strategy, error);
    } finally {
      chosen.set.close();
    }
    const { user, system } = process.cpuUsage(started);
    cpuSeconds += (user + system) / 1e6;
    onProgress?.(markets.length / request.bars.length);
  }
  const passed = markets.every(({ lines }) => lines.every(({ state }) => state !== 'fail'));
  return { strategy: definition.name, parameters: values, seed: request.seed, places: request.places, passed, markets, cpuSeconds };
}

/** Where the code of a strategy lies, as a stack would name it. */
function folderOf(strategy: string): string {
  return findStrategy(strategy) ? new URL('../../strategies/', import.meta.url).href : pathToFileURL(dirname(resolve(strategy))).href;
}

interface Found {
  readonly bias: BiasFindings;
  readonly warmUp: Settling | undefined;
}

function look({ seed, places }: CheckRequest, definition: StrategyDefinition, values: ParameterValues, { pieces }: ChosenBars): Found {
  const [bars] = pieces;
  const suspect: Suspect = { create: () => definition.create(values), bars };
  const bias = checkBias(suspect, places, new Random(seed));
  return { bias, warmUp: bias.unrepeatable === undefined ? checkWarmUp(suspect, definition.warmup(values), places, new Random(seed)) : undefined };
}

function wordMarket({ id, intervalMs, length, first, last }: ChosenBars, { bias, warmUp }: Found, reached: readonly string[]): MarketFindings {
  return {
    instrument: id, interval: formatInterval(intervalMs), bars: length, from: new Date(first).toISOString(), to: new Date(last).toISOString(),
    lines: [repeats(bias), outside(reached), untouched(bias), lookAhead(bias), foresight(bias), settles(bias, warmUp)],
    bias, warmUp: warmUp ?? null,
  };
}

function repeats({ unrepeatable, bars }: BiasFindings): CheckLine {
  const name = 'Repeats itself';
  if (unrepeatable === undefined) return { name, state: 'pass', reason: `Two new strategies decided alike on all ${count(bars)} bars.` };
  return { name, state: 'fail', reason: `Two new strategies disagree on the same bars: ${wordDifference(unrepeatable)}. It uses chance, the clock, or what a former one left behind.` };
}

function outside(reached: readonly string[]): CheckLine {
  const name = 'Stays with its bars';
  return reached.length === 0
    ? { name, state: 'pass', reason: 'It reaches for no file, program, network, clock or chance.' }
    : { name, state: 'fail', reason: `It ${reached.join(', ')}: its decisions can come from something else than the bars it is shown.` };
}

function untouched({ tampered }: BiasFindings): CheckLine {
  const name = 'Leaves the bars alone';
  return tampered === undefined
    ? { name, state: 'pass', reason: 'Every value of the bars was the same afterwards.' }
    : { name, state: 'fail', reason: `It changed the ${tampered.column} of the bar of ${time(tampered.timestamp)}: it trades on prices of its own making.` };
}

function lookAhead({ unrepeatable, places, leaks, reach }: BiasFindings): CheckLine {
  const name = 'No look-ahead';
  if (unrepeatable !== undefined) return { name, state: 'not-measurable', reason: 'It cannot be told from a strategy that does not repeat itself.' };
  const [leak] = leaks;
  if (leak === undefined) return { name, state: 'pass', reason: `With the future cut off and with another future, at ${places} places each, it decided the same up to there.` };
  const how = leak.way === 'hidden' ? 'cut off' : 'replaced by another';
  const what = leak.thrown === undefined ? wordDifference(leak) : `at ${time(leak.timestamp)} it failed with "${leak.thrown}"`;
  const far = leaks.some(({ thrown }) => thrown === undefined) ? ` It looks up to ${count(reach)} bar${reach === 1 ? '' : 's'} ahead.` : '';
  return { name, state: 'fail', reason: `With the future ${how} after ${count(leak.given)} bars, ${what}. So it did at ${leaks.length} of ${2 * places} tries.${far}` };
}

function foresight({ unrepeatable, foresight: { t, knows } }: BiasFindings): CheckLine {
  const name = 'No outside knowledge';
  if (unrepeatable !== undefined) return { name, state: 'not-measurable', reason: 'It cannot be told from a strategy that does not repeat itself.' };
  if (t === null) return { name, state: 'not-measurable', reason: 'It wanted nothing on invented prices, so there was nothing to compare with the real ones.' };
  const figure = `t = ${t.toFixed(1)}, where chance stays within ±5`;
  return knows
    ? { name, state: 'fail', reason: `Its decisions on invented prices foretell the real ones (${figure}): it knows them from elsewhere, or lives by the calendar alone.` }
    : { name, state: 'pass', reason: `Its decisions on invented prices say nothing about the real ones (${figure}).` };
}

function settles({ unrepeatable }: BiasFindings, settling: Settling | undefined): CheckLine {
  const name = 'Warm-up';
  if (unrepeatable !== undefined) return { name, state: 'not-measurable', reason: 'It cannot be told from a strategy that does not repeat itself.' };
  if (settling === undefined) return { name, state: 'not-measurable', reason: 'There are too few bars to begin it in their middle: four times its warm-up are needed, and a hundred at least.' };
  const { declared, starts, watched, worst, median, never, undecided } = settling;
  if (never > 0) return { name, state: 'fail', reason: `Begun in the middle, ${never} of ${starts} still disagreed after ${count(watched)} bars with one that had seen everything: live, it would not do what it did here.` };
  if (undecided === starts) return { name, state: 'not-measurable', reason: `It changes its mind too seldom in ${count(watched)} bars to tell.` };
  const some = undecided === 0 ? '' : ` ${undecided} of ${starts} starts changed their mind too seldom to tell.`;
  if (worst <= declared) return { name, state: 'pass', reason: `Begun in the middle, it decides like one that has seen everything after ${count(worst)} bars at most; it declares ${count(declared)}.${some}` };
  return { name, state: 'warn', reason: `It declares ${count(declared)} bars, but begun in the middle it decides like one that has seen everything only after up to ${count(worst)} (half of ${starts} starts within ${count(median)}): give it as many before it trades.${some}` };
}

function wordDifference({ timestamp, expected, got }: Difference): string {
  const names = (['target', 'stop', 'trail', 'takeProfit'] as const).filter((key) => !Object.is(expected[key], got[key]));
  return `at ${time(timestamp)} it wanted ${names.map((key) => `${WORDS[key]} ${number(expected[key])} and then ${number(got[key])}`).join(', ')}`;
}

const WORDS = { target: 'a target of', stop: 'a stop at', trail: 'a stop that trails by', takeProfit: 'a profit target at' } as const;

function number(value: number): string {
  return Number.isNaN(value) ? 'none' : String(Number(value.toPrecision(8)));
}

function time(timestamp: number): string {
  return `${new Date(timestamp).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function count(value: number): string {
  return value.toLocaleString('en');
}
