import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { runCommandLine } from '../../src/app/command-line.ts';
import { NO_CONFIG } from '../../src/app/config.ts';
import { toRefusal } from '../../src/app/refusal.ts';
import { surroundings } from '../../src/app/wiring/surroundings.ts';
import { addKeys, parseKeys } from '../../src/app/wiring/venue-keys.ts';
import { Secret } from '../../src/domain/secret.ts';
import { SpotServer } from '../venues/binance/spot-server.ts';
import { runProduct, type Ended, type ProductOptions } from './product-process.ts';

const KEY = 'planted-key-4f1d8a';
const SECRET = 'planted-secret-93b07e';

interface Bench {
  readonly server: SpotServer;
  readonly home: string;
  readonly port: string;
  /** Everything that all commands said. */
  said(): string;
  run(words: readonly string[], more?: Partial<ProductOptions>): Promise<Ended>;
}

async function onBench(check: (bench: Bench) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'keys-'));
  const home = join(folder, 'home');
  const server = new SpotServer({ key: KEY, secret: SECRET, now: Date.now });
  const [, port = ''] = (await server.listen()).split(':');
  let said = '';
  const run = async (words: readonly string[], more: Partial<ProductOptions> = {}) => {
    const ended = await runProduct({ home, words, ...more, environment: { ALGOTRENDY_LOOPBACK_PORT: port, ...more.environment } });
    said += ended.stdout + ended.stderr;
    assert.deepEqual(ended.dialled.filter((where) => where !== `127.0.0.1:${port}`), [], 'only the loopback server is dialled');
    return ended;
  };
  try {
    await check({ server, home, port, said: () => said, run });
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

const PIPED = `${KEY}\n${SECRET}\n`;

test('keys are tested at the venue, kept, listed by name, tested again and forgotten; no word ever holds a value', () => onBench(async ({ home, run, said }) => {
  const added = await run(['keys', 'add', 'binance', '--testnet', '--json'], { input: PIPED });
  assert.equal(added.code, 0, added.stderr);
  const { check, hints } = JSON.parse(added.stdout) as { check: { canTrade: boolean; canWithdraw: boolean; addressBound: boolean }; hints: string[] };
  assert.deepEqual([check.canTrade, check.canWithdraw, check.addressBound], [true, false, true]);
  assert.deepEqual(hints, []);
  assert.equal(statSync(join(home, 'secrets.env')).mode & 0o777, 0o600);
  assert.match(readFileSync(join(home, 'secrets.env'), 'utf8'), new RegExp(`^BINANCE_TESTNET_KEY=${KEY}\nBINANCE_TESTNET_SECRET=${SECRET}\n$`));
  assert.match((await run(['keys', 'list'])).stdout, /^binance, testnet: from the file\n$/);
  assert.match((await run(['keys', 'test', 'binance', '--testnet'])).stdout, /the keys work/);
  assert.match((await run(['doctor'])).stdout, /Keys +binance, testnet/);
  assert.equal((await run(['keys', 'remove', 'binance', '--testnet'])).code, 0);
  assert.match((await run(['keys', 'list'])).stdout, /No keys are kept/);
  assert.doesNotMatch(said(), /planted/);
}));

test('keys that can withdraw, may not trade or are unknown, and a clock that is far off, are refused and nothing is kept', () => onBench(async ({ server, home, port }) => {
  const config = { ...NO_CONFIG, home, loopbackPort: Number(port) };
  const refused = async (pattern: RegExp, text = PIPED) => {
    const error = await new Promise((resolve) => {
      resolve(addKeys({ venue: 'binance', world: 'sandbox' }, parseKeys(text, (value) => new Secret(value)), config, surroundings(config, () => undefined)));
    }).then(() => undefined, (reason: unknown) => reason);
    assert.match(toRefusal(error).message, pattern);
    assert.match(toRefusal(error).hint ?? '', /^Nothing was kept/);
    assert.doesNotMatch(inspect(error, { depth: 9 }), /planted/);
    assert.throws(() => statSync(join(home, 'secrets.env')), { code: 'ENOENT' });
  };
  server.grantKeys({ trade: true, withdraw: true, addressBound: true });
  await refused(/they can withdraw/);
  server.grantKeys({ trade: false, withdraw: false, addressBound: true });
  await refused(/they may not trade/);
  server.grantKeys({ trade: true, withdraw: false, addressBound: true });
  await refused(/Invalid API-key/, `other-planted-key\n${SECRET}`);
  await refused(/Signature for this request is not valid/, `${KEY}\nother-planted-secret`);
  await refused(/two things are needed/, KEY);
  await refused(/two things are needed/, '');
  server.skewClock(60_000, true);
  await refused(/60\.0 s behind the venue's/);
  server.skewClock(0, true);
  server.failNext('read', 'error-before');
  await refused(/binance/);
}));

test('keys that any address may use are kept, with a hint', () => onBench(async ({ server, run }) => {
  server.grantKeys({ trade: true, withdraw: false, addressBound: false });
  const { code, stdout } = await run(['keys', 'add', 'binance', '--live'], { input: PIPED });
  assert.equal(code, 0);
  assert.match(stdout, /bind them to yours/);
}));

test('which account is meant is never guessed, and keys are never taken from the command line', async () => {
  for (const words of [['binance'], ['binance', '--paper'], ['binance', '--live', '--testnet'], ['alpaca', '--testnet'], ['binnance', '--testnet'], [], ['binance', '--testnet', KEY], ['binance', '--testnet', '--key', KEY]]) {
    const silence = { write: () => true, once: () => undefined };
    assert.equal(await runCommandLine(['keys', 'add', ...words], silence, silence), 2, words.join(' '));
  }
});

test('keys of the environment come first, are named as such, and cannot be removed here', () => onBench(async ({ home, run, said }) => {
  const environment = { ALGOTRENDY_SECRET_BINANCE_TESTNET_KEY: KEY, ALGOTRENDY_SECRET_BINANCE_TESTNET_SECRET: SECRET };
  mkdirSync(home);
  writeFileSync(join(home, 'secrets.env'), 'BINANCE_TESTNET_KEY=x\nBINANCE_TESTNET_SECRET=y\n', { mode: 0o600 });
  assert.match((await run(['keys', 'list'], { environment })).stdout, /from the environment/);
  assert.equal((await run(['keys', 'test', 'binance', '--testnet'], { environment })).code, 0);
  assert.match((await run(['keys', 'remove', 'binance', '--testnet'], { environment })).stderr, /Unset ALGOTRENDY_SECRET_BINANCE_TESTNET_KEY/);
  const paper = await run(['paper', '--speed', 'max', '--for', '1s', '--json'], { environment: { ...environment, ALGOTRENDY_DEBUG: '1' } });
  assert.equal(paper.code, 0);
  assert.doesNotMatch(readFileSync(join(home, 'paper', 'journal.jsonl'), 'utf8') + said(), /planted/);
}));
