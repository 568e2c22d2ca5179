import { compare, decimalPlaces, divide, parseDecimal, sub, add, mul, toNumber } from '../domain/exact.ts';
import { readParameters, type ParameterValues } from '../domain/parameters.ts';
import type { Result } from '../domain/result.ts';
import type { StrategyDefinition } from '../ports/strategy.ts';

/** One swept parameter and its values, in the order in which they are tried. */
export interface Axis {
  readonly name: string;
  readonly values: readonly (number | string)[];
}

/** Why a grid was refused, in words that say what to do. */
export interface GridError {
  readonly kind: 'grid';
  readonly message: string;
}

/** Combinations that one sweep may have. */
export const MOST_COMBOS = 10_000_000;

/** All combinations of the values of some axes; what is not swept has one value for all. */
export interface Grid {
  readonly axes: readonly Axis[];
  readonly size: number;
  /** Combination `index`, the last axis turning fastest. Its own check has not been asked. */
  at(index: number): ParameterValues;
}

/**
 * Reads `name=from:to:step`, or `name=a,b,c` for single values and words. The range holds `to` if
 * a step falls on it; decimals are counted exactly, so 0.1:0.5:0.1 has five values. Without a
 * step it is 1.
 */
export function readAxis(text: string): Result<Axis, GridError> {
  const match = /^([^=]+)=(.+)$/.exec(text);
  if (!match) return refuse(`a grid is NAME=FROM:TO:STEP or NAME=A,B,C, not "${text}"`);
  const [, name, range] = match;
  if (!range.includes(':')) {
    const words = range.split(',').map((word) => word.trim());
    if (words.includes('')) return refuse(`"${text}" has an empty value between its commas`);
    const twice = words.find((word, i) => words.indexOf(word) !== i);
    return twice === undefined ? { ok: true, value: { name, values: words } } : refuse(`"${text}" has the value ${twice} twice`);
  }
  const parts = range.split(':');
  if (parts.length > 3 || parts.some((part) => !/^-?\d*\.?\d+$/.test(part))) {
    return refuse(`"${text}" is not NAME=FROM:TO:STEP with three plain numbers, such as fast=5:23:2`);
  }
  return readRange(text, name, parts[0], parts[1], parts[2] ?? '1');
}

function readRange(text: string, name: string, fromText: string, toText: string, stepText: string): Result<Axis, GridError> {
  const scale = Math.max(...[fromText, toText, stepText].map(decimalPlaces));
  const [from, to, step] = [fromText, toText, stepText].map((part) => parseDecimal(part, scale));
  if (compare(step, 0) <= 0) return refuse(`the step of "${text}" must be above 0, not ${stepText}`);
  if (compare(from, to) > 0) return refuse(`"${text}" begins above its end: ${fromText} is more than ${toText}`);
  const steps = Number(divide(sub(to, from), step, 'floor'));
  if (steps >= MOST_COMBOS) return refuse(`"${text}" has ${count(steps + 1)} values; a sweep may have ${count(MOST_COMBOS)} combinations: take larger steps`);
  return { ok: true, value: { name, values: Array.from({ length: steps + 1 }, (_, k) => toNumber(add(from, mul(step, k)), scale)) } };
}

/**
 * Lays a grid over a strategy's parameters, with `fixed` for those that stay. Refuses names that
 * the strategy does not have or that are given twice, values out of their range, and grids of
 * more than `MOST_COMBOS`.
 */
export function createGrid(
  definition: StrategyDefinition, axes: readonly Axis[], fixed: Readonly<Record<string, string | number>>,
): Result<Grid, GridError> {
  const base = readParameters(definition.parameters, fixed);
  if (!base.ok) return refuse(base.error.message);
  const names = axes.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i || Object.hasOwn(fixed, name));
  if (twice !== undefined) return refuse(`${twice} is given twice; it may be swept once, or fixed`);
  const size = axes.reduce((product, { values }) => product * values.length, 1);
  if (size > MOST_COMBOS) {
    const product = axes.reduce((all, { values }) => all * BigInt(values.length), 1n);
    const factors = axes.filter(({ values }) => values.length > 1).map(({ name, values }) => `${count(values.length)} of ${name}`).join(' × ');
    return refuse(`the grid has ${factors} = ${count(product)} combinations, ${count((product + BigInt(MOST_COMBOS) - 1n) / BigInt(MOST_COMBOS))} times the ${count(MOST_COMBOS)} that a sweep may have: take larger steps, or fix some parameters`);
  }
  const read: Axis[] = [];
  for (const { name, values } of axes) {
    const checked: (number | string)[] = [];
    for (const value of values) {
      const one = readParameters(definition.parameters, { [name]: value });
      if (!one.ok) return refuse(one.error.message);
      checked.push(one.value[name]);
    }
    read.push({ name, values: checked });
  }
  return { ok: true, value: { axes: read, size, at: (index) => combination(base.value, read, index) } };
}

/**
 * So many places of a grid of this size, each once, spread over it and over the values of every axis: multiples of a
 * step that shares no factor with the size. Equal steps through the grid would meet the axes that turn fast at the same few values.
 */
export function spreadPlaces(size: number, most: number): readonly number[] {
  if (size <= most) return Array.from({ length: size }, (_, place) => place);
  // Near the golden section of the whole, so that however many there are they are about as far apart.
  let step = Math.round(size * (Math.sqrt(5) - 1) / 2);
  while (commonFactor(step, size) > 1) step += 1;
  return Array.from({ length: most }, (_, i) => (i * step) % size);
}

function commonFactor(a: number, b: number): number {
  return b === 0 ? a : commonFactor(b, a % b);
}

function combination(base: ParameterValues, axes: readonly Axis[], index: number): ParameterValues {
  const values: Record<string, number | string> = { ...base };
  let rest = index;
  for (let axis = axes.length - 1; axis >= 0; axis--) {
    const { name, values: choices } = axes[axis];
    values[name] = choices[rest % choices.length];
    rest = Math.floor(rest / choices.length);
  }
  return values as ParameterValues;
}

/** A whole number in groups of three. */
function count(value: number | bigint): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

function refuse(message: string): { readonly ok: false; readonly error: GridError } {
  return { ok: false, error: { kind: 'grid', message } };
}
