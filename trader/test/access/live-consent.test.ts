import assert from 'node:assert/strict';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { NO_CONFIG } from '../../src/app/config.ts';
import { readLiveConfig } from '../../src/app/wiring/live-setup.ts';
import { passportSubject } from '../../src/app/wiring/passport.ts';
import { signingKey, signPassport } from '../../src/app/wiring/passport-check.ts';
import { openSecrets } from '../../src/app/wiring/secret-stores.ts';
import { blocks, readPage } from '../docs/page.ts';
import { CONFIG, VenueStreet } from '../live/venue-street.ts';

const LIVE_KEYS = { ALGOTRENDY_SECRET_BINANCE_LIVE_KEY: 'planted-key-4f1d8a', ALGOTRENDY_SECRET_BINANCE_LIVE_SECRET: 'planted-secret-93b07e' };
const WORDS = ['--confirm', `trade real money on binance with ${CONFIG.capital} USDT`];
const HASH = 'ab'.repeat(32);

test('real money takes a passport for just this, its words to the letter, and keys of that account', () => VenueStreet.open(async (street) => {
  const [book] = CONFIG.books;
  const passport = join(street.home, 'passport.json');
  const live = { ...CONFIG, mode: 'live', ramp: undefined, books: [{ ...book, passport }] };
  // Makes the home, whose key signs.
  await street.run(['version']);
  const key = await signingKey(openSecrets({ ...NO_CONFIG, home: street.home }));
  const subject = await passportSubject(book, 60_000);
  const line = { name: 'Paper: 14 days', state: 'pass', reason: 'As if.' } as const;
  const body = { version: 1, issuedAt: '2026-11-21T00:00:00.000Z', ...subject, data: { sha256: HASH, from: '2020-01-01T00:00:00.000Z', to: '2021-01-01T00:00:00.000Z', bars: 1 }, verdict: [line], paper: null, lines: [line] } as const;
  const write = (lines: readonly { readonly name: string; readonly state: 'pass' | 'fail'; readonly reason: string }[]) => { writeFileSync(passport, JSON.stringify(signPassport({ ...body, verdict: [...body.verdict], lines: [...lines] }, key))); };
  const refused = async (pattern: RegExp, words: readonly string[], config: unknown, environment: Readonly<Record<string, string>> = LIVE_KEYS) => {
    const { code, stderr, dialled } = await street.run(['live', ...words], { environment }, config);
    assert.notEqual(code, 0);
    assert.match(stderr, pattern);
    assert.deepEqual(dialled, []);
  };
  write([line]);
  await refused(/nobody is there to confirm/, [], live);
  await refused(/the words for moving-average-cross are/, ['--confirm', 'yes'], live);
  await refused(/the words for moving-average-cross are/, ['--confirm', `trade real money on coinbase with ${CONFIG.capital} USDT`], live);
  await refused(/the words for moving-average-cross are/, ['--confirm', 'trade real money on binance'], live);
  await refused(/the words for moving-average-cross are/, WORDS, { ...live, capital: '100001' });
  await refused(/named by their ids/, WORDS, { ...live, instruments: ['BTCUSDT', book.instrument] });
  await refused(/another parameters/, WORDS, { ...live, books: [{ ...book, parameters: { fast: 2, slow: 6 }, passport }] });
  await refused(/another interval/, WORDS, { ...live, interval: '5m' });
  await refused(/no keys for binance, live/, WORDS, live, {});
  write([{ ...line, state: 'fail' }]);
  await refused(/lines do not hold: Paper: 14 days/, WORDS, live);
  write([line]);
  const ended = await street.run(['live', '--json', ...WORDS], {
    environment: LIVE_KEYS,
    onLine(text, child) {
      const { kind, fills = 0 } = JSON.parse(text) as { readonly kind: string; readonly fills?: number };
      if (kind === 'fill' || fills > 0) child.kill('SIGINT');
      else if (kind === 'feed' || kind === 'minute') setTimeout(() => { street.tick(); }, 60);
    },
  }, live);
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(ended.dialled.length, 1, 'and then it starts');
  // It trades, at a tenth of its size.
  const [fill] = street.records().filter((record) => record.kind === 'report' && record['report'] === 'filled');
  assert.equal(fill?.['quantity'], '0.05');
  assert.equal(street.account.orders[0]?.quantity, '0.05');
  assert.doesNotMatch(ended.stdout + ended.stderr, /planted/);
  // Nor does anything that the run has left on the disk.
  const left = globSync('**/*', { cwd: street.home }).filter((file) => statSync(join(street.home, file)).isFile());
  assert.ok(left.includes(join('live', 'journal.jsonl')));
  for (const file of left) assert.equal(readFileSync(join(street.home, file)).includes('planted'), false, file);
}));

test('the configuration that docs/going-live.md shows is one that is read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'config-'));
  try {
    const [shown] = blocks(readPage('docs/going-live.md'), 'json');
    writeFileSync(join(folder, 'config.json'), shown ?? '');
    assert.equal((await readLiveConfig(join(folder, 'config.json'))).mode, 'sandbox');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
