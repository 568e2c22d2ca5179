import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { after, test } from 'node:test';
import { ROOT } from '../command-line.ts';

const CRUISER = path.join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');

/** A forbidden import, and the rules that must name it. */
interface Plant {
  readonly from: string;
  readonly line: string;
  readonly rules: readonly string[];
}

const T = 'trader/src';

/** Files that the plants import; they break no rule themselves. */
const GROUND = [
  ...['domain', 'ports', 'indicators', 'analytics', 'strategies', 'pipeline', 'simulation', 'research', 'api', 'app'].map((room) => `${T}/${room}/thing.ts`),
  `${T}/adapters/red/thing.ts`, `${T}/adapters/red/other.ts`, `${T}/adapters/blue/thing.ts`, `${T}/adapters/wire/thing.ts`,
  'trader/test/thing.ts', 'trader/bench/thing.ts', 'scripts/thing.ts', 'dashboard/src/thing.ts', `${T}/api/contract.ts`,
];

/** Imports that the room table allows: none of them may be reported. */
const ALLOWED: readonly (readonly [string, string])[] = [
  ['domain/a.ts', "import '../domain/thing.ts'"],
  ['domain/id.ts', "import 'node:crypto'"],
  ['ports/a.ts', "import type { thing } from '../domain/thing.ts'"],
  ['strategies/a.ts', "import '../indicators/thing.ts'"],
  ['pipeline/a.ts', "import '../ports/thing.ts'"],
  ['pipeline/a.test.ts', "import 'node:test'; import 'fast-check'; import '../simulation/thing.ts'"],
  ['research/a.ts', "import '../analytics/thing.ts'; import '../pipeline/thing.ts'; import '../simulation/thing.ts'; import '../strategies/thing.ts'"],
  ['adapters/red/a.ts', "import './other.ts'; import '../../ports/thing.ts'; import 'node:fs'; import 'zod'"],
  ['adapters/red/b.ts', "import '../wire/thing.ts'"],
  ['api/a.ts', "import '../analytics/thing.ts'; import 'zod'"],
  ['app/a.ts', "import '../adapters/red/thing.ts'; import '../research/thing.ts'; import 'node:process'"],
];

function plant(from: string, line: string, ...rules: string[]): Plant {
  return { from: `${T}/${from}`, line, rules };
}

const PLANTS: readonly Plant[] = [
  plant('domain/p1.ts', "import '../ports/thing.ts'", 'room-domain'),
  plant('domain/p2.ts', "import type { thing } from '../ports/thing.ts'", 'room-domain'),
  plant('ports/p.ts', "import '../indicators/thing.ts'", 'room-ports'),
  plant('indicators/p.ts', "import '../ports/thing.ts'", 'room-indicators'),
  plant('analytics/p.ts', "import '../indicators/thing.ts'", 'room-analytics'),
  plant('strategies/p.ts', "import '../pipeline/thing.ts'", 'room-strategies'),
  plant('pipeline/p.ts', "import '../simulation/thing.ts'", 'room-pipeline'),
  plant('simulation/p.ts', "import '../pipeline/thing.ts'", 'room-simulation'),
  plant('research/p.ts', "import '../adapters/red/thing.ts'", 'room-research'),
  plant('adapters/red/p1.ts', "import '../../pipeline/thing.ts'", 'room-adapters'),
  plant('adapters/red/p2.ts', "import '../blue/thing.ts'", 'adapters-are-strangers'),
  plant('adapters/wire/p.ts', "import '../red/thing.ts'", 'adapters-are-strangers'),
  plant('api/p1.ts', "import '../pipeline/thing.ts'", 'room-api'),
  plant('api/p2.ts', "import '../app/thing.ts'", 'room-api', 'app-is-the-top'),
  plant('adapters/red/p3.test.ts', "import '../../app/thing.ts'", 'app-is-the-top'),
  plant('simulation/p2.ts', "import { readFileSync } from 'node:fs'; readFileSync", 'pure-rooms-use-no-builtin'),
  plant('pipeline/p2.ts', "import { createHash } from 'node:crypto'; createHash", 'pure-rooms-use-no-builtin'),
  plant('research/p2.ts', "import { Worker } from 'worker_threads'; Worker", 'pure-rooms-use-no-builtin'),
  plant('domain/id.ts', "import 'node:os'", 'ids-use-hashing-alone'),
  plant('analytics/p2.ts', "import { z } from 'zod'; z", 'pure-rooms-use-no-package'),
  plant('app/p1.ts', "import '../../test/thing.ts'", 'source-without-tests'),
  plant('app/p2.ts', "import '../../bench/thing.ts'", 'source-without-tests'),
  plant('app/p3.ts', "import '../../../scripts/thing.ts'", 'source-without-tests'),
  plant('app/p4.ts', "import '../pipeline/a.test.ts'", 'source-without-tests'),
  plant('app/p5.ts', "import fc from 'fast-check'; fc", 'source-without-dev-packages'),
  plant('app/p6.ts', "import './p7.ts'", 'no-cycles'),
  plant('app/p7.ts', "import type { thing } from './p6.ts'"), // Closes the cycle, which is reported once.
  plant('app/p8.ts', "import './missing.ts'", 'no-unresolvable'),
  { from: 'dashboard/src/p1.tsx', line: "import type { thing } from '../../trader/src/domain/thing.ts'", rules: ['dashboard-has-one-door'] },
  { from: 'dashboard/src/p2.tsx', line: "import '../../scripts/thing.ts'", rules: ['dashboard-has-one-door'] },
  plant('api/p3.ts', "import '../../../dashboard/src/thing.ts'", 'nobody-imports-the-dashboard'),
];

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

function cruise(folder: string): { modules: number; violations: Violation[] } {
  const { stdout, stderr, status } = spawnSync(process.execPath, [CRUISER, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'trader', 'dashboard/src'], { cwd: folder, encoding: 'utf8', maxBuffer: 1 << 28 });
  assert.ok(stdout.startsWith('{'), `dependency-cruiser gave no report (exit code ${status}): ${stderr}`);
  const { summary } = JSON.parse(stdout) as { summary: { totalCruised: number; violations: Violation[] } };
  return { modules: summary.totalCruised, violations: summary.violations };
}

const folder = mkdtempSync(path.join(realpathSync(tmpdir()), 'walls-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function write(file: string, text: string): void {
  const full = path.join(folder, file);
  mkdirSync(path.dirname(full), { recursive: true });
  writeFileSync(full, text, { flag: 'a' });
}

function plantAll(): void {
  for (const file of ['node_modules', 'package.json', 'tsconfig.json', '.dependency-cruiser.mjs', 'trader/package.json']) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    symlinkSync(path.join(ROOT, file), path.join(folder, file));
  }
  for (const file of GROUND) write(file, 'export const thing = 1;\n');
  for (const [file, line] of ALLOWED) write(`${T}/${file}`, `${line};\n`);
  write('dashboard/src/a.tsx', "import '../../trader/src/api/contract.ts'; import 'react';\n");
  for (const { from, line } of PLANTS) write(from, `${line};\n`);
}

test('every import in the repository stays inside its room', () => {
  const { modules, violations } = cruise(ROOT);
  assert.ok(modules > 5, `only ${modules} modules were seen: the tool is blind`);
  assert.deepEqual(violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`), []);
});

test('a planted violation of each wall is named by its rule, and nothing else is', () => {
  plantAll();
  const { violations } = cruise(folder);
  const found = violations.map(({ from, rule }) => `${from}: ${rule.name}`);
  const wanted = PLANTS.flatMap(({ from, rules }) => rules.map((rule) => `${from}: ${rule}`));
  assert.deepEqual([...new Set(found)].sort(), [...new Set(wanted)].sort());
});

test('every wall has a planted violation', async () => {
  const { default: config } = (await import(path.join(ROOT, '.dependency-cruiser.mjs'))) as { default: { forbidden: readonly { readonly name: string }[] } };
  const planted = new Set(PLANTS.flatMap(({ rules }) => rules));
  assert.deepEqual(config.forbidden.map(({ name }) => name).filter((name) => !planted.has(name)), []);
});
