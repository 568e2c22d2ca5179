import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startApi } from '../../../test/api-rig.ts';
import { HAND_START, HandFeed } from '../../../test/hand-feed.ts';
import type { HaltFact, LimitSettings } from '../../ports/steering-facts.ts';

const halt = (number: number): HaltFact => ({ id: String(number), kind: number % 2 === 0 ? 'resume' : 'halt', orders: false, reason: number % 2 === 0 ? null : `reason ${number}`, by: 'user:ana', tsEvent: HAND_START + number, tsWall: null });
const settings: LimitSettings = {
  items: [{ name: 'maxNotional', rule: 'notional', label: 'Value of one order', unit: 'money', value: 10_000, began: 10_000, min: 1, max: 1e9, whole: false, tighter: 'lower', help: 'No single order of more value than this.' }],
  changes: [],
};

test('a program with a trader\'s token tightens limits, and loosens none', async (t) => {
  const rig = await startApi({}, new HandFeed({ limitSettings: settings }));
  t.after(() => rig.close());
  const api = await rig.client('trader');
  await api.call('tightenLimits', { body: { limits: { maxNotional: 5_000 } } });
  assert.deepEqual(rig.control.commands.map(({ id: _id, ...said }) => said), [{ kind: 'set-limits', by: 'user:ana', loosen: false, limits: { maxNotional: 5_000 } }]);
  await assert.rejects(api.call('loosenLimits', { body: { limits: { maxNotional: 50_000 } } }), { code: 'role-too-low' });
  await assert.rejects((await rig.client('viewer')).call('tightenLimits', { body: { limits: { maxNotional: 1 } } }), { code: 'role-too-low' });
  for (const limits of [{}, { maxNotional: 0 }, { maxNotional: -1 }, { '../x': 1 }]) await assert.rejects(api.call('tightenLimits', { body: { limits } }), { code: 'bad-value' });
  assert.equal(rig.control.commands.length, 1);
  assert.deepEqual((await api.call('listLimits')).settings, settings.items);
});

test('who has just confirmed who they are loosens limits, and the audit log says what', async (t) => {
  const rig = await startApi({}, new HandFeed({ limitSettings: settings }));
  t.after(() => rig.close());
  const response = await fetch(`${rig.url}/api/v1/limits/loosen`, {
    method: 'POST', headers: { cookie: rig.cookie, 'content-type': 'application/json', 'x-algotrendy': '1', 'idempotency-key': 'loosen' }, body: JSON.stringify({ limits: { maxNotional: 50_000 } }),
  });
  assert.equal(response.status, 200, await response.text());
  assert.deepEqual(rig.control.commands.map(({ kind }) => kind), ['set-limits']);
  const { items } = await (await fetch(`${rig.url}/api/v1/audit?limit=1`, { headers: { cookie: rig.cookie } })).json() as { readonly items: readonly { readonly action: string; readonly actor: string; readonly detail: string }[] };
  assert.deepEqual(items.map(({ action, actor, detail }) => [action, actor, detail]), [['loosenLimits', 'ana', '{"limits":{"maxNotional":50000}}']]);
});

test('halts come in pages, the newest first, also those that come meanwhile', async (t) => {
  const feed = new HandFeed({ halts: [1, 2, 3, 4, 5].map(halt) });
  const rig = await startApi({}, feed);
  t.after(() => rig.close());
  const api = await rig.client('viewer');
  const first = await api.call('listHalts', { query: { limit: 2 } });
  feed.tell({ kind: 'halt', halt: halt(6) });
  const rest = await api.call('listHalts', { query: { limit: 10, cursor: first.next ?? '' } });
  assert.deepEqual([first.items, rest.items].map((items) => items.map(({ id }) => id)), [['5', '4'], ['3', '2', '1']]);
  assert.equal((await api.call('listHalts')).items[0].id, '6');
});
