import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { API_BASE } from '../../src/api/client.ts';
import { PROBLEMS } from '../../src/api/problems.ts';
import { ROUTES, type Role, type RouteFacts, type RouteName } from '../../src/api/routes.ts';
import { SCHEMAS, type RouteSchemas } from '../../src/api/schema/table.ts';
import type { BookFact } from '../../src/ports/engine-feed.ts';
import { startApi, type ApiRig } from '../api-rig.ts';
import { HAND_MARKET, HAND_START, HandFeed, handFill, handLimit, handOrder } from '../hand-feed.ts';

const ALL = Object.entries(ROUTES) as [RouteName, RouteFacts][];
const RANK = { public: 0, viewer: 1, trader: 2, admin: 3 };

const BOOK: BookFact = {
  book: 'macd@BTC-USDT.HAND', kind: 'strategy', strategy: 'macd', instrument: 'BTC-USDT.HAND', state: 'running', parameters: { fast: 12 },
  schema: { fast: { kind: 'integer', default: 12, min: 2, max: 100, help: 'bars' }, side: { kind: 'choice', default: 'both', choices: ['both', 'long'], help: 'which' } },
  warmupLeft: 0, target: 1, reasons: { macd: 0.5 }, quantity: '0.03', averagePrice: '95000.1', mark: '95000.2', unrealised: '0.001', realised: '0', fees: '2.85',
  stop: '94000', takeProfit: null, lossAtStop: '30', history: [{ command: 'c', by: 'user:x', tsEvent: HAND_START, tsWall: null, change: 'parameters', from: { fast: 10 }, to: { fast: 12 } }],
};

/** A run in which something of everything has happened. */
function eventfulFeed(): HandFeed {
  return new HandFeed({
    books: [BOOK], limits: [handLimit(0.5)], orders: [handOrder(1, 'filled'), handOrder(2, 'open'), handOrder(3, 'rejected', 'no')],
    fills: [handFill(1), handFill(2), handFill(3)], equity: [[HAND_START, '10000'], [HAND_START + 86_400_000, '9900.5'], [HAND_START + 2 * 86_400_000, '10100']],
    markets: [{ ...HAND_MARKET, tells: ['trades', 'books'] }], depths: [{ instrument: 'BTC-USDT.HAND', tsWall: HAND_START, bids: [['95000.1', '2']], asks: [] }],
    trades: { 'BTC-USDT.HAND': [{ id: '7', tsEvent: HAND_START, price: '95000.1', quantity: '0.5', side: null }] },
    bars: { 'BTC-USDT.HAND': Array.from({ length: 30 }, (_, i) => [HAND_START + i * 60_000, 1, 3, 0.5, 2, i === 4 ? null : 10] as const) },
    positions: [{ instrument: 'BTC-USDT.HAND', quantity: '0.03', averagePrice: '95000.1', mark: '95000.2', value: '2850', unrealised: '0.001', realised: '0', fees: '2.85' }],
    denials: [{ id: 'd1', book: BOOK.book, instrument: BOOK.instrument, side: 'buy', quantity: '1', rule: 'exposure', value: '1.2', limit: '1', tsEvent: HAND_START }],
    feeds: [{ name: 'replay', kind: 'replay', state: 'up', ageMs: 5, latencyMs: null, latencyOf: null, aheadMs: null, heard: 3, late: 0, reconnections: 0, trouble: null, progress: { done: 1, total: 2 } }],
    logs: [{ tsWall: HAND_START, level: 'info', text: 'begun' }, { tsWall: HAND_START, level: 'warning', text: 'slow' }],
  });
}

/** What makes a route give something rather than a 404 or a 400. */
const ASKED: Partial<Record<RouteName, string>> = {
  readOrder: '/orders/o1', readStrategy: `/strategies/${encodeURIComponent(BOOK.book)}`, listBars: '/bars?instrument=BTC-USDT.HAND&interval=5m',
  readBook: '/book?instrument=BTC-USDT.HAND', listTrades: '/trades?instrument=BTC-USDT.HAND',
  performanceSlices: '/performance/slices?by=strategy', exportCsv: '/export/trips', listOrders: '/orders?state=all&limit=2',
};
/** Nothing of this is there in this run. */
const ABSENT: ReadonlySet<RouteName> = new Set<RouteName>(['dataCoverage', 'dataGaps', 'readSeries', 'readRun', 'runTrades', 'runTearSheet', 'compareRuns', 'readJob', 'jobResult']);
const QUERIES: Partial<Record<RouteName, string>> = {
  dataCoverage: '?instrument=X&interval=1d', dataGaps: '?instrument=X&interval=1d', compareRuns: '?a=x&b=y',
};

function addressOf(name: RouteName, route: RouteFacts): string {
  return API_BASE + (ASKED[name] ?? route.path.replace(':purpose', 'live').replaceAll(/:[a-z]+/gi, 'x') + (QUERIES[name] ?? ''));
}

describe('every route of the table, over a real connection', () => {
  let rig: ApiRig;
  before(async () => { rig = await startApi({}, eventfulFeed()); });
  after(() => rig.close());

  const ask = async (url: string, method = 'GET', headers: Record<string, string> = {}, body?: string) => {
    const response = await fetch(rig.url + url, { method, headers, redirect: 'manual', ...(body !== undefined && { body }) });
    const text = await response.text();
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json') === true;
    return { status: response.status, headers: response.headers, text, problem: isProblem ? JSON.parse(text) as { code: keyof typeof PROBLEMS; status: number; requestId: string } : undefined };
  };
  const bearer = async (role: Role) => ({ authorization: `Bearer ${await rig.token(role)}` });

  test('has schemas for each route and none besides, and parameters as its path names them', () => {
    assert.deepEqual(Object.keys(SCHEMAS).toSorted(), Object.keys(ROUTES).toSorted());
    for (const [name, { path }] of ALL) {
      const { params }: RouteSchemas = SCHEMAS[name];
      assert.deepEqual(Object.keys(params?.shape ?? {}).toSorted(), [...path.matchAll(/:([a-z]+)/gi)].map(([, parameter]) => parameter).toSorted(), name);
    }
  });

  test('nobody gets anything without a session but what is public', async () => {
    for (const [name, route] of ALL) {
      const { status, problem } = await ask(addressOf(name, route), route.method, { 'x-algotrendy': '1' });
      if (route.access.role !== 'public') assert.deepEqual([status, problem?.code], [401, 'not-signed-in'], name);
    }
  });

  test('each role reads what it may, in the shape that the schema says, and is refused the rest', async () => {
    for (const role of ['viewer', 'trader', 'admin'] as const) {
      for (const [name, route] of ALL.filter(([, { method }]) => method === 'GET')) {
        const { status, text, problem, headers } = await ask(addressOf(name, route), 'GET', await bearer(role));
        if (RANK[role] < RANK[route.access.role]) {
          assert.deepEqual([status, problem?.code], [403, 'role-too-low'], `${role} ${name}`);
        } else if (ABSENT.has(name)) {
          assert.ok(problem?.code === 'not-found' || problem?.code === 'unavailable', `${name}: ${text}`);
        } else {
          assert.equal(status, 200, `${role} ${name}: ${text}`);
          assert.equal(headers.get('cache-control'), 'no-store');
          assert.equal(headers.get('x-content-type-options'), 'nosniff');
          const { answer }: RouteSchemas = SCHEMAS[name];
          const read = answer.safeParse(route.media === undefined ? JSON.parse(text) : text);
          assert.ok(read.success, `${name}: ${read.error?.message}`);
        }
      }
    }
    assert.deepEqual(rig.faults, []);
  });

  test('a viewer changes nothing, and nobody does without a key', async () => {
    for (const [name, route] of ALL.filter(([, { method, access }]) => method !== 'GET' && access.role !== 'public')) {
      if (RANK[route.access.role] > 1) assert.equal((await ask(addressOf(name, route), route.method, await bearer('viewer'))).problem?.code, 'role-too-low', name);
      const { problem } = await ask(addressOf(name, route), route.method, { ...await bearer('admin'), 'content-type': 'application/json' }, '{}');
      assert.ok(problem !== undefined, `${name} did something without key or body`);
      assert.ok(problem.status < 500, `${name}: ${problem.code}`);
    }
    assert.deepEqual(rig.control.commands, []);
  });

  test('an unknown address, method, query or body is told as what it is', async () => {
    const headers = { ...await bearer('admin'), 'content-type': 'application/json', 'idempotency-key': 'k' };
    assert.equal((await ask('/api/v1/nothing', 'GET', headers)).problem?.code, 'not-found');
    const method = await ask('/api/v1/state', 'DELETE', await bearer('viewer'));
    assert.deepEqual([method.status, method.problem?.code, method.headers.get('allow')], [405, 'method-not-allowed', 'GET, HEAD']);
    for (const query of ['limit=0', 'limit=501', 'limit=x', 'limit=', 'unknown=1', 'state=x', 'limit=1&limit=2']) {
      assert.equal((await ask(`/api/v1/orders?${query}`, 'GET', headers)).problem?.code, 'bad-value', query);
    }
    for (const [body, code] of [
      ['{', 'bad-request'], ['', 'bad-request'], ['[]', 'bad-value'], ['{"scope":"entries"}', 'bad-value'], ['{"scope":"entries","reason":"x","more":1}', 'bad-value'],
      [`{"scope":${'['.repeat(50)}${']'.repeat(50)}}`, 'body-too-deep'], ['{"__proto__":{"scope":"entries"},"reason":"x"}', 'bad-request'], [`"${'x'.repeat(70_000)}"`, 'body-too-large'],
    ] as const) assert.equal((await ask('/api/v1/control/halt', 'POST', headers, body)).problem?.code, code, body.slice(0, 60));
    assert.equal((await ask('/api/v1/control/halt', 'POST', { ...headers, 'content-type': 'text/xml' }, '<a/>')).problem?.code, 'unsupported-media-type');
    assert.equal((await ask('/api/v1/orders/%E0%A4%A', 'GET', headers)).problem?.code, 'bad-request');
    assert.deepEqual(rig.control.commands, []);
  });

  test('a command goes to the run with who gave it, once however often it is sent', async () => {
    const headers = { ...await bearer('trader'), 'content-type': 'application/json', 'idempotency-key': 'halt-1' };
    const body = JSON.stringify({ scope: 'orders', reason: 'because' });
    const [first, second] = [await ask('/api/v1/control/halt', 'POST', headers, body), await ask('/api/v1/control/halt', 'POST', headers, body)];
    assert.equal(first.status, 200);
    assert.equal(second.text, first.text);
    assert.equal(second.headers.get('idempotency-replayed'), 'true');
    assert.equal(rig.control.commands.length, 1);
    const [command] = rig.control.commands;
    assert.ok(command.kind === 'halt' && command.scope === 'orders' && command.reason === 'because' && command.by.startsWith('user:') && /^[\w-]{32}$/.test(command.id));
    assert.equal((await ask('/api/v1/control/halt', 'POST', headers, JSON.stringify({ scope: 'flatten', reason: 'because' }))).problem?.code, 'idempotency-key-reused');
  });

  test('what the run refuses is a problem with its own code, and may be sent again', async () => {
    const headers = { ...await bearer('trader'), 'idempotency-key': 'cancel-1' };
    for (const [kind, code] of [['denied', 'order-denied'], ['conflict', 'conflict'], ['unknown-outcome', 'outcome-unknown'], ['gone', 'unavailable'], ['not-found', 'not-found'], ['unsupported', 'not-offered'], ['invalid', 'bad-value']] as const) {
      rig.control.refusal = { kind, message: 'said so' };
      const { status, problem } = await ask('/api/v1/orders/o2', 'DELETE', headers);
      assert.deepEqual([status, problem?.code], [PROBLEMS[code].status, code]);
    }
    rig.control.refusal = undefined;
    assert.equal((await ask('/api/v1/orders/o2', 'DELETE', headers)).status, 200);
  });
});
