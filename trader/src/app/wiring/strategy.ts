import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readParameters, type ParameterValues } from '../../domain/parameters.ts';
import { OpinionError } from '../../domain/signal.ts';
import type { StrategyDefinition } from '../../ports/strategy.ts';
import { findStrategy, readStrategy, STRATEGIES } from '../../strategies/catalog.ts';
import { Refusal } from '../refusal.ts';

/**
 * Finds a strategy by its catalogue name, or loads the `.ts` or `.js` file that exports it as `strategy`.
 * Refuses when there is none, and when it reads other series than are `given`, so that none is run
 * without what it reads.
 */
export async function loadStrategy(nameOrPath: string, given: readonly string[] = []): Promise<StrategyDefinition> {
  const definition = await findOrLoad(nameOrPath);
  const { name, series = [] } = definition;
  if (series.length === given.length) return definition;
  throw new Refusal('usage', series.length === 0 ? `${name} reads no series` : `${name} reads ${series.length} series (${series.join(', ')}), and ${given.length === 0 ? 'none is' : `${given.length} are`} given`, {
    where: '--series', hint: series.length === 0 ? 'Leave --series away.' : `It takes --series ID for each, in this order: ./algotrendy backtest ${nameOrPath} ${series.map(() => '--series ID').join(' ')} …`,
  });
}

/** Which series a strategy reads, as parameters beside its own, by what each is to it: with other series it is another. */
export function seriesParameters({ series: names = [] }: Pick<StrategyDefinition, 'series'>, ids: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(names.map((name, i) => [`series ${name}`, ids[i] ?? '']));
}

async function findOrLoad(nameOrPath: string): Promise<StrategyDefinition> {
  const shipped = findStrategy(nameOrPath);
  if (shipped) return shipped;
  const file = resolve(nameOrPath);
  if (!/\.[cm]?[jt]s$/.test(nameOrPath) || !existsSync(file)) {
    throw new Refusal('usage', `there is no strategy "${nameOrPath}"`, {
      hint: `Give one of ${STRATEGIES.map(({ name }) => name).join(', ')}, or the path of a .ts file; \`new strategy NAME\` writes one.`,
    });
  }
  let module: unknown;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw new Refusal('usage', `the strategy file cannot be loaded: ${error instanceof Error ? error.message : String(error)}`, { where: file });
  }
  const read = readStrategy(module, file);
  if (!read.ok) throw new Refusal('usage', read.error.message);
  return read.value;
}

/** Reads a strategy's parameters and asks its own check. Refuses what is unknown, out of range or contradictory. */
export function readStrategyParameters(definition: StrategyDefinition, given: Readonly<Record<string, string | number>>): ParameterValues {
  const read = readParameters(definition.parameters, given);
  if (!read.ok) throw new Refusal('usage', read.error.message, { where: `--param ${read.error.parameter}` });
  const fault = definition.check?.(read.value);
  if (fault !== undefined) throw new Refusal('usage', fault, { where: '--param' });
  return read.value;
}

/**
 * Says of an error whether the strategy made it: it wrote what is no opinion, or it threw in the file
 * that it was loaded from. Such a one is refused, with the place in that file; any other is given back.
 */
export function faultOf(nameOrPath: string, error: unknown): unknown {
  if (error instanceof OpinionError) return new Refusal('failure', error.message, { hint: 'Mend the strategy: docs/first-strategy.md says what it may want.' });
  if (!(error instanceof Error) || error instanceof Refusal || findStrategy(nameOrPath)) return error;
  const file = pathToFileURL(resolve(nameOrPath)).href;
  const place = error.stack?.split('\n').find((line) => line.includes(file));
  if (place === undefined) return error;
  const [, line] = /:(\d+):\d+\)?$/.exec(place) ?? [];
  return new Refusal('failure', `the strategy failed: ${error.message}`, { where: `${resolve(nameOrPath)}, line ${line}`, hint: 'Mend the strategy and run it again.' });
}
