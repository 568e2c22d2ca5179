import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { ArchivedFill, FillArchive } from '../../ports/fill-archive.ts';
import type { OrderRecord, ReportRecord } from '../../ports/journal.ts';
import { linesOf } from '../wire/text-lines.ts';

/** A line begins with its checksum and a space. */
const CHECKSUM = 9;
const HEAD_BYTES = 4_096;

/** What a fill has from its order. */
type OrderPart = Pick<OrderRecord, 'book' | 'side' | 'leg'>;

/** The fills of the journals at these paths. It checks no checksum: who trades has done that, and this is for looking back. */
export class JournalFills implements FillArchive {
  readonly #paths: readonly string[];

  constructor(...paths: readonly string[]) {
    this.#paths = paths;
  }

  fills(run: string): AsyncIterable<ArchivedFill> | undefined {
    const path = this.#paths.find((each) => existsSync(each) && runOf(each) === run);
    return path === undefined ? undefined : fillsOf(path);
  }
}

/** The run that a journal is of, by its first record, which begins with it. */
function runOf(path: string): string | undefined {
  const descriptor = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const length = readSync(descriptor, head, 0, HEAD_BYTES, 0);
    return /^[0-9a-f]{8} \{"kind":"run","version":1,"run":"([^"]+)"/.exec(head.toString('utf8', 0, length))?.[1];
  } finally {
    closeSync(descriptor);
  }
}

async function* fillsOf(path: string): AsyncGenerator<ArchivedFill> {
  const orders = new Map<string, OrderPart>();
  for await (const line of linesOf(path)) {
    // Bars are most of a journal: they are told apart without being read.
    const isOrder = line.startsWith('{"kind":"order"', CHECKSUM);
    if (!isOrder && !line.startsWith('{"kind":"report"', CHECKSUM)) continue;
    const record = recordOf(line);
    // The last line may be on its way.
    if (record === undefined) return;
    if (record.kind === 'order') orders.set(record.clientOrderId, { book: record.book, side: record.side, leg: record.leg });
    else yield* fillOf(record, orders);
  }
}

function recordOf(line: string): OrderRecord | ReportRecord | undefined {
  try {
    return JSON.parse(line.slice(CHECKSUM)) as OrderRecord | ReportRecord;
  } catch {
    return undefined;
  }
}

function fillOf({ report, clientOrderId, tradeId, price, quantity, fee = '0', tsEvent }: ReportRecord, orders: Map<string, OrderPart>): readonly ArchivedFill[] {
  const order = orders.get(clientOrderId);
  // One that was canceled may still have filled: the venue's word of it can come later.
  if (report === 'rejected') orders.delete(clientOrderId);
  if (order === undefined || report !== 'filled' || price === undefined || quantity === undefined) return [];
  const { book, side, leg } = order;
  return [{ id: `${clientOrderId}:${tradeId}`, clientOrderId, book, leg, instrument: book.slice(book.indexOf('@') + 1).split('#')[0], side, quantity, price, fee, tsEvent }];
}
