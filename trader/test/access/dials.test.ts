import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { COMMANDS } from '../../src/app/commands/catalog.ts';
import { ROOT } from '../command-line.ts';
import { runProduct } from './product-process.ts';

const BARS = join(ROOT, 'data/binance-spot_BTCUSDT_1h_20190701-20220430.csv.gz');
const CHOICE = ['macd', '--bars', BARS, '--first', '400'];

/** Commands as somebody might run them who has set nothing up; those that are not here are run bare. */
const EACH: Readonly<Record<string, readonly string[]>> = {
  paper: ['--speed', 'max', '--for', '1s'], replay: ['nothing.jsonl'], demo: ['--bars', '500'],
  backtest: CHOICE, sweep: [...CHOICE, '--grid', 'fast=3:5', '--workers', '1'], walkforward: [...CHOICE, '--grid', 'fast=3:5', '--windows', '2', '--workers', '1'],
  check: [...CHOICE, '--places', '2'], verdict: [...CHOICE, '--windows', '2', '--workers', '1'], passport: [...CHOICE, '--windows', '2', '--workers', '1'],
  compare: ['r1', 'r2'], explain: ['r1', '1'], ticks: ['nothing.csv'], montecarlo: [...CHOICE, '--runs', '10'], report: ['paper'],
  indicator: ['ema', '--bars', BARS], import: ['nothing.csv'], new: ['strategy', 'idea'], chaos: ['exchange', '--seeds', '1:1'], bench: ['--help'], kelly: ['--paths', '10', '--days', '20', '--max-days', '40'],
  'data simulate': ['--days', '2', '--symbols', '5'], 'data backup': ['backups', '--new-key'], 'data restore': ['backups', '--drill'],
};

/** Lines that go wrong in the mode, the venue or the host, and lines that hope for a default. */
const MISTAKES: readonly (readonly string[])[] = [
  ['paper', '--live'], ['paper', '--mode', 'live'], ['paper', '--feed', 'binnance'], ['paper', '--feed', ''], ['paper', '--feed', 'https://api.binance.com'], ['paper', '--instrument', 'BTCUSDT'],
  ['live'], ['live', 'binance'], ['live', '--mode', 'live'], ['livve'], ['trade', '--live'],
  ['keys', 'add', 'binance'], ['keys', 'test', 'binance'], ['keys', 'test', 'binance', '--live'], ['keys', 'list'], ['keys', 'add', 'api.binance.com', '--live'],
  ['watchdog', 'binance'], ['watchdog', 'binance', '--live'], ['watchdog', 'coinbase', '--testnet'], ['watchdog'],
];

const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  { ALGOTRENDY_MODE: 'live' }, { ALGOTRENDY_HOME: '' }, { ALGOTRENDY_LOOPBACK_PORT: 'api.binance.com' }, { ALGOTRENDY_LOOPBACK_PORT: '' }, { ALGOTRENDY_HOST: 'api.binance.com' },
];

const folder = mkdtempSync(join(tmpdir(), 'dials-'));
after(() => { rmSync(folder, { recursive: true }); });
/** A whole configuration of real money, but for the passport that it takes. */
const LIVE = {
  mode: 'live', venue: 'binance', capital: '1000', interval: '1h', instruments: ['BTC-USDT.BINANCE'],
  books: [{ strategy: 'macd', instrument: 'BTC-USDT.BINANCE', sizing: { kind: 'fraction', fraction: '0.1' } }],
  limits: { maxNotional: 100, maxExposure: 1, maxOrdersPerMinute: 5, priceCollar: 0.05, maxDataAgeMs: 7_200_000, maxDrawdown: 0.2 },
};
/** Configurations that are empty, misspelt, or lack what real money takes. */
const CONFIGS: readonly object[] = [
  {}, { mode: 'live' }, { ...LIVE, mode: 'Live' }, { ...LIVE, mode: 'lvie' }, { ...LIVE, mode: undefined }, { ...LIVE, venue: 'api.binance.com' }, { ...LIVE, host: 'https://api.binance.com' },
  LIVE, { ...LIVE, books: [{ ...LIVE.books[0], passport: 'nothing.json' }] }, { ...LIVE, books: [{ ...LIVE.books[0], passport: 'lines.json' }] },
];

/** One command line, and what the environment holds besides. */
interface Line {
  readonly words: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

const plain = (words: readonly string[]): Line => ({ words, environment: {} });

/** What was dialled by all these lines, each in its place after the line that dialled it. */
async function dialledBy(lines: readonly Line[]): Promise<readonly string[]> {
  const file = join(folder, 'lines.json');
  writeFileSync(file, JSON.stringify(lines));
  const { code, stderr, dialled } = await runProduct({ home: join(folder, 'home'), words: [file], main: fileURLToPath(new URL('run-lines.ts', import.meta.url)) });
  assert.equal(code, 0, stderr);
  assert.equal(dialled.filter((line) => line.startsWith('#')).length, lines.length, 'all of them were run');
  return dialled.filter((line, at) => !line.startsWith('#') || (dialled[at + 1]?.startsWith('#') === false));
}

test('the record of what is dialled sees what it looks for, and a live feed or a test of keys dials that one host', async () => {
  assert.deepEqual(await dialledBy([plain(['version']), plain(['paper', '--feed', 'binance', '--for', '1s'])]), ['# paper --feed binance --for 1s {}', 'data-api.binance.vision:443']);
  const { dialled } = await runProduct({ home: join(folder, 'home'), words: ['keys', 'add', 'binance', '--testnet'], input: 'key\nsecret\n' });
  assert.deepEqual(dialled, ['testnet.binance.vision:443']);
});

test('no command dials anything by itself', async () => {
  const all = Object.keys(COMMANDS).map((name) => plain([...name.split(' '), ...EACH[name] ?? []]));
  assert.deepEqual(await dialledBy(all), []);
});

test('no mistake in mode, venue, host or setting dials anything', async () => {
  const configured = CONFIGS.map((config, at) => {
    const file = join(folder, `config-${at}.json`);
    writeFileSync(file, JSON.stringify(config));
    return plain(['live', '--config', file, '--confirm', 'trade real money on binance']);
  });
  assert.deepEqual(await dialledBy([...MISTAKES.map(plain), ...configured, plain(['live', '--config', '/dev/null']), ...SETTINGS.map((environment) => ({ words: ['paper', '--feed', 'binance', '--for', '1s'], environment }))]), []);
});

// Where the machine has strace, and lets it look.
if (spawnSync('strace', ['-o', '/dev/null', '-e', 'trace=none', 'true']).status === 0) {
  test('the kernel sees no connection either, of no thread and no child', () => {
    const [file, trace] = [join(folder, 'traced.json'), join(folder, 'trace')];
    const few = ['paper', 'doctor', 'backtest', 'sweep', 'replay', 'live', 'limits'];
    writeFileSync(file, JSON.stringify(few.map((name) => plain([...name.split(' '), ...EACH[name] ?? []]))));
    const run = (...words: readonly string[]) => spawnSync('strace', ['-f', '-e', 'trace=connect', '-o', trace, process.execPath, ...words], {
      cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_V8_COVERAGE: undefined, ALGOTRENDY_HOME: join(folder, 'traced') },
    });
    const { status, stderr } = run(fileURLToPath(new URL('run-lines.ts', import.meta.url)), file);
    assert.equal(status, 0, stderr);
    assert.deepEqual(readFileSync(trace, 'utf8').split('\n').filter((line) => line.includes('connect(')), []);
    run('-e', 'net.connect(9, "127.0.0.1").on("error", () => {})');
    assert.match(readFileSync(trace, 'utf8'), /connect\(.*127\.0\.0\.1/, 'and would have seen one');
  });
}
