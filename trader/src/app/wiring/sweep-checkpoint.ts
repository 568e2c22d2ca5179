import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { BAR_COLUMNS } from '../../domain/bar.ts';
import type { SweepPart } from '../../research/sweep-tally.ts';
import { Refusal } from '../refusal.ts';
import type { SweepJob, SweepOrder } from './sweep-job.ts';
import { strategyContent } from './trial-store.ts';

/**
 * The finished parts of a sweep, on disk until it is done: whatever stops the sweep, the next one
 * that asks for the same goes on from there. The same means: the bars' content, the strategy's
 * source, grid, costs, sizing, and the source of whatever decides a result. A part is a file that is
 * there whole or not at all, and one that cannot be read is worked out again.
 */
export class SweepCheckpoint {
  readonly #folder: string;

  /** Under `home/sweeps`; nothing is written before the first part is. */
  constructor(home: string, job: SweepJob) {
    this.#folder = join(home, 'sweeps', keyOf(job));
  }

  /** The part of an order, where it was finished before. */
  read(order: SweepOrder): SweepPart | undefined {
    try {
      return deserialize(readFileSync(join(this.#folder, fileOf(order)))) as SweepPart;
    } catch {
      return undefined;
    }
  }

  /** Keeps the part of an order. Refuses where the folder cannot be written: what a stop would lose must not go on for hours. */
  write(order: SweepOrder, part: SweepPart): void {
    const draft = join(this.#folder, `${process.pid}.tmp`);
    try {
      mkdirSync(this.#folder, { recursive: true }); // each time: the same sweep in another process may just have ended and cleared it away
      writeFileSync(draft, serialize(part));
      renameSync(draft, join(this.#folder, fileOf(order)));
    } catch (error) {
      throw new Refusal('disk', `finished parts cannot be kept: ${error instanceof Error ? error.message : String(error)}`, {
        where: this.#folder, hint: 'Make room, correct its permissions, or point ALGOTRENDY_HOME elsewhere.',
      });
    }
  }

  /** Forgets all parts: the sweep is done, or is to begin anew. */
  clear(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function fileOf({ first, end, from, to }: SweepOrder): string {
  return `${first}-${end}-${from}-${to}.part`;
}

function keyOf({ bars, ...rest }: SweepJob): string {
  const hash = createHash('sha256').update(JSON.stringify({ ...rest, content: strategyContent(rest.strategy), build: buildContent() }, plainly));
  for (const column of BAR_COLUMNS) hash.update(bars[column]);
  return hash.digest('hex').slice(0, 32);
}

/**
 * What JSON has no word for. Not `serialize`, which writes the same number in two ways, by how it came
 * about: a sweep that was killed while its bars were read for the first time would never be found again.
 */
function plainly(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' || typeof value === 'number' && !Number.isFinite(value) ? `${value} as a number` : value;
}

/** Rooms whose source decides what a combination comes to. */
const DECIDING = ['domain', 'indicators', 'strategies', 'pipeline', 'simulation', 'research', 'analytics'];

/** SHA-256 of that source: a part that another build worked out is none of this one's. */
export function buildContent(): string {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const hash = createHash('sha256');
  for (const room of DECIDING) {
    const files = readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
    for (const name of files.sort()) hash.update(`${room}/${name}\n`).update(readFileSync(join(root, room, name)));
  }
  return hash.digest('hex');
}
