import type { ParameterSpec, ParameterSpecs } from 'trader/contract';

/** Values of parameters by name. */
export type ParameterValues = Readonly<Record<string, string | number>>;

/** What was typed, by name; a name that was not touched is absent. */
export type ParameterDraft = Readonly<Record<string, string>>;

/** One value that is to change. */
export interface ParameterChange {
  readonly name: string;
  readonly from: string | number | undefined;
  readonly to: string | number;
}

/** Why a text is no value of a parameter; undefined where it is one. */
export function parameterError(spec: ParameterSpec, text: string): string | undefined {
  if (spec.kind === 'choice') return spec.choices.includes(text) ? undefined : `One of ${spec.choices.join(', ')}`;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return 'Must be a number';
  if (spec.kind === 'integer' && !Number.isInteger(value)) return 'Must be a whole number';
  if (value < spec.min || value > spec.max) return `Must lie in ${spec.min} to ${spec.max}`;
  return undefined;
}

/** What a text means as a value of a parameter that it is one of. */
export function parameterValue(spec: ParameterSpec, text: string): string | number {
  return spec.kind === 'choice' ? text : Number(text);
}

/** What is wrong with a draft, by name. What two values say together only the strategy knows; the server asks it. */
export function draftErrors(schema: ParameterSpecs, draft: ParameterDraft): Readonly<Record<string, string>> {
  const errors: Record<string, string> = {};
  for (const [name, text] of Object.entries(draft)) {
    const spec = schema[name];
    const error = spec === undefined ? 'There is no such parameter' : parameterError(spec, text);
    if (error !== undefined) errors[name] = error;
  }
  return errors;
}

/** What a draft without errors would change, in the order of the form. */
export function draftChanges(schema: ParameterSpecs, current: ParameterValues, draft: ParameterDraft): ParameterChange[] {
  return Object.entries(schema).flatMap(([name, spec]) => {
    const text = draft[name];
    if (text === undefined) return [];
    const to = parameterValue(spec, text);
    const from = current[name];
    return String(from) === String(to) ? [] : [{ name, from, to }];
  });
}

/** What differs between two sets of values, in the order of the schema. */
export function valueChanges(schema: ParameterSpecs, from: ParameterValues, to: ParameterValues): ParameterChange[] {
  return Object.keys(schema).flatMap((name) => {
    const value = to[name];
    return value === undefined || String(from[name]) === String(value) ? [] : [{ name, from: from[name], to: value }];
  });
}

/** The range and default of a parameter in words. */
export function rangeText(spec: ParameterSpec): string {
  return spec.kind === 'choice' ? `default ${spec.default}` : `${spec.min} to ${spec.max}${spec.kind === 'integer' ? ', whole' : ''} · default ${spec.default}`;
}
