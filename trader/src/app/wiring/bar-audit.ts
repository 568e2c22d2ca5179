import { createHash } from 'node:crypto';
import type { Bars } from '../../domain/bar.ts';
import type { Timestamp } from '../../domain/time.ts';

/** What a series comes to. Two that agree in it hold the same rows. */
export interface AuditFacts {
  readonly rows: number;
  readonly first: Timestamp | null;
  readonly last: Timestamp | null;
  readonly closes: number;
  readonly volumes: number;
  /** SHA-256 over the canonical rows. */
  readonly checksum: string;
}

/**
 * Counts rows as they pass. A canonical row is time, open, high, low, close and volume as float64,
 * little-endian, an absent volume as the one quiet NaN, then the source in UTF-8 and a line feed: so
 * two rows are the same bytes if, and only if, they are the same bar of the same source.
 */
export class BarAudit {
  readonly #hash = createHash('sha256');
  #rows = 0;
  #first: Timestamp | null = null;
  #last: Timestamp | null = null;
  readonly #closes = new Sum();
  readonly #volumes = new Sum();

  /** Adds bars that follow those already added; `sourceOf` names the source of each. */
  add(bars: Bars, sourceOf: (row: number) => string): void {
    if (bars.length === 0) return;
    const names = Array.from({ length: bars.length }, (_each, row) => sourceOf(row));
    const rows = Buffer.allocUnsafe(bars.length * NUMBER_BYTES + names.reduce((sum, name) => sum + Buffer.byteLength(name) + 1, 0));
    let at = 0;
    for (let row = 0; row < bars.length; row++) {
      const volume = bars.volume[row];
      at = rows.writeDoubleLE(bars.timestamp[row], at);
      at = rows.writeDoubleLE(bars.open[row], at);
      at = rows.writeDoubleLE(bars.high[row], at);
      at = rows.writeDoubleLE(bars.low[row], at);
      at = rows.writeDoubleLE(bars.close[row], at);
      at = Number.isNaN(volume) ? rows.writeBigUInt64LE(QUIET_NAN, at) : rows.writeDoubleLE(volume, at);
      at += rows.write(`${names[row]}\n`, at);
      this.#closes.add(bars.close[row]);
      if (!Number.isNaN(volume)) this.#volumes.add(volume);
    }
    this.#hash.update(rows);
    this.#rows += bars.length;
    this.#first ??= bars.timestamp[0];
    this.#last = bars.timestamp[bars.length - 1];
  }

  /** What was added came to; called once. */
  facts(): AuditFacts {
    return { rows: this.#rows, first: this.#first, last: this.#last, closes: this.#closes.value(), volumes: this.#volumes.value(), checksum: this.#hash.digest('hex') };
  }
}

/** Of the six numbers of a row. */
const NUMBER_BYTES = 48;
const QUIET_NAN = 0x7ff8_0000_0000_0000n;

/** A sum whose error does not grow with the number of its terms (Neumaier 1974). */
class Sum {
  #sum = 0;
  #lost = 0;

  add(term: number): void {
    const sum = this.#sum + term;
    this.#lost += Math.abs(this.#sum) >= Math.abs(term) ? (this.#sum - sum) + term : (term - sum) + this.#sum;
    this.#sum = sum;
  }

  value(): number {
    return this.#sum + this.#lost;
  }
}
