import type { CaptureBuilder, Level, Moment, Place } from './capture-builder.ts';
import { TickFileError } from './tick-file-error.ts';

/** One row of a table as its fields; `field` gives the text of a column that the format has. */
export interface TableRow {
  field(name: string): string;
}

/** A format of rows: how it is known, and what a row says. Rows of one message follow each other. */
export interface TableFormat {
  readonly name: string;
  /** Columns without which it is not this format. */
  readonly columns: readonly string[];
  /** Makes the reader of one file; `end` is called behind the last row. */
  reader(builder: CaptureBuilder): { row(place: Place, row: TableRow): void; end(): void };
}

/** A side as the formats write it; `bid` and `buy`, or their first letter. */
function isBid(text: string, { file, ...at }: Place): boolean {
  const side = text.toLowerCase();
  if (['b', 'bid', 'buy'].includes(side)) return true;
  if (['a', 's', 'ask', 'sell'].includes(side)) return false;
  throw new TickFileError('value', file, `has the side "${text}"; a side is bid or ask, buy or sell`, at);
}

/** A text of digits that counts from 1970 as milliseconds; NaN where it is none. */
function readCount(text: string): number {
  return /^\d{9,19}$/.test(text) ? inMilliseconds(Number(text)) : NaN;
}

/** A count of milliseconds, microseconds or nanoseconds since 1970, told apart by its size, as milliseconds. */
export function inMilliseconds(count: number): number {
  return count < 1e14 ? count : count < 1e17 ? count / 1e3 : count / 1e6;
}

/** Times of Tardis, microseconds, at the venue and at the recorder. */
function tardisMoment(row: TableRow): Moment {
  return { tsExchange: readCount(row.field('timestamp')), tsLocal: readCount(row.field('local_timestamp')) };
}

/** Reads rows of which each is a message. */
function rowByRow(read: (builder: CaptureBuilder, place: Place, row: TableRow) => void): TableFormat['reader'] {
  return (builder) => ({
    row(place, row) {
      builder.messages += 1;
      read(builder, place, row);
    },
    end() {},
  });
}

/** A message that is spread over rows. */
interface Group {
  readonly key: string;
  readonly place: Place;
  readonly moment: Moment;
  readonly first: TableRow;
  readonly bids: Level[];
  readonly asks: Level[];
}

/** Reads rows of prices, of which those with one key make a message. */
function rowsByKey(spec: {
  readonly key: (row: TableRow) => string;
  readonly moment: (row: TableRow) => Moment;
  readonly size: string;
  readonly take: (builder: CaptureBuilder, group: Group) => void;
}): TableFormat['reader'] {
  return (builder) => {
    let group: Group | undefined;
    const end = () => {
      if (group === undefined) return;
      builder.messages += 1;
      spec.take(builder, group);
      group = undefined;
    };
    return {
      row(place, row) {
        const key = spec.key(row);
        if (group?.key !== key) {
          end();
          group = { key, place, moment: spec.moment(row), first: row, bids: [], asks: [] };
        }
        (isBid(row.field('side'), place) ? group.bids : group.asks).push([row.field('price'), row.field(spec.size)]);
      },
      end,
    };
  };
}

/** Binance's historical depth of futures: a snapshot (`snap`), or updates (`set`) with their numbers. */
const binanceDepth: TableFormat = {
  name: 'binance-depth',
  columns: ['timestamp', 'first_update_id', 'last_update_id', 'side', 'update_type', 'price', 'qty', 'pu'],
  reader: rowsByKey({
    key: (row) => `${row.field('update_type')} ${row.field('last_update_id')}`,
    moment(row) {
      const ts = readCount(row.field('timestamp'));
      return { tsExchange: ts, tsLocal: ts };
    },
    size: 'qty',
    take(builder, { place, moment, first, bids, asks }) {
      const id = (name: string) => Number(first.field(name));
      if (first.field('update_type') === 'snap') builder.snapshot(place, moment, bids, asks, id('last_update_id'));
      else builder.update(place, { ...moment, first: id('first_update_id'), last: id('last_update_id'), previous: id('pu'), bids, asks });
    },
  }),
};

/** Tardis' incremental L2 of any venue: rows of a snapshot say so, and a row sets one price. */
const tardisIncremental: TableFormat = {
  name: 'tardis-incremental-book',
  columns: ['timestamp', 'local_timestamp', 'is_snapshot', 'side', 'price', 'amount'],
  reader: rowsByKey({
    key: (row) => `${row.field('is_snapshot')} ${row.field('local_timestamp')}`,
    moment: tardisMoment,
    size: 'amount',
    take(builder, { place, moment, first, bids, asks }) {
      if (first.field('is_snapshot') === 'true') builder.snapshot(place, moment, bids, asks, undefined);
      else builder.levels(place, moment, bids, asks);
    },
  }),
};

/** Tardis' snapshots of the best 5, 25 or more prices a side, one a row. */
const tardisSnapshots: TableFormat = {
  name: 'tardis-book-snapshots',
  columns: ['timestamp', 'local_timestamp', 'asks[0].price', 'asks[0].amount', 'bids[0].price', 'bids[0].amount'],
  reader: rowByRow((builder, place, row) => {
    const side = (name: string): Level[] => {
      const levels: Level[] = [];
      for (let i = 0; ; i++) {
        const price = row.field(`${name}[${i}].price`);
        if (price === '') return levels;
        levels.push([price, row.field(`${name}[${i}].amount`)]);
      }
    };
    builder.snapshot(place, tardisMoment(row), side('bids'), side('asks'), undefined);
  }),
};

/** Tardis' trades. */
const tardisTrades: TableFormat = {
  name: 'tardis-trades',
  columns: ['timestamp', 'local_timestamp', 'side', 'price', 'amount'],
  reader: rowByRow((builder, place, row) =>
    builder.trade(place, tardisMoment(row), isBid(row.field('side'), place), row.field('price'), row.field('amount'), undefined)),
};

/** Tardis' best quotes. */
const tardisQuotes: TableFormat = {
  name: 'tardis-quotes',
  columns: ['timestamp', 'local_timestamp', 'ask_amount', 'ask_price', 'bid_price', 'bid_amount'],
  reader: rowByRow((builder, place, row) =>
    builder.quote(place, tardisMoment(row), [row.field('bid_price'), row.field('bid_amount')], [row.field('ask_price'), row.field('ask_amount')])),
};

/** TrueFX' quotes, without sizes; times as text. */
const truefx: TableFormat = {
  name: 'truefx-quotes',
  columns: ['timestamp', 'bid', 'ask'],
  reader: rowByRow((builder, place, row) => {
    const text = row.field('timestamp');
    const ts = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00$/.test(text) ? Date.parse(text.replace(' ', 'T')) : readCount(text);
    builder.quote(place, { tsExchange: ts, tsLocal: ts }, [row.field('bid'), undefined], [row.field('ask'), undefined]);
  }),
};

/** HistData's quotes: no header, `20200101 170000065,bid,ask,0`, times of New York without summer time. */
const histdata: TableFormat = {
  name: 'histdata-quotes',
  columns: ['time', 'bid', 'ask', 'zero'],
  reader: rowByRow((builder, place, row) => {
    const match = /^(\d{4})(\d\d)(\d\d) (\d\d)(\d\d)(\d\d)(\d{3})$/.exec(row.field('time'));
    const ts = match === null ? NaN : Date.parse(`${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}.${match[7]}-05:00`);
    builder.quote(place, { tsExchange: ts, tsLocal: ts }, [row.field('bid'), undefined], [row.field('ask'), undefined]);
  }),
};

/** Formats with a header, those with more columns first. */
const FORMATS = [binanceDepth, tardisIncremental, tardisSnapshots, tardisQuotes, tardisTrades, truefx];

/** The format that a first line shows, its columns, and whether that line is a header. Throws where it is none that is known. */
export function findTable(file: string, line: string): { readonly format: TableFormat; readonly columns: readonly string[]; readonly header: boolean } {
  if (/^\d{8} \d{9},/.test(line)) return { format: histdata, columns: histdata.columns, header: false };
  const columns = line.split(',').map((name) => name.trim());
  const format = FORMATS.find((known) => known.columns.every((name) => columns.includes(name)));
  if (format !== undefined) return { format, columns, header: true };
  throw new TickFileError('columns', file, `has the columns ${columns.slice(0, 8).join(', ').slice(0, 120)}, which are those of no known recording: ${
    FORMATS.map(({ name }) => name).join(', ')}, or a stream of Binance with its times`, { line: 1 });
}
