import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { BlobError } from '../../src/domain/blob-error.ts';
import type { BlobStore } from '../../src/ports/blob-store.ts';

/** A kind of blob store, to be held to the contract. */
export interface BlobStoreUnderTest {
  /** Makes an empty place; resolves with a way to open it, also from what could be another process. */
  make(): Promise<() => BlobStore>;
  clean(): Promise<void>;
}

/** What every blob store does. */
export function blobStoreContract(name: string, { make, clean }: BlobStoreUnderTest): void {
  describe(`the contract of blobs, kept by ${name}`, () => {
    let open: () => BlobStore;
    before(async () => { open = await make(); });
    after(clean);
    const text = async (blobs: BlobStore, blob: string) => {
      const found = await blobs.get(blob);
      return found === undefined ? undefined : Buffer.from(found).toString();
    };

    test('what was put is got, byte for byte, by whoever opens the place', async () => {
      const bytes = randomBytes(3 << 20);
      await open().put('online/a/large', bytes);
      assert.deepEqual(Buffer.from(await open().get('online/a/large') ?? []), bytes);
      await open().put('empty', Buffer.alloc(0));
      assert.equal((await open().get('empty'))?.length, 0);
    });

    test('a name that has a blob gets the new one; one that has none is undefined', async () => {
      const blobs = open();
      await blobs.put('again', Buffer.from('one'));
      await blobs.put('again', Buffer.from('two'));
      assert.equal(await text(blobs, 'again'), 'two');
      assert.equal(await blobs.get('never'), undefined);
      assert.equal(await blobs.get('again/below'), undefined);
    });

    test('a list has every name that begins so, and no others, however many there are', async () => {
      const blobs = open();
      const names = Array.from({ length: 1_050 }, (_each, i) => `many/${i % 3}/${i}`);
      for (let from = 0; from < names.length; from += 50) await Promise.all(names.slice(from, from + 50).map((each) => blobs.put(each, Buffer.from('x'))));
      assert.deepEqual([...await blobs.list('many/')].sort(), [...names].sort());
      assert.deepEqual([...await blobs.list('many/1/10')].sort(), names.filter((each) => each.startsWith('many/1/10')).sort());
      assert.deepEqual(await blobs.list('none/'), []);
    });

    test('a blob that is moved has its new name alone, and one that is removed has none', async () => {
      const blobs = open();
      await blobs.put('online/2026-11-21T00-00-00.000Z/piece', Buffer.from('moved'));
      await blobs.move('online/2026-11-21T00-00-00.000Z/piece', 'cold/2026-11-21T00-00-00.000Z/piece');
      assert.deepEqual([await text(blobs, 'cold/2026-11-21T00-00-00.000Z/piece'), await blobs.get('online/2026-11-21T00-00-00.000Z/piece'), await blobs.list('online/2')], ['moved', undefined, []]);
      await blobs.remove('cold/2026-11-21T00-00-00.000Z/piece');
      await blobs.remove('cold/2026-11-21T00-00-00.000Z/piece');
      assert.deepEqual(await blobs.list('cold/'), []);
    });

    test('one process writes at a time, and the next one when it is done', async () => {
      const busy = (error: unknown) => error instanceof BlobError && error.kind === 'locked';
      const first = await open().lock();
      await assert.rejects(open().lock(), busy);
      await first.renew();
      await first.release();
      const second = await open().lock();
      await assert.rejects(open().lock(), busy);
      await second.release();
      assert.ok((await open().list('')).every((each) => each !== 'lock'));
    });
  });
}
