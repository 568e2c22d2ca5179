import { crc32 } from 'node:zlib';
import { z } from 'zod';
import type { FeedBook } from '../../ports/market-feed.ts';
import { LevelBook } from '../wire/level-book.ts';
import type { KrakenListing } from './listing.ts';

const levels = z.array(z.object({ price: z.number(), qty: z.number() })).default([]);

/** A book of a frame, or its changes. */
export const bookBody = z.object({ symbol: z.string(), bids: levels, asks: levels, checksum: z.number().int() });

/** How deep the book is that is subscribed to. */
export const BOOK_DEPTH = 25;
/** Levels of each side that the checksum is made of. */
const CHECKED = 10;

/**
 * A book of the channel `book`, proved at each change by a CRC32 over the ten best of both sides
 * (docs.kraken.com, "Book checksum (WebSocket v2)"). The stream has numbers where the checksum wants
 * texts: they are written with the decimals of the pair.
 */
export class CheckedBook {
  readonly #book = new LevelBook();
  readonly #decimals: Pick<KrakenListing, 'priceDecimals' | 'quantityDecimals'>;

  constructor(decimals: Pick<KrakenListing, 'priceDecimals' | 'quantityDecimals'>) {
    this.#decimals = decimals;
  }

  /** Takes a frame, and gives the book; undefined where the checksum is another: then the book is to be asked for anew. */
  take(kind: 'snapshot' | 'update', { bids, asks, checksum }: z.infer<typeof bookBody>): FeedBook | undefined {
    const { priceDecimals, quantityDecimals } = this.#decimals;
    if (kind === 'snapshot') this.#book.clear();
    for (const [side, changes] of [['bids', bids], ['asks', asks]] as const) {
      for (const { price, qty } of changes) this.#book.set(side, price.toFixed(priceDecimals), qty.toFixed(quantityDecimals));
    }
    this.#book.truncate(BOOK_DEPTH);
    return this.#checksum() === checksum ? this.#book : undefined;
  }

  #checksum(): number {
    const { asks, bids } = this.#book;
    return crc32([...asks.slice(0, CHECKED), ...bids.slice(0, CHECKED)].map(({ priceText, quantityText }) => digits(priceText) + digits(quantityText)).join(''));
  }
}

/** A decimal's digits, from the first that is not zero on. */
function digits(text: string): string {
  return text.replace('.', '').replace(/^0+/, '');
}
