import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { ROOT } from '../command-line.ts';

const OXLINT = path.join(ROOT, 'node_modules/oxlint/bin/oxlint');

/** A file with one offence, and the rule that must name it. */
interface Plant {
  readonly file: string;
  readonly text: string;
  readonly rule: string;
}

/** Words of the platform that would bring the outside world into a pure room. */
const BANNED_WORDS = {
  'no-restricted-globals': {
    date: 'Date.now()', 'new-date': 'new Date()', performance: 'performance.now()', timeout: 'setTimeout(() => 0, 1)',
    interval: 'setInterval(() => 0, 1)', immediate: 'setImmediate(() => 0)', microtask: 'queueMicrotask(() => 0)',
    environment: 'process.env', 'process-time': 'process.hrtime.bigint()', 'random-id': 'crypto.randomUUID()',
    fetch: "void fetch('https://example.com')", socket: "new WebSocket('wss://example.com')", console: "console.log('x')",
    'way-round': "Reflect.get(globalThis, 'Date')", 'old-way-round': "Reflect.get(global, 'Date')",
    language: 'new Intl.NumberFormat()', 'weak-reference': 'new WeakRef({})', finalizer: 'new FinalizationRegistry(() => 0)',
  },
  'no-restricted-properties': {
    random: 'Math.random()', locale: '(1).toLocaleString()', 'locale-date': 'Reflect.construct(Object, []).toLocaleDateString()',
    'locale-time': 'Reflect.construct(Object, []).toLocaleTimeString()', 'locale-order': "'a'.localeCompare('b')",
  },
  'no-eval': { eval: "eval('1')" },
  'no-implied-eval': { 'new-function': "new Function('return 1')" },
} as const;

const PURE_ROOMS = ['domain', 'ports', 'indicators', 'strategies', 'pipeline', 'simulation', 'research', 'analytics'];

function pure(room: string, name: string, expression: string): string {
  return `trader/src/${room}/${name}.ts#export const value: unknown = ${expression.startsWith('void ') ? `(${expression})` : expression};`;
}

function toPlant(spec: string, rule: string): Plant {
  const cut = spec.indexOf('#');
  return { file: spec.slice(0, cut), text: spec.slice(cut + 1), rule };
}

const PLANTS: readonly Plant[] = [
  ...Object.entries(BANNED_WORDS).flatMap(([rule, words]) => Object.entries(words).map(([name, expression]) => toPlant(pure('simulation', name, expression), rule))),
  ...PURE_ROOMS.map((room) => toPlant(pure(room, 'clock', 'Date.now()'), 'no-restricted-globals')),
  { file: 'trader/src/domain/id.ts', text: "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID();", rule: 'no-restricted-imports' },
  { file: 'trader/src/adapters/red/environment.ts', text: 'export const home = process.env;', rule: 'no-restricted-properties' },
  { file: 'trader/src/app/any.ts', text: 'export const value = (input: any): unknown => input;', rule: 'no-explicit-any' },
  { file: 'trader/src/app/non-null.ts', text: 'export const first = (list: string[]): string => list.at(0)!;', rule: 'no-non-null-assertion' },
  { file: 'trader/src/app/default.ts', text: 'export default 1;', rule: 'no-default-export' },
  { file: 'trader/src/app/mutable.ts', text: 'export let state = 1;\nstate = 2;', rule: 'no-mutable-exports' },
  { file: 'trader/src/app/type-import.ts', text: "import { Stats } from 'node:fs';\nexport type Found = Stats;", rule: 'consistent-type-imports' },
  { file: 'trader/src/app/swallowed.ts', text: 'try {\n  JSON.parse("1");\n} catch {}', rule: 'no-empty' },
  { file: 'trader/src/app/floating.ts', text: 'const work = async (): Promise<void> => {};\nexport const start = (): void => {\n  work();\n};', rule: 'no-floating-promises' },
  { file: 'trader/src/app/switch.ts', text: "export const sign = (side: 'buy' | 'sell'): void => {\n  switch (side) {\n    case 'buy':\n      return;\n  }\n};", rule: 'switch-exhaustiveness-check' },
  { file: 'trader/src/app/idle-cast.ts', text: 'export const twice = (n: number): number => (n as number) * 2;', rule: 'no-unnecessary-type-assertion' },
  { file: 'trader/src/app/long-file.ts', text: `${'export {};\n'.repeat(401)}`, rule: 'max-lines' },
  { file: 'trader/src/app/long-function.ts', text: `export const long = (list: number[]): void => {\n${'  list.push(1);\n'.repeat(70)}};`, rule: 'max-lines-per-function' },
  { file: 'trader/src/app/twisted.ts', text: `export const twisted = (n: number): number => {\n${Array.from({ length: 15 }, (_, i) => `  if (n === ${i}) return ${i * 2};\n`).join('')}  return n;\n};`, rule: 'complexity' },
  { file: 'trader/src/app/CamelCase.ts', text: 'export const thing = 1;', rule: 'filename-case' },
];

/** What the rules must leave alone. */
const ALLOWED: Readonly<Record<string, string>> = {
  'trader/src/app/free.ts': "export const now = (): number => Date.now() + Math.random() + performance.now();\nconsole.log(process.env['HOME']);",
  'trader/src/adapters/red/free.ts': 'export const soon = (act: () => void): void => void setTimeout(act, Date.now());',
  'trader/src/simulation/free.test.ts': "import { test } from 'node:test';\ntest('x', () => console.log(Date.now()));",
  'trader/src/pipeline/free.ts': 'export const root = (n: number): number => Math.sqrt(Math.floor(n));',
};

interface Diagnostic {
  readonly filename: string;
  readonly code: string;
}

const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'purity-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function lintPlants(): string[] {
  cpSync(path.join(ROOT, '.oxlintrc.json'), path.join(folder, '.oxlintrc.json'));
  cpSync(path.join(ROOT, 'tsconfig.json'), path.join(folder, 'tsconfig.json'));
  cpSync(path.join(ROOT, 'package.json'), path.join(folder, 'package.json'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
  for (const [file, text] of [...PLANTS.map((plant) => [plant.file, plant.text] as const), ...Object.entries(ALLOWED)]) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), `${text}\n`);
  }
  const { stdout, stderr } = spawnSync(process.execPath, [OXLINT, '--format', 'json'], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 26 });
  assert.ok(stdout.startsWith('{'), `oxlint gave no report: ${stdout}${stderr}`);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  return diagnostics.map(({ filename, code }) => `${filename}: ${/\(([^)]+)\)/.exec(code)?.[1] ?? code}`);
}

test('a planted offence against each rule of style and purity is named by its rule, and nothing else is', () => {
  const wanted = PLANTS.map(({ file, rule }) => `${file}: ${rule}`);
  assert.deepEqual([...new Set(lintPlants())].sort(), [...new Set(wanted)].sort());
});

test('every banned word and property has a planted offence', () => {
  const { overrides } = JSON.parse(readFileSync(path.join(ROOT, '.oxlintrc.json'), 'utf8')) as { overrides: { rules?: Record<string, unknown> }[] };
  const planted = PLANTS.map(({ text }) => text).join('\n');
  const banned = overrides.flatMap(({ rules = {} }) => [rules['no-restricted-globals'], rules['no-restricted-properties']])
    .flatMap((rule) => (Array.isArray(rule) ? (rule as unknown[]).slice(1) : []))
    .map((ban) => (ban as { name?: string; property?: string }).name ?? (ban as { property: string }).property);
  assert.ok(banned.length > 15);
  assert.deepEqual(banned.filter((word) => !new RegExp(`\\b${word}\\b`).test(planted)), []);
});
