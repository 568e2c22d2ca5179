import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { denialText, fillText, minuteText, openPaperDisplay } from './paper-display.ts';
import { renderPaper } from './paper-screen.ts';
import type { PaperKey } from './keyboard.ts';
import type { DenialView, FillView, PaperView } from './paper-view.ts';
import { COLOR_STYLE, PLAIN_STYLE } from './style.ts';
import { Terminal, type TextStream } from './terminal.ts';
import { stripEscapes, visibleWidth } from './text.ts';

const NOW = Date.UTC(2025, 4, 18, 12, 53);
const COINS = ['BTC', 'ETH', 'SOL'].map((coin) => `${coin}-USDT-PERP.BINANCE`);

const FILL: FillView = {
  tsEvent: NOW, strategy: 'macd', instrument: COINS[0], side: 'buy', leg: 'target', quantity: '0.21300000',
  price: '103882.4', fee: '22.126951', realised: undefined,
};
const DENIAL: DenialView = {
  tsEvent: NOW, strategy: 'bollinger', instrument: COINS[2], side: 'sell', quantity: '410', rule: 'order-rate',
  value: '31', limit: '30 a minute',
};

function paperView(change: Partial<PaperView> = {}): PaperView {
  return {
    mode: 'paper', note: undefined, state: 'active', haltReason: undefined, tsEvent: NOW, speed: 60, elapsedMs: 83_000,
    feed: { name: 'sample data', done: 20_000, total: 43_200 },
    account: {
      currency: 'USDT', startEquity: '100000', equity: '102774.45000', cash: '42120.4431', realised: '1012.33', unrealised: '-133.20',
      fees: '411.03318', dayPnl: '-122.10', totalPnl: '2774.45000', drawdown: 0.0123, maxDrawdown: 0.0311, exposure: 0.58,
      equityHistory: Array.from({ length: 300 }, (_, i) => 100_000 + 10 * i), propFirm: undefined,
    },
    instruments: COINS.map((id, i) => ({
      id, last: ['103882.4', '2506.70', '171.43'][i], changeSinceStart: 0.0877, change24h: i === 1 ? undefined : -0.0096,
      high24h: '104066.1', low24h: '102591.0', history: [1, 2, 3, 2, 1], bars: 20_000, gaps: i === 2 ? 1 : 0, ageMs: 1000, rejected: 0,
    })),
    positions: ['macd', 'bollinger'].flatMap((strategy, s) => COINS.map((instrument, i) => ({
      strategy, instrument, quantity: i === 0 ? ['0.213', '-1.5'][s] : '0', averagePrice: '103570.8', mark: '103882.4',
      unrealised: '58.44', realised: '812.33', fees: '68.50', target: i === 0 ? [1, -0.5][s] : 0,
      stop: s === 1 && i === 0 ? '105000' : undefined, takeProfit: undefined, warmupLeft: i === 2 ? 12 : 0,
    }))),
    orders: [{
      clientOrderId: 'a1', strategy: 'bollinger', instrument: COINS[0], side: 'buy', type: 'stop', leg: 'stop',
      quantity: '1.5', filled: '0', price: '105000', tsInit: NOW,
    }],
    fills: [FILL, { ...FILL, side: 'sell', realised: '-14.77', leg: 'stop' }],
    denials: [DENIAL],
    health: {
      journalSequence: 202_344, resumedFrom: 120_001, journalBytes: 14_234_111, bars: 60_000, barsPerSecond: 3.01,
      orders: 214, fills: 212, denials: 2, decisionMicros: { p50: 11.2, p99: 48 }, rssMb: 88.3,
    },
    ...change,
  };
}

function plain(view: PaperView, columns: number, rows: number): string {
  return renderPaper(view, { columns, rows }, PLAIN_STYLE).join('\n');
}

test('the screen has as many lines as the terminal and none wider, at any size and in any state', () => {
  const states = fc.constantFrom<PaperView['state']>('active', 'catching-up', 'paused', 'halted', 'ended');
  fc.assert(fc.property(fc.integer({ min: 20, max: 260 }), fc.integer({ min: 1, max: 90 }), states, fc.boolean(), (columns, rows, state, empty) => {
    const view = paperView({ state, haltReason: 'drawdown over 20 %', ...(empty ? { fills: [], orders: [], denials: [], positions: [], instruments: [] } : {}) });
    const lines = renderPaper(view, { columns, rows }, COLOR_STYLE);
    assert.equal(lines.length, rows);
    for (const line of lines) assert.ok(visibleWidth(line) <= columns, `${visibleWidth(line)} > ${columns}: ${line}`);
  }), { numRuns: 200 });
});

test('colours change nothing of what is said or where', () => {
  for (const [columns, rows] of [[80, 24], [140, 40], [200, 60]] as const) {
    const colored = renderPaper(paperView(), { columns, rows }, COLOR_STYLE).map((line) => stripEscapes(line).trimEnd());
    assert.deepEqual(colored, renderPaper(paperView(), { columns, rows }, PLAIN_STYLE).map((line) => line.trimEnd()));
  }
});

test('a halt is seen while the feed is paused or has ended, with the key that ends it', () => {
  for (const state of ['paused', 'ended'] as const) {
    const screen = plain(paperView({ state, haltReason: 'halt key' }), 100, 30);
    assert.match(screen, new RegExp(`${state.toUpperCase()}, HALTED: halt key`));
    assert.match(screen, /r resume/);
    assert.doesNotMatch(screen, /h halt/);
    assert.match(plain(paperView({ state }), 100, 30), /h halt/);
  }
});

test('where there is too little room, what is traded with and why it does not trade come before the time', () => {
  const halted = { ...paperView(), mode: 'live', state: 'halted', haltReason: 'somebody else trades BTC-USDT.BINANCE on the account' } as const;
  const [narrow] = plain(halted, 40, 24).split('\n');
  assert.match(narrow ?? '', /^ +AlgoTrendy LIVE +HALTED: some/);
  assert.match(plain(halted, 80, 24).split('\n')[0] ?? '', /… 2025-05-18 12:53 UTC/);
});

test('at 80 by 24 everything that matters is there', () => {
  const screen = plain(paperView(), 80, 24);
  for (const fact of [
    'AlgoTrendy PAPER', 'ACTIVE', '2025-05-18 12:53 UTC', '×60', '00:01:23', 'journal #202,344 from #120,001', '46.3 %',
    '103,882.4', '-0.96 %', '+8.77 %', '20.0k bars, 1 gap', 'macd', 'bollinger', '▲ long', '▼ short 50 %', 'in 12 bars', '105,000',
    '102,774.45 USDT  +2,774.45  +2.77 %', 'today -122.10', 'open -133.20', 'drawdown 1.23 %', 'exposure 58 %', 'fees 411.03', 'cash 42,120.44',
    '05-18 12:53', '0.213', 'order-rate', '30 a minute', '214 orders, 1 working, 212 fills, 2 denied', 'q quit', 'f flatten', 'no real money',
  ]) assert.ok(screen.includes(fact), `${fact} is missing from\n${screen}`);
});

test('at 140 by 40 the working orders, the health and the whole denial are there too', () => {
  const screen = plain(paperView(), 140, 40);
  for (const fact of ['Working', '24 h', 'Average', '103,570.8', 'macd, stop', 'journal 13.6 MiB', 'decision 11/48 µs', 'realised +1,012.33']) {
    assert.ok(screen.includes(fact), `${fact} is missing from\n${screen}`);
  }
  assert.ok(screen.split('\n').filter((line) => /[\u2801-\u28ff]/.test(line)).length >= 10, 'the equity is drawn');
});

test('under a prop firm\'s rules what is left to each limit is always in sight', () => {
  const view = paperView();
  const room = { limit: '95000', room: '1250.5', share: 0.2501 };
  const propFirm = {
    rules: 'FTMO 2-Step Challenge', file: 'ftmo_2026-11-21.json', state: 'running', breach: null, passedAt: null, daily: room, afterMidnight: { ...room, tsEvent: 0 }, total: { ...room, share: 0.9 },
    target: { profit: '10000', missing: '7000', share: 0.3 }, tradingDays: { counted: 2, needed: 4 }, bestDay: null, worstDailyLoss: 0.01, worstLoss: 0.02,
  } as const;
  for (const [columns, rows] of [[80, 24], [100, 30], [180, 50]] as const) {
    const screen = plain({ ...view, account: { ...view.account, propFirm } }, columns, rows);
    for (const fact of ['day 1,250.50 25 %', 'total 1,250.50 90 %']) assert.ok(screen.includes(fact), `${fact} is missing from\n${screen}`);
  }
  assert.ok(plain({ ...view, account: { ...view.account, propFirm } }, 280, 50).includes('midnight 1,250.50 25 %  target 30 %  days 2/4  FTMO 2-Step Challenge'));
});

test('a halt is told with its reason, and offers to resume', () => {
  const screen = plain(paperView({ state: 'halted', haltReason: 'drawdown over 20 %' }), 100, 30);
  assert.ok(screen.includes('HALTED: drawdown over 20 %'));
  assert.ok(screen.includes('r resume'));
  assert.ok(!screen.includes('h halt'));
});

test('at the end of the data the screen says what to do next, and a coin without bars of the last day has no high', () => {
  const view = paperView({ state: 'ended' });
  const [btc, ...others] = view.instruments;
  const screen = plain({ ...view, instruments: [{ ...btc, high24h: undefined, low24h: undefined }, ...others] }, 140, 40);
  assert.match(screen, /ENDED.*\n The data has come to its end\. Begin anew with: \.\/algotrendy paper --fresh\n/);
  assert.match(screen, / BTC .* – +20\.0k bars/);
});

test('without a terminal there is a line for a fill, a denial and a minute', () => {
  assert.equal(fillText(FILL, PLAIN_STYLE), '2025-05-18 12:53  buy  0.213 BTC at 103,882.4, fee 22.13  macd, target');
  assert.equal(fillText({ ...FILL, side: 'sell', realised: '-14.77', leg: 'stop' }, PLAIN_STYLE), '2025-05-18 12:53  sell 0.213 BTC at 103,882.4, fee 22.13, realised -14.77  macd, stop');
  assert.equal(denialText(DENIAL, PLAIN_STYLE), '2025-05-18 12:53  denied sell 410 SOL: order-rate, 31 over 30 a minute  bollinger');
  assert.equal(minuteText(paperView(), PLAIN_STYLE), '2025-05-18 12:53  PAPER active  equity 102,774.45 USDT  total +2,774.45  drawdown 1.23 %  BTC 103,882.4  ETH 2,506.70  SOL 171.43');
});

/** A terminal that keeps what is written to it. */
function recorder(isTTY: boolean): TextStream & { text: string; columns: number; rows: number } {
  return {
    isTTY, columns: 80, rows: 24, text: '', once() {},
    write(text) {
      this.text += text;
      return true;
    },
  };
}

test('the live screen writes only the lines that changed, and gives the terminal back', () => {
  const stdout = recorder(true);
  const stderr = recorder(true);
  let listener: ((chunk: Buffer) => void) | undefined;
  const raw: boolean[] = [];
  const keys: PaperKey[] = [];
  const input = {
    isTTY: true, setRawMode: (on: boolean) => raw.push(on), resume() {}, pause() {},
    on: (_: 'data', listen: (chunk: Buffer) => void) => { listener = listen; },
    off: () => { listener = undefined; },
  };
  const display = openPaperDisplay(new Terminal(stdout, stderr, { color: true, ci: false }), input, (key) => keys.push(key));
  assert.ok(display.live);
  assert.ok(stdout.text.startsWith('\u001b[?1049h\u001b[?25l'));
  display.draw(paperView());
  stdout.text = '';
  display.draw(paperView());
  assert.equal(stdout.text, '', 'an unchanged view writes nothing');
  display.draw(paperView({ speed: 120 }));
  assert.equal(stdout.text.match(/\u001b\[\d+;1H/g)?.length, 1, 'one changed line is one line written');
  stdout.text = '';
  stdout.columns = 100;
  display.draw(paperView({ speed: 120 }));
  assert.ok(stdout.text.includes('\u001b[2J'), 'another size is drawn anew');

  listener?.(Buffer.from('q+\u0003h'));
  listener?.(Buffer.from('\u001b[Ahh'));
  assert.deepEqual(keys, ['quit', 'faster', 'quit', 'halt']);

  stdout.text = '';
  display.note('stopped at 12:53');
  assert.equal(stderr.text, '', 'a note waits until the screen is gone');
  display.close();
  display.close();
  assert.equal(stdout.text, '\u001b[?7h\u001b[?25h\u001b[?1049l');
  assert.equal(stderr.text, 'stopped at 12:53\n');
  assert.deepEqual(raw, [true, false]);
  assert.equal(listener, undefined);
});

test('lines are printed where standard output is no terminal, or in continuous integration', () => {
  const input = { on() {}, off() {}, resume() {}, pause() {} };
  for (const [isTTY, ci] of [[false, false], [true, true]] as const) {
    const stdout = recorder(isTTY);
    const display = openPaperDisplay(new Terminal(stdout, recorder(false), { color: false, ci }), input, () => {});
    assert.equal(display.live, false);
    display.draw(paperView());
    assert.equal(stdout.text, '');
    display.fill(FILL);
    display.minute(paperView());
    display.close();
    assert.equal(stdout.text.split('\n').length, 3);
  }
});
