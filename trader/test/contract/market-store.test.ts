import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedMarketStore } from '../../src/adapters/market-store/embedded-market-store.ts';
import { marketStoreContract } from './market-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'market-store-'));
const open = async () => new EmbeddedMarketStore(join(folder, 'market.sqlite'));

marketStoreContract('the embedded store', {
  cases: 60,
  open,
  reopen: open,
  async close(store) {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  },
});
