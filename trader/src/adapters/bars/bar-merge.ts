import { allocateBars, BAR_COLUMNS, sliceBars, type Bars } from '../../domain/bar.ts';
import { BarFileError } from './bar-file-error.ts';
import type { BarSet } from './column-file.ts';
import { BLOCK_BARS } from './column-layout.ts';

/** How the bars of a file met the stored ones. */
export interface MergeCounts {
  /** Bars of times that were not stored. */
  readonly added: number;
  /** Bars that were stored already, the same. */
  readonly equal: number;
  /** Bars that were stored otherwise, and are now as in the file. */
  readonly replaced: number;
}

interface MergeOptions {
  readonly replace: boolean;
  /** Counted up while the blocks are taken. */
  readonly counts: { -readonly [Name in keyof MergeCounts]: MergeCounts[Name] };
}

/**
 * The bars of both sets by time, in blocks of which each is valid until the next. Of two bars of one
 * time that differ the added one is taken with `replace`; without, the first such is refused.
 */
export function* mergeBars(file: string, stored: BarSet | undefined, added: BarSet, options: MergeOptions): Generator<Bars> {
  const old = new Walk(stored?.blocks() ?? []);
  const fresh = new Walk(added.blocks());
  const merged = allocateBars(BLOCK_BARS);
  let rows = 0;
  while (old.time < Infinity || fresh.time < Infinity) {
    const taken = old.time === fresh.time ? settle(file, old, fresh, options) : old.time < fresh.time ? old : fresh;
    if (old.time > fresh.time) options.counts.added++;
    for (const column of BAR_COLUMNS) merged[column][rows] = taken.bars[column][taken.row];
    const time = taken.time;
    if (old.time === time) old.advance();
    if (fresh.time === time) fresh.advance();
    if (++rows < BLOCK_BARS) continue;
    yield merged;
    rows = 0;
  }
  if (rows > 0) yield sliceBars(merged, 0, rows);
}

/** Which of two bars of one time is taken. */
function settle(file: string, old: Walk, fresh: Walk, { replace, counts }: MergeOptions): Walk {
  const field = firstDifference(old, fresh);
  if (field === undefined) counts.equal++;
  else if (replace) counts.replaced++;
  else refuse(file, fresh, old, field);
  return replace ? fresh : old;
}

/** A place that moves over the bars of a set. */
class Walk {
  bars: Bars = allocateBars(0);
  row = 0;
  /** Bars passed in earlier blocks. */
  passed = 0;
  /** The time of the bar here; infinite at the end. */
  time = -Infinity;
  readonly #blocks: Iterator<Bars>;

  constructor(blocks: Iterable<Bars>) {
    this.#blocks = blocks[Symbol.iterator]();
    this.row = -1;
    this.advance();
  }

  advance(): void {
    if (++this.row >= this.bars.length) {
      this.passed += this.bars.length;
      const next = this.#blocks.next();
      this.row = 0;
      this.bars = next.done ? allocateBars(0) : next.value;
    }
    this.time = this.bars.timestamp[this.row] ?? Infinity;
  }
}

function firstDifference(a: Walk, b: Walk): (typeof BAR_COLUMNS)[number] | undefined {
  return BAR_COLUMNS.find((column) => {
    const x = a.bars[column][a.row];
    const y = b.bars[column][b.row];
    return x !== y && !(Number.isNaN(x) && Number.isNaN(y));
  });
}

function refuse(file: string, fresh: Walk, old: Walk, field: (typeof BAR_COLUMNS)[number]): never {
  const [here, there] = [fresh.bars[field][fresh.row], old.bars[field][old.row]];
  throw new BarFileError('conflict', file,
    `the bar of ${new Date(fresh.time).toISOString()} has ${field} ${here}, but ${there} is stored; nothing was stored. Import with --replace to take the file's`,
    { field });
}
