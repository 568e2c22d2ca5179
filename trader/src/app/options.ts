import { parseArgs } from 'node:util';
import { beginsWithDay, parseInterval, type Timestamp } from '../domain/time.ts';
import { Refusal } from './refusal.ts';
import { closest, didYouMean } from './suggestion.ts';

/** One option of a command: declared once, it gives parsing, errors, `--help` and the docs' test. */
export interface Option<T> {
  /** What stands for the value in `--help`, `FILE` or `N`; undefined for a flag, which takes none. */
  readonly value: string | undefined;
  /** Whether it may be given more than once. */
  readonly repeatable: boolean;
  readonly help: string;
  /** What holds where the option is not given. */
  readonly fallback: T;
  /** The fallback as a person would type it; undefined where there is nothing to say. */
  readonly fallbackText: string | undefined;
  /** The value of all the texts given, in order. Throws a Refusal in words about `--name`. */
  read(texts: readonly string[], name: string): T;
}

/** Options by their name on the command line, without the dashes. */
export type Options = Readonly<Record<string, Option<unknown>>>;

/** The values that a command finds in its context. */
export type OptionValues<O extends Options> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never;
};

/** An option that is given or not. */
export function flag(help: string): Option<boolean> {
  return { value: undefined, repeatable: false, help, fallback: false, fallbackText: undefined, read: () => true };
}

/** An option whose one text is understood by `read`; undefined where it is not given. */
export function value<T>(
  placeholder: string, help: string, read: (text: string, name: string) => T,
): Option<T | undefined> {
  return {
    value: placeholder, repeatable: false, help, fallback: undefined, fallbackText: undefined,
    read: (texts, name) => read(texts[0], name),
  };
}

/** Gives an option the value that holds where it is not given, written as a person would type it. */
export function withDefault<T>(option: Option<T | undefined>, text: string): Option<T> {
  return { ...option, fallback: option.read([text], '') as T, fallbackText: text } as Option<T>;
}

/** An option that may be repeated: the list of what `read` makes of each text. */
export function list<T>(
  placeholder: string, help: string, read: (text: string, name: string) => T,
): Option<readonly T[]> {
  return {
    value: placeholder, repeatable: true, help, fallback: [], fallbackText: undefined,
    read: (texts, name) => texts.map((text) => read(text, name)),
  };
}

/** Repeatable `name=value` pairs, such as parameters. A name given twice is refused. */
export function pairs(help: string): Option<Readonly<Record<string, string>>> {
  return {
    value: 'NAME=VALUE', repeatable: true, help, fallback: {}, fallbackText: undefined,
    read(texts, name) {
      const read = new Map<string, string>();
      for (const text of texts) {
        const [key, rest] = splitPair(text);
        if (key === undefined || key === '') refuse(name, `takes NAME=VALUE, not "${text}"`);
        if (read.has(key)) refuse(name, `gives "${key}" twice`);
        read.set(key, rest);
      }
      return Object.fromEntries(read); // no assignment by name: __proto__ is a name like any other, to be refused by whoever takes them
    },
  };
}

/** Splits `name=value` at the first `=`; the name is undefined where there is none. */
export function splitPair(text: string): [string | undefined, string] {
  const at = text.indexOf('=');
  return at < 0 ? [undefined, text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Any text but the empty one. */
export function readText(text: string, name: string): string {
  return text === '' ? refuse(name, 'must not be empty') : text;
}

/** A whole number of at least `min`. */
export function readInteger(min: number): (text: string, name: string) => number {
  return (text, name) => {
    const read = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    return read >= min ? read : refuse(name, `takes a whole number of at least ${min}, not "${text}"`);
  };
}

/** A decimal that is not negative, as text: money never passes through a float. */
export function readDecimal(text: string, name: string): string {
  return /^\d+(\.\d+)?$/.test(text) ? text : refuse(name, `takes a number such as 1000 or 0.25, not "${text}"`);
}

/** An amount of money to begin with: a number above 0, as it was written. */
export function readCash(text: string, name: string): string {
  const cash = readDecimal(text, name);
  if (Number(cash) > 0) return cash;
  throw new Refusal('usage', `--${name} takes an amount above 0: nothing can be traded without money`);
}

/** One of a few words. */
export function readChoice<const C extends string>(...choices: readonly C[]): (text: string, name: string) => C {
  return (text, name) => choices.find((choice) => choice === text)
    ?? refuse(name, `takes one of ${choices.join(', ')}, not "${text}"`, choices, text);
}

/** An interval such as `1h`, in milliseconds. */
export function readInterval(text: string, name: string): number {
  return parseInterval(text) ?? refuse(name, `takes an interval such as 1m, 4h or 1d, not "${text}"`);
}

/** A moment in UTC: `2024-03-01`, `2024-03-01T12:00`, with `Z` or an offset if given, or milliseconds. */
export function readTime(text: string, name: string): Timestamp {
  const iso = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  const read = iso && beginsWithDay(text)
    ? Date.parse(iso[1] === undefined || iso[4] !== undefined ? text : `${text}Z`)
    : /^\d{9,14}$/.test(text) ? Number(text) : NaN;
  return Number.isNaN(read) ? refuse(name, `takes a date such as 2024-03-01, or milliseconds, not "${text}"`) : read;
}

function refuse(name: string, problem: string, candidates: readonly string[] = [], text = ''): never {
  throw new Refusal('usage', `--${name} ${problem}`, { hint: didYouMean(text, candidates) });
}

/** The command line of one command, read. */
export interface ParsedLine<O extends Options> {
  readonly options: OptionValues<O>;
  readonly positionals: readonly string[];
}

/** Reads the words after a command's name. Throws a Refusal on anything that was not declared. */
export function parseLine<O extends Options>(options: O, words: readonly string[]): ParsedLine<O> {
  const { tokens } = parseArgs({
    args: [...words], strict: false, allowPositionals: true, tokens: true,
    options: Object.fromEntries(Object.entries(options).map(([name, option]) => [
      name, { type: option.value === undefined ? 'boolean' as const : 'string' as const, multiple: true },
    ])),
  });
  const texts = new Map<string, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) && token.rawName.startsWith('--') ? options[token.name] : undefined;
    if (option === undefined) throw unknownOption(token.rawName, Object.keys(options));
    const given = texts.get(token.name);
    if (given !== undefined && !option.repeatable) refuse(token.name, 'is given twice; it may be given once');
    texts.set(token.name, [...given ?? [], valueOf(token, option)]);
  }
  const read = Object.entries(options).map(([name, option]) => {
    const given = texts.get(name);
    return [name, given === undefined ? option.fallback : option.read(given, name)];
  });
  return { options: Object.fromEntries(read) as OptionValues<O>, positionals };
}

function valueOf(token: { name: string; value: string | undefined; inlineValue: boolean | undefined }, option: Option<unknown>): string {
  if (option.value === undefined) {
    return token.value === undefined ? '' : refuse(token.name, `takes no value, but was given "${token.value}"`);
  }
  const missing = token.value === undefined || (token.inlineValue === false && token.value.startsWith('--'));
  return missing ? refuse(token.name, `needs a value: --${token.name} ${option.value}`) : token.value as string;
}

function unknownOption(rawName: string, known: readonly string[]): Refusal {
  const meant = closest(rawName.replace(/^-+/, ''), known);
  return new Refusal('usage', `unknown option ${rawName}`, { hint: meant === undefined ? 'Give --help in its place to see what the command takes.' : `Did you mean --${meant}?` });
}
