import type { Result } from './result.ts';

/** One parameter of a strategy or an indicator: its kind, default, range and a sentence of help. */
export type ParameterSpec =
  | { readonly kind: 'integer' | 'number'; readonly default: number; readonly min: number; readonly max: number; readonly help: string }
  | { readonly kind: 'choice'; readonly default: string; readonly choices: readonly string[]; readonly help: string };

/** Parameters by name, in the order in which a person should read them. */
export type ParameterSpecs = Readonly<Record<string, ParameterSpec>>;

/** The values that a set of specs describes: numbers, or one of the choices. */
export type ParameterValues<S extends ParameterSpecs = ParameterSpecs> = {
  readonly [K in keyof S]: S[K] extends { readonly choices: readonly (infer C)[] } ? C : number;
};

/** Why a parameter was refused, in words that say what to do. */
export interface ParameterError {
  readonly kind: 'parameter';
  readonly parameter: string;
  readonly message: string;
}

/** A whole number from min to max. */
export function integer(value: number, min: number, max: number, help: string) {
  return { kind: 'integer', default: value, min, max, help } as const;
}

/** A real number from min to max. */
export function number(value: number, min: number, max: number, help: string) {
  return { kind: 'number', default: value, min, max, help } as const;
}

/** One of a few words; the first is the default. */
export function choice<const C extends readonly [string, ...string[]]>(choices: C, help: string) {
  return { kind: 'choice', default: choices[0], choices, help } as const;
}

/**
 * Reads given values (text or numbers) against the specs; what is not given takes its default.
 * Fails on an unknown name, a value of the wrong kind, or one out of range.
 */
export function readParameters<S extends ParameterSpecs>(
  specs: S, given: Readonly<Record<string, string | number>>,
): Result<ParameterValues<S>, ParameterError> {
  const refuse = (parameter: string, message: string) => ({ ok: false, error: { kind: 'parameter', parameter, message } }) as const;
  const values: Record<string, string | number> = {};
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(specs, name)) return refuse(name, `unknown parameter "${name}"; known: ${Object.keys(specs).join(', ') || 'none'}`);
  }
  for (const [name, spec] of Object.entries(specs)) {
    const value = Object.hasOwn(given, name) ? given[name] : spec.default;
    if (spec.kind === 'choice') {
      if (!spec.choices.includes(String(value))) return refuse(name, `${name} must be one of ${spec.choices.join(', ')}, not "${value}"`);
      values[name] = String(value);
      continue;
    }
    const read = typeof value === 'number' ? value : value.trim() === '' ? NaN : Number(value);
    if (!Number.isFinite(read)) return refuse(name, `${name} must be a number, not "${value}"`);
    if (spec.kind === 'integer' && !Number.isInteger(read)) return refuse(name, `${name} must be a whole number, not ${value}`);
    if (read < spec.min || read > spec.max) return refuse(name, `${name} must lie in ${spec.min} to ${spec.max}, not ${value}`);
    values[name] = read;
  }
  return { ok: true, value: values as ParameterValues<S> };
}
