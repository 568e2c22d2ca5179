import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ROOT } from '../../test/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'algotrendy-types-'));
after(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');

/** What the type checker says about the body of a function that has a venue, an order and an approved one. */
function check(body: string): string {
  const source = join(ROOT, 'trader/src');
  writeFileSync(join(folder, 'order.ts'), `
    import type { Approved, Order } from '${source}/domain/order.ts';
    import type { ExecutionClient } from '${source}/ports/execution.ts';
    export function send(venue: ExecutionClient, order: Order, approved: Approved<Order>): void { ${body} }
  `);
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), compilerOptions: { noUnusedParameters: false, typeRoots: [join(ROOT, 'node_modules/@types')] }, include: [], files: ['order.ts'] }));
  return spawnSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder], { encoding: 'utf8' }).stdout;
}

test('a venue takes approved orders alone: a plain one does not compile, nor does one that looks approved', () => {
  assert.equal(check('venue.submit(approved);'), '');
  const faults = check([
    'venue.submit(order);',
    'venue.submit({ ...approved });',
    'venue.submit({ ...order, approved: true });',
    'venue.submit(Object.assign(order, { approved: true as const }));',
    'const same: Approved<Order> = order; venue.submit(same);',
  ].join('\n'));
  const lines = [...faults.matchAll(/order\.ts\((\d+),\d+\): error TS\d+/g)].map((match) => Number(match[1]));
  assert.deepEqual(lines, [4, 5, 6, 7, 8], faults);
});
