import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { FeedBook } from '../../ports/market-feed.ts';
import { LevelBook } from '../wire/level-book.ts';
import { decimal } from './wire.ts';

const levels = z.array(z.tuple([decimal, decimal]).rest(z.unknown()));

/** A frame's book, or its changes. */
export const bookBody = z.object({ asks: levels, bids: levels, checksum: z.number().int().optional(), seqId: z.number().int().optional(), prevSeqId: z.number().int().optional() });

/** Levels of each side that the checksum is made of. */
const CHECKED = 25;

/**
 * A book of the channel `books`, proved at each change ("Order book channel"): a change names the one
 * before it, and a checksum over the best 25 of both sides as the venue wrote them. OKX sends the same
 * number again where nothing has changed, and a smaller one after maintenance.
 */
export class CheckedBook {
  readonly #book = new LevelBook();
  #seqId: number | undefined;
  #known = false;

  /** Takes a frame, and gives the book; undefined where a change is missing or the checksum is another: then the book is to be asked for anew. */
  take(action: 'snapshot' | 'update', { asks, bids, checksum, seqId, prevSeqId }: z.infer<typeof bookBody>): FeedBook | undefined {
    if (action === 'snapshot') this.#book.clear();
    else if (!this.#known || (prevSeqId !== undefined && prevSeqId !== this.#seqId)) return this.#lose();
    this.#known = true;
    this.#seqId = seqId;
    for (const [price, quantity] of asks) this.#book.set('asks', price, quantity);
    for (const [price, quantity] of bids) this.#book.set('bids', price, quantity);
    // Zero where OKX makes none.
    return checksum !== undefined && checksum !== 0 && checksum !== this.#checksum() ? this.#lose() : this.#book;
  }

  #lose(): undefined {
    this.#known = false;
    return undefined;
  }

  #checksum(): number {
    const { asks, bids } = this.#book;
    const texts: string[] = [];
    for (let i = 0; i < CHECKED; i++) {
      for (const level of [bids[i], asks[i]]) if (level !== undefined) texts.push(level.priceText, level.quantityText);
    }
    return crc32(texts.join(':')) | 0;
  }
}
