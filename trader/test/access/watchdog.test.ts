import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SpotServer } from '../venues/binance/spot-server.ts';
import { runProduct, type Ended } from './product-process.ts';

const KEYS = { ALGOTRENDY_SECRET_BINANCE_TESTNET_KEY: 'planted-key-4f1d8a', ALGOTRENDY_SECRET_BINANCE_TESTNET_SECRET: 'planted-secret-93b07e' };
const TRADER = fileURLToPath(new URL('order-and-hang.ts', import.meta.url));

interface Scene {
  readonly server: SpotServer;
  readonly home: string;
  /** A process that has placed two orders and gives signs of life. */
  readonly trader: ChildProcess;
  /** Watches until so much has been told, then stops the watchdog; what it told. */
  watch(until: readonly string[], onNews: (kind: string) => void): Promise<readonly string[]>;
}

async function onScene(check: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'watchdog-'));
  const home = join(folder, 'home');
  const server = new SpotServer({ key: KEYS.ALGOTRENDY_SECRET_BINANCE_TESTNET_KEY, secret: KEYS.ALGOTRENDY_SECRET_BINANCE_TESTNET_SECRET, now: Date.now });
  const [, port = ''] = (await server.listen()).split(':');
  const trader = spawn(process.execPath, [TRADER, home, port], { env: { ...process.env, ...KEYS, NODE_V8_COVERAGE: undefined }, stdio: ['ignore', 'pipe', 'inherit'] });
  const watch: Scene['watch'] = async (until, onNews) => {
    const kinds: string[] = [];
    const ended: Ended = await runProduct({
      home, words: ['watchdog', 'binance', '--testnet', '--after', '1s', '--settle', '1s', '--json'], environment: { ...KEYS, ALGOTRENDY_LOOPBACK_PORT: port },
      onLine(line, child) {
        const { kind } = JSON.parse(line) as { kind: string };
        kinds.push(kind);
        onNews(kind);
        if (kinds.length === until.length) child.kill('SIGTERM');
      },
    });
    assert.equal(ended.code, 0, ended.stderr);
    assert.deepEqual(ended.dialled, [`127.0.0.1:${port}`]);
    assert.doesNotMatch(ended.stdout + ended.stderr, /planted/);
    assert.deepEqual(kinds, [...until, 'stopped']);
    return kinds;
  };
  try {
    await once(trader.stdout ?? trader, 'data');
    await check({ server, home, trader, watch });
  } finally {
    trader.kill('SIGKILL');
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

// Most of it is waiting, so all at once.
describe('a watchdog', { concurrency: true }, () => {
  test('a process that hangs is silent too, a venue that fails is asked again, and a sign that comes back is watched again', () => onScene(async ({ server, trader, watch }) => {
    await watch(['watching', 'silent', 'failed', 'canceled', 'watching'], (kind) => {
      if (kind === 'watching') trader.kill('SIGSTOP');
      if (kind === 'silent') server.failNext('read', 'maintenance');
      if (kind === 'canceled') trader.kill('SIGCONT');
    });
    assert.equal(server.requests.filter((request) => request === 'DELETE /api/v3/openOrders').length, 1);
  }));

  test('a sign that a power cut has emptied is one that stands still', () => onScene(async ({ server, home, trader, watch }) => {
    trader.kill('SIGKILL');
    writeFileSync(join(home, 'live', 'alive.json'), '');
    await watch(['watching', 'silent', 'canceled'], () => undefined);
    assert.equal(server.requests.filter((request) => request === 'DELETE /api/v3/openOrders').length, 1);
  }));

  test('while the process lives, and when it ends of its own accord, nothing is canceled', () => onScene(async ({ server, trader, watch }) => {
    await watch(['watching', 'waiting'], (kind) => {
      if (kind === 'watching') void sleep(2_000).then(() => trader.kill('SIGTERM'));
    });
    assert.deepEqual(server.requests.filter((request) => request.startsWith('DELETE')), []);
  }));
});
