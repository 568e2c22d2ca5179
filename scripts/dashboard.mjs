// Builds the dashboard into dashboard/out, where the API serves it from.
//
//   node scripts/dashboard.mjs               builds
//   node scripts/dashboard.mjs --if-stale    builds only when a source changed since the last build
//
// It runs beside trading, so it takes the lowest priority, and the folder that is being served is
// replaced in one step when all is ready. On standard output, one JSON object a line tells how far
// it is: {"step","done","total"}, at the end {"ready":true,"hash"} or {"failed":"why"}.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import { constants, setPriority } from 'node:os';
import * as path from 'node:path';
import { brotliCompressSync, constants as zlib, gzipSync } from 'node:zlib';

const ROOT = path.dirname(import.meta.dirname);
const DASHBOARD = path.join(ROOT, 'dashboard');
const STEPS = ['sources', 'compile', 'policy', 'compress', 'publish'];
const TAIL_LINES = 20;
const COMPRESSED = /\.(html|js|css|txt|svg|json)$/;

function say(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function step(name) {
  say({ step: name, done: STEPS.indexOf(name), total: STEPS.length });
}

function filesUnder(folder) {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
}

/** The files behind the doors of trader that the dashboard may use, found by following imports. */
function contractFiles() {
  const { exports = {} } = JSON.parse(fs.readFileSync(path.join(ROOT, 'trader/package.json'), 'utf8'));
  const found = new Set(Object.values(exports).filter((door) => typeof door === 'string').map((door) => path.join(ROOT, 'trader', door)));
  for (const file of found) {
    // Types are erased, so only what is imported as a value can change the export.
    const text = fs.readFileSync(file, 'utf8');
    for (const [, kind, target] of text.matchAll(/^(import|export) (?!type\b)[^;]*?from '(\.[^']+)'/gm)) {
      if (kind !== undefined && target !== undefined) found.add(path.join(path.dirname(file), target));
    }
  }
  return [...found];
}

/** The hash of everything that decides what the export looks like. */
function sourceHash() {
  const own = ['src', 'public'].map((name) => path.join(DASHBOARD, name)).filter((folder) => fs.existsSync(folder)).flatMap(filesUnder);
  const rest = ['dashboard/package.json', 'dashboard/next.config.mjs', 'dashboard/tsconfig.json', 'dashboard/tsconfig.next.json', 'package-lock.json', 'scripts/dashboard.mjs'];
  const hash = createHash('sha256');
  for (const file of [...own, ...rest.map((name) => path.join(ROOT, name)), ...contractFiles()].sort()) {
    hash.update(path.relative(ROOT, file)).update('\0').update(fs.readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

function builtHash(out) {
  try {
    return JSON.parse(fs.readFileSync(path.join(out, 'build.json'), 'utf8')).hash;
  } catch {
    return ''; // Never built, or a build that was cut off: build again.
  }
}

/** Only one build at a time, of all processes that run from this folder. */
async function acquireLock(lock) {
  for (;;) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: 'wx' });
      process.on('exit', () => fs.rmSync(lock, { force: true }));
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (!isAlive(Number(fs.existsSync(lock) ? fs.readFileSync(lock, 'utf8') : 0))) fs.rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/** Runs Next's build; its own output is shown only when it fails. */
function compile(exportDir) {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(process.execPath, [path.join(ROOT, 'node_modules/next/dist/bin/next'), 'build'], {
      cwd: DASHBOARD,
      env: { ...process.env, NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', DASHBOARD_OUT: exportDir },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    process.on('exit', () => child.kill());
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(undefined);
      else reject(new Error(`next build ended with code ${code}:\n${output.trim().split('\n').slice(-TAIL_LINES).join('\n')}`));
    });
  });
}

/** Inline scripts of a page, as a Content-Security-Policy names them. */
function scriptHashes(html) {
  const inline = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, text]) => text);
  return [...new Set(inline)].map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
}

/**
 * Writes csp.json: which inline scripts each page holds. The polyfill for browsers of before 2018
 * goes, since they could not run the rest either.
 */
function writePolicy(folder) {
  const scripts = {};
  for (const file of filesUnder(folder).filter((name) => name.endsWith('.html'))) {
    const html = fs.readFileSync(file, 'utf8').replace(/<script src="([^"]+)" noModule=""><\/script>/g, (_, source) => {
      fs.rmSync(path.join(folder, source), { force: true });
      return '';
    });
    fs.writeFileSync(file, html);
    scripts[`/${path.relative(folder, file).replaceAll(path.sep, '/')}`] = scriptHashes(html);
  }
  fs.writeFileSync(path.join(folder, 'csp.json'), `${JSON.stringify({ scripts }, undefined, 1)}\n`);
}

function compressAll(folder) {
  for (const file of filesUnder(folder).filter((name) => COMPRESSED.test(name))) {
    const bytes = fs.readFileSync(file);
    fs.writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
    fs.writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params: { [zlib.BROTLI_PARAM_QUALITY]: 9, [zlib.BROTLI_PARAM_SIZE_HINT]: bytes.length } }));
  }
}

function publish(from, out) {
  const old = `${out}.old`;
  fs.rmSync(old, { recursive: true, force: true });
  if (fs.existsSync(out)) fs.renameSync(out, old);
  fs.renameSync(from, out);
  fs.rmSync(old, { recursive: true, force: true });
}

async function build(ifStale) {
  const out = path.join(DASHBOARD, 'out');
  step('sources');
  if (ifStale && builtHash(out) === sourceHash()) return say({ ready: true, hash: sourceHash() });
  await acquireLock(path.join(DASHBOARD, '.build.lock'));
  const hash = sourceHash();
  // Another process may have built the same while this one waited.
  if (ifStale && builtHash(out) === hash) return say({ ready: true, hash });
  const exportDir = '.next/export';
  step('compile');
  await compile(exportDir);
  const folder = path.join(DASHBOARD, exportDir);
  step('policy');
  writePolicy(folder);
  step('compress');
  compressAll(folder);
  fs.writeFileSync(path.join(folder, 'build.json'), `${JSON.stringify({ hash })}\n`);
  step('publish');
  publish(folder, out);
  say({ ready: true, hash });
}

async function main() {
  // Trading comes first.
  setPriority(constants.priority.PRIORITY_LOW);
  await build(process.argv.includes('--if-stale'));
}

try {
  await main();
} catch (error) {
  say({ failed: error.message });
  process.exitCode = 1;
}
