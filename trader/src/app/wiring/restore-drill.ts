import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FolderBlobs } from '../../adapters/backup/folder-blobs.ts';
import { JournalTail } from '../../adapters/journal/journal-tail.ts';
import { EmbeddedMarketStore } from '../../adapters/market-store/embedded-market-store.ts';
import type { Secret } from '../../domain/secret.ts';
import type { Timestamp } from '../../domain/time.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import { backUp } from './backup.ts';
import type { PostgresLoader } from './server-copies.ts';
import { restore, type RestoreReport } from './restore.ts';

/** The series that a drill writes; no market is called so. */
export const DRILL_SERIES = { instrument: 'DRILL', intervalMs: 60_000 };

/** What the issue of it all allows: an hour until trading can go on, a quarter of one of work lost. */
export const RTO_LIMIT_MS = 3_600_000;
export const RPO_LIMIT_MS = 900_000;

const BACKUPS = 3;
/** Writes between two backups, and after the last one. */
const WRITES_BETWEEN = 50;

/** What a drill measured. */
export interface DrillReport {
  /** The newest backup, restored for the drill. */
  readonly restored: RestoreReport;
  /** The recovery time: restoring it, and filling Postgres where one is given. */
  readonly rtoMs: number;
  /** How old the newest backup was when the drill began: what would have been lost at that moment. */
  readonly rpoMs: number;
  /** What was restored, written to, backed up meanwhile, killed and restored once more. */
  readonly underLoad: {
    readonly backups: number;
    /** Numbers that were acknowledged: when the last backup began, and when the writer was killed. */
    readonly acknowledgedBefore: number;
    readonly acknowledged: number;
    /** Numbers that were back afterwards, each with all before it. */
    readonly bars: number;
    readonly records: number;
    readonly tookMs: number;
    /** From the beginning of the last backup to the kill: how much of the time is lost. */
    readonly lostMs: number;
    /** Whether everything that had been acknowledged when the last backup began is back, in one piece. */
    readonly sound: boolean;
  };
}

/**
 * Proves that backups can be restored. Restores the newest one into a folder beside `beside`, which is removed afterwards;
 * starts a process there that writes bars and journal without pause; backs that up several times while it
 * writes; kills it; throws its folder away; restores, and looks what is back. A Postgres that is given is filled from the backup and emptied again. Throws `BackupError`.
 */
export async function drill(blobs: BlobStore, key: Secret, beside: string, now: () => Timestamp, postgres?: PostgresLoader): Promise<DrillReport> {
  const scratch = mkdtempSync(join(resolve(beside, '..'), '.algotrendy-drill-'));
  const home = join(scratch, 'home');
  const vault = new FolderBlobs(join(scratch, 'backups'));
  let writer: Writer | undefined;
  try {
    const began = now();
    const restored = await restore(blobs, key, home);
    const filledMs = await timeOf(async () => { await postgres?.fill(home); });
    await postgres?.empty();
    const rtoMs = restored.tookMs + filledMs;
    writer = await Writer.start(home);
    let acknowledgedBefore = 0;
    let lastBegan = 0;
    for (let backups = 0; backups < BACKUPS; backups++) {
      await writer.reach(writer.acknowledged + WRITES_BETWEEN);
      acknowledgedBefore = writer.acknowledged;
      lastBegan = now();
      await backUp(home, vault, key, { full: false, now });
    }
    await writer.reach(writer.acknowledged + WRITES_BETWEEN);
    await writer.kill();
    const lostMs = now() - lastBegan;
    rmSync(home, { recursive: true });
    const { tookMs } = await restore(vault, key, home);
    const [bars, records] = [await barsBack(home), recordsBack(home)];
    const { acknowledged } = writer;
    return {
      restored, rtoMs, rpoMs: began - restored.began,
      underLoad: { backups: BACKUPS, acknowledgedBefore, acknowledged, bars, records, tookMs, lostMs, sound: bars > acknowledgedBefore && records > acknowledgedBefore },
    };
  } finally {
    await writer?.kill();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function timeOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** How many bars are back without one missing. */
async function barsBack(home: string): Promise<number> {
  const store = new EmbeddedMarketStore(join(home, 'drill.sqlite'));
  try {
    const { timestamp } = await store.range(DRILL_SERIES);
    const broken = timestamp.findIndex((time, number) => time !== number * DRILL_SERIES.intervalMs);
    return broken < 0 ? timestamp.length : broken;
  } finally {
    await store.close();
  }
}

/** How many journal records are back without one missing; their chained checksums are compared on the way. */
function recordsBack(home: string): number {
  let back = 0;
  for (const { record } of new JournalTail(join(home, 'drill.jsonl')).read()) {
    if (record.kind === 'run') continue;
    if (record.kind !== 'command' || record.command.kind !== 'halt' || record.command.reason !== String(back)) break;
    back++;
  }
  return back;
}

/** The process that writes. */
class Writer {
  /** The last number that it told. */
  acknowledged = -1;
  readonly #process: ChildProcess;
  readonly #ended: Promise<void>;
  #onNumber: () => void = () => undefined;

  private constructor(home: string) {
    this.#process = fork(fileURLToPath(new URL('../backup-writer.ts', import.meta.url)), [home], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#ended = new Promise((done) => { this.#process.once('exit', () => { done(); }); });
    this.#process.on('message', (number: number) => {
      this.acknowledged = number;
      this.#onNumber();
    });
  }

  static async start(home: string): Promise<Writer> {
    const writer = new Writer(home);
    await writer.reach(0);
    return writer;
  }

  /** Waits until it has told a number. Throws where it has ended. */
  async reach(number: number): Promise<void> {
    const reached = new Promise<void>((done) => {
      this.#onNumber = () => { if (this.acknowledged >= number) done(); };
      this.#onNumber();
    });
    await Promise.race([reached, this.#ended.then(() => { throw new Error('the writer of the drill ended by itself'); })]);
  }

  /** SIGKILL, in the middle of whatever it does. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }
}
