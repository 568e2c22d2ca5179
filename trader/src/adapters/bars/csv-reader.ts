import { BAR_COLUMNS, sliceBars, type Bars } from '../../domain/bar.ts';
import { BarFileError } from './bar-file-error.ts';
import type { ByteSource } from './byte-source.ts';
import { createScanner, CsvParser, type BarColumn, type CsvLayout } from './csv-parser.ts';
import { timestampUnit } from './timestamp-text.ts';

/** Bytes taken at a time: large enough to make calls rare, small enough to stay in the processor's cache. */
const CHUNK_BYTES = 1 << 18;

/** The first chunk; each is twice the one before, so that the compiler has seen the parser come to an end before it is hot. */
const FIRST_CHUNK_BYTES = 1 << 10;

/** No line of bars is longer; a longer one is some other file, or a decompression bomb. */
const MAX_LINE_BYTES = 1 << 16;

const NEWLINE = 0x0a;
const SEPARATORS = [',', ';', '\t'];
const LEAN_LINE = /^\d{8} \d\d:\d\d,\d+,\d+,\d+,\d+,\d+$/;

/** Text of bars, opened: how it is written, and its bars in blocks of which each is valid until the next. */
export interface TextBars {
  readonly layout: CsvLayout;
  /** LEAN's raw daily format: no header, prices in ten-thousandths. */
  readonly lean: boolean;
  readonly blocks: () => AsyncGenerator<Bars>;
  /** No more decimals than these state every number of the column, in the blocks taken so far; infinite where that is not known. */
  readonly decimalsOf: (column: BarColumn) => number;
}

/** Reads the head of a text and finds how it is written; `file` is named in errors. */
export async function openText(source: ByteSource, file: string): Promise<TextBars> {
  const scanner = createScanner(CHUNK_BYTES + MAX_LINE_BYTES + 1, MAX_LINE_BYTES + 1);
  const lines = new LineBuffer(source, file, scanner.text);
  while (lines.peekLine(1) === '' && await lines.fill());
  const first = lines.peekLine(0);
  const lean = LEAN_LINE.test(first);
  const layout = lean ? leanLayout() : headerLayout(file, first, lines.peekLine(1));
  if (!lean) lines.skipLine();
  const parser = new CsvParser(file, layout, scanner);
  return { layout, lean, blocks: () => parseBlocks(lines, parser), decimalsOf: (column) => parser.decimalsOf(column) };
}

/** Bars are handed on chunk by chunk, while they are still in the processor's cache. */
async function* parseBlocks(lines: LineBuffer, parser: CsvParser): AsyncGenerator<Bars> {
  do {
    while (lines.start < lines.end) {
      lines.start = parser.parse(lines.start, lines.end);
      yield sliceBars(parser.block, 0, parser.rows);
    }
  } while (await lines.fill());
}

/** A window over the text whose bytes [start, end) are whole lines. */
class LineBuffer {
  readonly bytes: Uint8Array;
  start = 0;
  end = 0;
  #filled = 0;
  #chunk = FIRST_CHUNK_BYTES;
  #done = false;
  readonly #source: ByteSource;
  readonly #file: string;

  constructor(source: ByteSource, file: string, bytes: Uint8Array) {
    this.#source = source;
    this.#file = file;
    this.bytes = bytes;
  }

  /** Brings in more whole lines; false when the text is used up. Blank lines at the very end are no lines. */
  async fill(): Promise<boolean> {
    while (!this.#done) {
      this.bytes.copyWithin(0, this.start, this.#filled);
      this.end -= this.start;
      this.#filled -= this.start;
      this.start = 0;
      const room = this.bytes.subarray(this.#filled, this.#filled + this.#chunk);
      this.#chunk = Math.min(CHUNK_BYTES, 2 * this.#chunk);
      const count = await this.#source.read(room);
      this.#done = count === 0;
      this.#filled += count;
      if (this.#done) this.bytes[this.#filled++] = NEWLINE;
      this.end = this.#endOfLines();
      if (this.#filled - this.end > MAX_LINE_BYTES) {
        throw new BarFileError('format', this.#file, `has a line of more than ${MAX_LINE_BYTES} bytes; is this a file of bars?`);
      }
      if (this.end > 0) return true;
    }
    return false;
  }

  /** After the last newline that ends a line with something on it, so that blank lines wait for what follows. */
  #endOfLines(): number {
    let last = this.bytes.lastIndexOf(NEWLINE, this.#filled - 1);
    while (last > 0 && isBlank(this.bytes[last - 1])) last--;
    return last <= 0 ? 0 : this.bytes.indexOf(NEWLINE, last) + 1;
  }

  /** The whole line at `index` of the window as text, without its end; empty where there is none. */
  peekLine(index: number): string {
    let start = this.start;
    for (let skipped = 0; skipped < index; skipped++) start = this.bytes.indexOf(NEWLINE, start) + 1;
    if (start >= this.end) return '';
    const text = Buffer.from(this.bytes.subarray(start, this.bytes.indexOf(NEWLINE, start))).toString('utf8');
    return text.replace(/^\uFEFF/, '').trim();
  }

  skipLine(): void {
    this.start = this.bytes.indexOf(NEWLINE, this.start) + 1;
  }
}

function isBlank(byte: number): boolean {
  return byte === NEWLINE || byte === 0x0d;
}

/** The layout that a header names. Columns in any order and case; those that are no part of a bar are skipped. */
function headerLayout(file: string, header: string, firstBar: string): CsvLayout {
  const separator = SEPARATORS.find((candidate) => header.includes(candidate)) ?? ',';
  const names = splitFields(header, separator);
  const fields = names.map((name) => BAR_COLUMNS.find((column) => column === name.toLowerCase()));
  const needed: readonly BarColumn[] = ['timestamp', 'open', 'high', 'low', 'close'];
  const missing = needed.filter((column) => !fields.includes(column));
  if (missing.length > 0) {
    throw new BarFileError('columns', file,
      `the header names no column ${missing.join(', ')}; it needs timestamp,open,high,low,close and, if known, volume`, { line: 1 });
  }
  const twice = fields.find((field, index) => field !== undefined && fields.indexOf(field) !== index);
  if (twice !== undefined) throw new BarFileError('columns', file, `the header names the column ${twice} twice; keep one`, { line: 1 });
  if (firstBar === '') throw new BarFileError('empty', file, 'has a header but no bar');
  const unit = timestampUnit(splitFields(firstBar, separator)[fields.indexOf('timestamp')] ?? '');
  return { fields, separator: separator.charCodeAt(0), unit, firstLine: 2 };
}

/** The fields of one line, without the quotes around them; a separator between quotes separates nothing. */
function splitFields(line: string, separator: string): string[] {
  const field = new RegExp(`(?:^|${separator})\\s*("[^"]*"(?=\\s*(?:${separator}|$))|[^${separator}]*)`, 'g');
  return [...line.matchAll(field)].map(([, text = '']) => text.trim().replace(/^"(.*)"$/, '$1').trim());
}

function leanLayout(): CsvLayout {
  return { fields: BAR_COLUMNS, separator: SEPARATORS[0]?.charCodeAt(0) ?? 0, unit: 'text', firstLine: 1 };
}
