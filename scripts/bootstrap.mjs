// Installs what is missing before a command runs, and does nothing when all is there.
//
// Every npm script calls this first (`prestart`, `pretest`, …), and so does `./algotrendy`. It
// has no dependencies, since it is what installs them, and keeps to syntax that an old Node can
// parse, so that a too old Node is told so instead of meeting a syntax error. All it says goes to
// standard error: standard output belongs to the command that follows.
import { spawn, spawnSync } from 'child_process';
import { createHash } from 'crypto';
import * as fs from 'fs';
import * as os from 'os';
import * as path from 'path';
import { fileURLToPath } from 'url';

const NODE_MAJOR_MIN = 20;
const BUNDLED_NODE_MAJOR_MIN = 24;
const HEARTBEAT_MS = 1000;
const LOCK_STALE_MS = 30 * HEARTBEAT_MS;
const TAIL_LINES = 20;
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const LEFTOVERS = /ENOTEMPTY|EEXIST|ENOTDIR|EISDIR/;

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, 'node_modules');
const stampFile = path.join(modules, '.algotrendy-ready');
const lockFile = path.join(modules, '.algotrendy-install');
const bundledNode = path.join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

let stopped = false;

/** The hash of every file that decides what belongs in node_modules. */
function wantedStamp() {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json', 'trader/package.json', '.npmrc']) {
    hash.update(file).update(fs.readFileSync(path.join(root, file)));
  }
  return hash.digest('hex');
}

function readOrEmpty(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

function isReady(stamp) {
  return readOrEmpty(stampFile) === stamp && fs.existsSync(bundledNode);
}

/** Renewing the stamp's time lets `./algotrendy` see by file times alone that nothing changed. */
function writeStamp(stamp) {
  fs.writeFileSync(stampFile, stamp);
}

function fail(what, todo) {
  process.stderr.write(`\nalgotrendy: ${what}\n  What to do: ${todo}\n`);
  process.exit(1);
}

function sleep(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** What the lock says of its owner: its processes, which are this one and the npm it started. */
function describeOwner(pids) {
  return JSON.stringify({ pids, host: os.hostname(), started: Date.now() });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

/** A lock is stale when its owners died on this machine, or have shown no sign of life for long. */
function isStale(content) {
  let age;
  try {
    age = Date.now() - fs.statSync(lockFile).mtimeMs;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
  if (age > LOCK_STALE_MS) return true;
  let owner;
  try {
    owner = JSON.parse(content);
  } catch {
    return false; // Being written at this moment; its age decides later.
  }
  return owner.host === os.hostname() && !owner.pids.some(isAlive);
}

/** Moves a stale lock away; if another process renewed it in between, puts that one back. */
function breakLock(content) {
  const aside = `${lockFile}.${process.pid}`;
  try {
    fs.renameSync(lockFile, aside);
    if (fs.readFileSync(aside, 'utf8') !== content) fs.linkSync(aside, lockFile);
    fs.unlinkSync(aside);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
}

/** Takes the install lock; resolves to false when another process made all ready meanwhile. */
async function acquireLock(stamp) {
  const me = describeOwner([process.pid]);
  let told = false;
  for (;;) {
    try {
      fs.writeFileSync(lockFile, me, { flag: 'wx' });
      if (readOrEmpty(lockFile) === me) return true;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const content = readOrEmpty(lockFile);
    if (content !== '' && isStale(content)) breakLock(content);
    else {
      if (!told) process.stderr.write('Another process is installing the dependencies; waiting for it …\n');
      told = true;
      await sleep(200);
      if (isReady(stamp) && !fs.existsSync(lockFile)) return false;
    }
  }
}

/** How to call npm: the one that runs this script if any, else the one beside Node on the path. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script) && fs.existsSync(script)) return [process.execPath, script];
  return ['npm'];
}

/** Shows that work goes on: a turning line on a terminal, else a plain line now and then. */
function showProgress(label, started) {
  const tty = process.stderr.isTTY;
  const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
  let turn = 0;
  if (!tty) process.stderr.write(`${label} …\n`);
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    turn += 1;
    if (tty) process.stderr.write(`\r\x1b[2K${frames[turn % frames.length]} ${label} … ${seconds} s`);
    else if (turn % 100 === 0) process.stderr.write(`  still at it after ${seconds} s\n`);
  }, 150);
  return () => {
    clearInterval(timer);
    if (tty) process.stderr.write('\r\x1b[2K');
  };
}

function runNpm(args) {
  const [command, ...head] = npmCommand();
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(command, [...head, ...args], {
      cwd: root,
      env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: 'skip' },
      shell: process.platform === 'win32' && command === 'npm',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (child.pid) fs.writeFileSync(lockFile, describeOwner([process.pid, child.pid]));
    const stop = () => child.kill();
    for (const signal of STOP_SIGNALS) process.on(signal, stop);
    const keep = (chunk) => (output += chunk);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: -1, error, output }));
    child.on('close', (code) => {
      for (const signal of STOP_SIGNALS) process.off(signal, stop);
      resolve({ code: code === null ? -1 : code, output });
    });
  });
}

/** What a person can do about a failed install, by the words npm used. */
function adviceFor(output) {
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT|ENOTCACHED/.test(output)) {
    return 'the package registry cannot be reached. Connect to the network and run the command again; behind a proxy: npm config set proxy http://HOST:PORT. After the first install no network is needed.';
  }
  if (/ENOSPC/.test(output)) return 'the disk is full: free about 500 MB and run the command again.';
  if (/EACCES|EPERM|EROFS/.test(output)) return `this folder cannot be written: give yourself the right to write in ${root}, or clone into a folder of your own.`;
  if (/EINTEGRITY/.test(output)) return 'a downloaded package is damaged: npm cache clean --force, then run the command again.';
  return 'read the lines above; then delete the folder node_modules and run the command again.';
}

function failInstall(result) {
  if (result.error && result.error.code === 'ENOENT') {
    fail('npm was not found beside Node.', 'install Node with npm from https://nodejs.org, then run the command again.');
  }
  const tail = result.output.trim().split('\n').slice(-TAIL_LINES).map((line) => `  | ${line}`);
  process.stderr.write(`\n${tail.join('\n')}\n`);
  fail(`installing the dependencies failed (npm exit code ${result.code}).`, adviceFor(result.output));
}

/** The version that the bundled Node reports, or an empty string when it does not run. */
function bundledNodeVersion() {
  if (!fs.existsSync(bundledNode)) return '';
  const result = spawnSync(bundledNode, ['--version'], { encoding: 'utf8' });
  return result.status === 0 ? result.stdout.trim() : '';
}

function bundledNodeIsFit() {
  return Number(bundledNodeVersion().slice(1).split('.')[0]) >= BUNDLED_NODE_MAJOR_MIN && fs.existsSync(path.join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node'));
}

/** Clears what an install that was killed half-way left behind, in which npm can get stuck. */
function emptyModules() {
  for (const name of fs.readdirSync(modules)) {
    const entry = path.join(modules, name);
    if (entry !== lockFile) fs.rmSync(entry, { recursive: true, force: true });
  }
}

/**
 * The lock file decides the versions, yet `npm ci` is not used: a lock made where some other
 * platform's optional binaries could not be resolved lacks them, and `npm ci` refuses it.
 */
async function install() {
  const args = ['install', '--no-save', '--include=dev', '--loglevel=error', '--no-progress'];
  let result = await runNpm(args);
  if (stopped) process.exit(130);
  if (result.code !== 0 && LEFTOVERS.test(result.output)) {
    emptyModules();
    result = await runNpm(args);
  }
  if (stopped) process.exit(130);
  if (result.code !== 0) failInstall(result);
  if (bundledNodeIsFit()) return;
  // Where install scripts are switched off, the package `node` brought no binary: run its script alone.
  const rebuilt = await runNpm(['rebuild', 'node', '--ignore-scripts=false', '--loglevel=error']);
  if (bundledNodeIsFit()) return;
  process.stderr.write(`\n${rebuilt.output.trim().split('\n').slice(-TAIL_LINES).map((line) => `  | ${line}`).join('\n')}\n`);
  fail(
    `the bundled Node ${BUNDLED_NODE_MAJOR_MIN} did not install (found: ${bundledNodeVersion() || 'none that runs'}).`,
    `allow its install script (npm config set ignore-scripts false), delete node_modules and run the command again. It needs Linux with glibc, macOS or Windows on x64 or arm64; this is ${process.platform} on ${process.arch}.`,
  );
}

async function installLocked(stamp) {
  fs.mkdirSync(modules, { recursive: true });
  if (!(await acquireLock(stamp))) return;
  const heartbeat = setInterval(() => fs.utimes(lockFile, new Date(), new Date(), () => {}), HEARTBEAT_MS);
  const release = () => fs.rmSync(lockFile, { force: true });
  process.on('exit', release);
  // npm is told to stop too; the lock stays until it did.
  for (const signal of STOP_SIGNALS) process.on(signal, () => (stopped = true));
  if (isReady(stamp)) return clearInterval(heartbeat);
  const started = Date.now();
  const stopProgress = showProgress('Installing dependencies (first run, or they changed)', started);
  process.on('exit', stopProgress);
  await install();
  writeStamp(stamp);
  clearInterval(heartbeat);
  stopProgress();
  process.stderr.write(`Dependencies installed in ${((Date.now() - started) / 1000).toFixed(1)} s.\n`);
}

async function main() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < NODE_MAJOR_MIN) {
    fail(`Node ${process.versions.node} is too old; ${NODE_MAJOR_MIN} or newer is needed.`, 'install the current LTS from https://nodejs.org, then run the command again.');
  }
  const stamp = wantedStamp();
  if (isReady(stamp)) {
    if (process.argv.includes('--touch')) writeStamp(stamp);
    return;
  }
  await installLocked(stamp);
}

main().catch((error) => {
  fail(`the dependencies could not be installed: ${error.message}`, adviceFor(String(error.code)));
});
