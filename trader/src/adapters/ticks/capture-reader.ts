import { isBinanceStream, readBinanceLine } from './binance-stream.ts';
import { CaptureBuilder, type Place } from './capture-builder.ts';
import type { Capture } from './capture.ts';
import { findTable } from './csv-tables.ts';
import { readEventArchive } from './event-archive.ts';
import { readParquetTicks } from './parquet-table.ts';
import { containerOf, textLines } from './text-lines.ts';
import { TickFileError } from './tick-file-error.ts';

/**
 * Reads the ticks of one instrument from files that were recorded together, in their order: a snapshot
 * before its updates, quotes and trades in any order. The format is found from the content. Throws
 * `TickFileError` for what cannot be read; what is only wrong in the market's record is counted.
 */
export async function readCapture(files: readonly string[], onFraction: (fraction: number) => void = () => {}): Promise<Capture> {
  const builder = new CaptureBuilder();
  for (const [index, file] of files.entries()) {
    const onPart = (fraction: number) => onFraction((index + fraction) / files.length);
    const container = containerOf(file);
    if (container === 'parquet') await readParquetTicks(builder, file);
    else if (container === 'zip') readEventArchive(builder, file);
    else await readText(builder, file, onPart);
    onPart(1);
  }
  return builder.finish(files[0] ?? '');
}

/** Reads a text whose first line shows what it is. */
async function readText(builder: CaptureBuilder, file: string, onFraction: (fraction: number) => void): Promise<void> {
  let reader: LineReader | undefined;
  let number = 0;
  for await (const lines of textLines(file, onFraction)) {
    for (const line of lines) {
      number += 1;
      const place = { file, line: number };
      if (reader === undefined) reader = open(builder, place, line);
      else reader.take(place, line);
    }
  }
  reader?.end();
}

/** Takes the lines of one file; `end` comes behind the last. */
interface LineReader {
  take(place: Place, line: string): void;
  end(): void;
}

function open(builder: CaptureBuilder, place: Place, line: string): LineReader {
  if (isBinanceStream(line)) {
    builder.formats.push('binance-stream');
    const take = (at: Place, text: string) => {
      builder.messages += 1;
      readBinanceLine(builder, at, text);
    };
    take(place, line);
    return { take, end() {} };
  }
  const { format, columns, header } = findTable(place.file, line.trim());
  builder.formats.push(format.name);
  const indices = new Map(columns.map((name, index) => [name, index]));
  const reader = format.reader(builder);
  const take = (at: Place, text: string) => {
    const fields = text.trim().split(',');
    if (fields.length !== columns.length) {
      throw new TickFileError('columns', at.file, `has ${fields.length} fields where there are ${columns.length} columns`, { line: at.line ?? 0 });
    }
    reader.row(at, { field: (name) => fields[indices.get(name) ?? -1] ?? '' });
  };
  if (!header) take(place, line);
  return { take, end: () => reader.end() };
}
