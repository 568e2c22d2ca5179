import { randomBytes } from 'node:crypto';
import { hashOf } from '../src/api/auth/keyring.ts';
import { API_LIMITS } from '../src/api/rate-limits.ts';
import { HAND_START, HandFeed, handFill, handLimit, handOrder } from '../test/hand-feed.ts';
import { NO_LIMITS, startApi } from '../test/api-rig.ts';

// The API in a process of its own, over a run that changes ten times a second, for `bench -- api`. Tells its
// parent where it is and a token of each of its people; answers `cpu` with the processor time it has used.

const [users, limited] = [Number(process.argv[2]), process.argv[3] === 'limited'];
const feed = new HandFeed({
  limits: [handLimit(0.3)], orders: Array.from({ length: 200 }, (_, i) => handOrder(i, i < 190 ? 'filled' : 'open')), fills: Array.from({ length: 300 }, (_, i) => handFill(i)),
  equity: Array.from({ length: 500 }, (_, i) => [HAND_START + i * 60_000, String(10_000 + Math.round(100 * Math.sin(i / 20)))] as const),
  bars: { 'BTC-USDT.HAND': Array.from({ length: 600 }, (_, i) => [HAND_START + i * 60_000, 95_000, 95_010, 94_990, 95_005, 3] as const) },
});
const rig = await startApi({ apiLimits: limited ? API_LIMITS : NO_LIMITS }, feed);
const tokens: string[] = [];
for (let i = 0; i < users; i++) {
  const secret = `algotrendy_${randomBytes(32).toString('base64url')}`;
  const base = { createdAt: Date.now(), role: 'viewer' as const };
  await rig.accounts.addUser({ ...base, id: `u${i}`, name: `person ${i}`, passwordHash: undefined, disabled: false, totpSealed: undefined, totpPending: undefined, lastSeenAt: undefined });
  await rig.accounts.addToken({ ...base, id: `t${i}`, userId: `u${i}`, name: 'bench', secretHash: hashOf(secret), lastFour: secret.slice(-4), expiresAt: undefined, lastUsedAt: undefined });
  tokens.push(secret);
}
let beat = 0;
const timer = setInterval(() => {
  beat += 1;
  feed.tell({ kind: 'account', account: { ...feed.snapshot.account, equity: String(10_000 + beat) } }, { kind: 'prices', prices: [{ instrument: 'BTC-USDT.HAND', last: String(95_000 + beat), tsEvent: HAND_START + beat }] });
}, 100);
process.on('message', (word) => {
  if (word === 'cpu') process.send?.({ cpu: process.cpuUsage() });
});
process.on('disconnect', () => {
  clearInterval(timer);
  void rig.close().then(() => process.exit(0));
});
process.send?.({ port: Number(new URL(rig.url).port), tokens });
