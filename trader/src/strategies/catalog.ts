import { readParameters } from '../domain/parameters.ts';
import type { ParameterSpecs } from '../domain/parameters.ts';
import type { Result } from '../domain/result.ts';
import type { StrategyDefinition } from '../ports/strategy.ts';
import { bollinger } from './bollinger/bollinger.ts';
import { macd } from './macd/macd.ts';
import { macroFilter } from './macro-filter/macro-filter.ts';
import { movingAverageCross } from './moving-average-cross/moving-average-cross.ts';

/** The strategies that ship, in the order in which a person should meet them. */
export const STRATEGIES: readonly StrategyDefinition[] = [macd, bollinger, movingAverageCross, macroFilter];

/** The strategy that ships under this name; undefined when none does. */
export function findStrategy(name: string): StrategyDefinition | undefined {
  return STRATEGIES.find((strategy) => strategy.name === name);
}

/** Why a strategy cannot be used: the file or name, what is wrong, and what to do. */
export interface StrategyError {
  readonly kind: 'strategy';
  readonly message: string;
}

/**
 * Checks the name of a new strategy, which is also its folder, its file and part of its class.
 * Fails on anything but lower-case words joined by hyphens, and on the names that ship.
 */
export function readStrategyName(name: string): Result<string, StrategyError> {
  const message = findStrategy(name) ? `"${name}" is a strategy that ships; choose another name`
    : NAME.test(name) ? undefined : `a strategy's name is lower-case words joined by hyphens, such as night-breakout, not "${name}"`;
  return message === undefined ? { ok: true, value: name } : { ok: false, error: { kind: 'strategy', message } };
}

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Finds the strategy in a module that someone else wrote, and tries it once with its defaults, so
 * that a mistake is named here and not on the first bar. `file` is for the message.
 * Fails when there is no export `strategy`, or when it is not a `StrategyDefinition`.
 */
export function readStrategy(module: unknown, file: string): Result<StrategyDefinition, StrategyError> {
  const refuse = (message: string) => ({ ok: false, error: { kind: 'strategy', message: `${file}: ${message}` } }) as const;
  const found = isRecord(module) ? module.strategy : undefined;
  if (!isRecord(found)) return refuse('no export named strategy; write "export const strategy: StrategyDefinition<typeof parameters> = { … }"');
  if (typeof found.name !== 'string' || !NAME.test(found.name)) return refuse('strategy.name must be lower-case words joined by hyphens');
  if (typeof found.summary !== 'string') return refuse('strategy.summary must be a sentence');
  if (!isRecord(found.parameters)) return refuse('strategy.parameters must be an object, {} for none');
  for (const [name, spec] of Object.entries(found.parameters)) {
    if (!isSpec(spec)) return refuse(`strategy.parameters.${name} must be made by integer(), number() or choice()`);
  }
  if (!isSeries(found.series)) return refuse('strategy.series must be a list of words for the series that it reads');
  for (const method of ['warmup', 'create'] as const) {
    if (typeof found[method] !== 'function') return refuse(`strategy.${method} must be a function of the parameters`);
  }
  if (found.check !== undefined && typeof found.check !== 'function') return refuse('strategy.check must be a function or absent');
  const definition = found as unknown as StrategyDefinition;
  const fault = tryDefaults(definition);
  return fault === undefined ? { ok: true, value: definition } : refuse(fault);
}

function tryDefaults(definition: StrategyDefinition): string | undefined {
  const defaults = readParameters(definition.parameters, {});
  if (!defaults.ok) return `a default is not allowed by its own range: ${defaults.error.message}`;
  try {
    const refusal = definition.check?.(defaults.value);
    if (refusal !== undefined) return `strategy.check refuses the defaults: ${refusal}`;
    const warmup = definition.warmup(defaults.value);
    if (!Number.isInteger(warmup) || warmup < 0) return `strategy.warmup must give a whole number of bars, not ${warmup}`;
    const made: unknown = definition.create(defaults.value);
    return isRecord(made) && typeof made.onBar === 'function' ? undefined : 'strategy.create must return an object with onBar(bar, signal)';
  } catch (error) {
    return `strategy cannot be made with its defaults: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isSeries(series: unknown): boolean {
  return series === undefined || (Array.isArray(series) && series.every((each) => typeof each === 'string' && each !== ''));
}

function isSpec(spec: unknown): spec is ParameterSpecs[string] {
  if (!isRecord(spec) || typeof spec.help !== 'string') return false;
  if (spec.kind === 'choice') return Array.isArray(spec.choices) && spec.choices.length > 0 && spec.choices.every((word) => typeof word === 'string');
  return (spec.kind === 'integer' || spec.kind === 'number') && [spec.default, spec.min, spec.max].every(Number.isFinite);
}
