import {
  accessSync, constants, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync, statSync, writeFileSync,
} from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, ok, warn, type Check } from './health-check.ts';
import { formatBytes, formatDuration } from './terminal/format.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NODE_MAJOR = 24;
const SPACE_WARN = 2 * 1024 ** 3;
const SPACE_FAIL = 100 * 1024 ** 2;
const MEMORY_WARN = 1024 ** 3;
/** A wall clock that was set by more than this since the process began is worth a word. */
const CLOCK_STEP_MS = 1000;

/** What a run needs of the machine, in the order in which a person should mend it. Changes nothing. */
export function checkMachine(home: string): Check[] {
  return [
    checkNode(process.versions.node), checkPackages(ROOT), checkMemory(totalmem()), ...checkHome(home),
    checkClock(Date.now(), performance.timeOrigin + performance.now()),
  ];
}

/** The Node that runs this: the one that is installed with the packages, or another of its kind. */
export function checkNode(version: string): Check {
  const major = Number(version.split('.')[0]);
  return major >= NODE_MAJOR
    ? ok('Node', `${version} at ${process.execPath}`)
    : fail('Node', `${version}, but ${NODE_MAJOR} or newer is needed`, 'Start through ./algotrendy or npm start, which bring their own.');
}

/** The packages that package.json names, at the versions that it names. */
export function checkPackages(root: string): Check {
  const wanted = Object.entries(['package.json', join('trader', 'package.json')]
    .reduce<Record<string, string>>((all, file) => ({ ...all, ...readPackage(join(root, file))?.dependencies }), {}));
  const wrong = wanted.flatMap(([name, version]) => {
    const installed = readPackage(join(root, 'node_modules', name, 'package.json'))?.version;
    return installed === version ? [] : [`${name} ${installed ?? 'missing'} instead of ${version}`];
  });
  return wrong.length === 0
    ? ok('Packages', `${wanted.length} installed as package.json says`)
    : fail('Packages', wrong.join(', '), 'Run npm install in the folder of AlgoTrendy.');
}

function readPackage(file: string): { version?: string; dependencies?: Record<string, string> } | undefined {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) as { version?: string; dependencies?: Record<string, string> } : undefined;
}

function checkMemory(bytes: number): Check {
  return bytes >= MEMORY_WARN ? ok('Memory', formatBytes(bytes))
    : warn('Memory', `${formatBytes(bytes)}, which is little`, 'Expect large imports and sweeps to be slow; use fewer --workers.');
}

/** Whether the state folder can be written, and how much room its disk has. */
export function checkHome(home: string): Check[] {
  let folder = home;
  while (!existsSync(folder)) folder = dirname(folder);
  if (!statSync(folder).isDirectory()) {
    return [fail('Home', `${folder} is a file, not a folder`, 'Move it away, or point ALGOTRENDY_HOME at a folder.')];
  }
  const name = folder === home ? home : `${home} (will be made on first use)`;
  try {
    accessSync(folder, constants.W_OK);
    // Permission alone does not say that a read-only or full disk takes a file: try.
    const trial = mkdtempSync(join(folder, '.doctor-'));
    writeFileSync(join(trial, 'trial'), 'written to be removed');
    rmSync(trial, { recursive: true });
  } catch (error) {
    return [fail('Home', `${name} cannot be written: ${(error as Error).message}`, 'Correct its permissions, or point ALGOTRENDY_HOME at another folder.')];
  }
  return [ok('Home', name), checkSpace(folder)];
}

function checkSpace(folder: string): Check {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const detail = `${formatBytes(free)} free on the disk mounted at ${mountPoint(folder)}`;
  const hint = 'Free some space, or point ALGOTRENDY_HOME at another disk.';
  return free < SPACE_FAIL ? fail('Disk', detail, hint) : free < SPACE_WARN ? warn('Disk', detail, hint) : ok('Disk', detail);
}

/** The topmost folder above `folder` that lies on the same device. */
function mountPoint(folder: string): string {
  const { dev } = statSync(folder);
  let mount = folder;
  while (dirname(mount) !== mount && statSync(dirname(mount)).dev === dev) mount = dirname(mount);
  return mount;
}

/** Whether the wall clock is plausible and has kept step with the monotonic one, `expected` by the latter. */
export function checkClock(now: number, expected: number): Check {
  const year = new Date(now).getUTCFullYear();
  const text = new Date(now).toISOString().slice(0, 19).replace('T', ' ');
  if (year < 2025 || year > 2100) return fail('Clock', `it says ${text} UTC, which cannot be`, 'Set the clock, best by NTP.');
  const step = Math.abs(now - expected);
  return step < CLOCK_STEP_MS ? ok('Clock', `${text} UTC, in step with the monotonic clock`)
    : warn('Clock', `${text} UTC, but it was moved by ${formatDuration(step)} just now`, 'Let NTP slew the clock instead of stepping it.');
}
