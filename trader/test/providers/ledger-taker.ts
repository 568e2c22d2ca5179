import { SqliteProviderLedger } from '../../src/adapters/provider-ledger/provider-ledger.ts';

/** Takes calls of a quota of 50 until there are none, in a process of its own, and prints how many it got. */
const ledger = new SqliteProviderLedger(process.argv[2] ?? '');
let taken = 0;
while (ledger.take('yahoo', { limits: [{ calls: 50, windowMs: 3_600_000 }], documented: false }, Date.now()).waitMs === 0) taken += 1;
ledger.close();
process.stdout.write(String(taken));
