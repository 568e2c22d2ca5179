import { closeSync, createReadStream, openSync, readSync, type ReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { TimescaleError } from './timescale-error.ts';

/** A value of a row: NULL is null. */
export type DumpValue = string | null;

/** What hears the rows of a table; `line` is where each stands in the dump, from 1. */
export type RowTaker = (values: readonly DumpValue[], line: number) => void;

/** What looks at a dump while it is read. */
export interface DumpVisitor {
  /** A table is made, with its columns and their types. */
  onTable(name: string, types: ReadonlyMap<string, string>): void;
  /** Rows of a table follow; `columns` is undefined where the dump does not name them. Undefined passes them over. */
  rowsOf(name: string, columns: readonly string[] | undefined): RowTaker | undefined;
  onBytes(bytes: number): void;
}

const COPY = /^COPY (\S+) \((.*)\) FROM stdin;$/;
const CREATE = /^CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\S+) \(\n([\s\S]*)\n\)/;
const INSERT = /^INSERT INTO (\S+)(?: \(([^)]*)\))?\s+(?:OVERRIDING \w+ VALUE\s+)?VALUES\s*/;
/** A value of an INSERT, with what follows it. Numbers, words, and texts in which a quote is doubled, with or without a type. */
const VALUE = /\s*(?:E?'((?:[^']|'')*)'|([-+.\w]+))(?:::[\w ]+(?:\(\d+(?:,\d+)?\))?)?\s*([,)])/y;
/** What pg_dump and pg_dumpall write when they have come to the end. */
const COMPLETE = /^-- PostgreSQL database (?:cluster )?dump complete/;
/** Lines, and characters of an unfinished one, within which a dump has said that it is one. */
const HEAD_LENGTH = 1_000;
const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/**
 * Reads a plain dump of pg_dump, gzipped or not, from front to end: rows as COPY or as INSERT. Throws
 * kind `truncated` where it ends before its last line, `unreadable` where it is none.
 */
export async function readDump(path: string, visitor: DumpVisitor): Promise<void> {
  const reader = new DumpReader(path, visitor);
  let file: ReadStream | undefined;
  try {
    const isGzip = beginsAsGzip(path);
    file = createReadStream(path, { highWaterMark: 1 << 20 });
    let bytes = 0;
    file.on('data', (chunk) => { visitor.onBytes(bytes += chunk.length); });
    const text: Readable = isGzip ? file.pipe(createGunzip()) : file;
    file.on('error', (error) => { text.destroy(error); });
    const decoder = new TextDecoder();
    for await (const chunk of text) reader.take(decoder.decode(chunk as Uint8Array, { stream: true }));
  } catch (error) {
    if (error instanceof TimescaleError) throw error;
    const cut = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
    throw new TimescaleError(cut ? 'truncated' : 'unreadable', `${path}: ${cut ? 'the gzip data ends too early; dump again' : error instanceof Error ? error.message : String(error)}`, error);
  } finally {
    file?.destroy();
  }
  reader.finish();
}

function beginsAsGzip(path: string): boolean {
  const head = Buffer.alloc(2);
  const descriptor = openSync(path, 'r');
  readSync(descriptor, head);
  closeSync(descriptor);
  return head.readUInt16BE() === 0x1f8b;
}

/** Takes a dump piece by piece, and goes through it line by line. */
class DumpReader {
  readonly #path: string;
  readonly #visitor: DumpVisitor;
  #rest = '';
  #line = 0;
  #statement: string[] = [];
  /** What closes the quotes that the statement is in; empty outside of them. */
  #quote = '';
  #copying: { readonly width: number; readonly take: RowTaker | undefined } | undefined;
  #complete = false;
  #looksLikeDump = false;

  constructor(path: string, visitor: DumpVisitor) {
    this.#path = path;
    this.#visitor = visitor;
  }

  take(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#line++;
      if (this.#copying === undefined) this.#sql(line);
      else this.#row(line, this.#copying);
    }
    // Its first lines say what it is; another file, which may be large and have no lines, is not read to its end.
    if (!this.#looksLikeDump && this.#line + this.#rest.length > HEAD_LENGTH) this.#refuseForeign();
  }

  #refuseForeign(): never {
    throw new TimescaleError('unreadable', `${this.#path} is no plain dump of pg_dump; make one with pg_dump --format=plain`);
  }

  finish(): void {
    if (this.#rest !== '') this.take('\n');
    if (!this.#looksLikeDump) this.#refuseForeign();
    if (!this.#complete) throw new TimescaleError('truncated', `${this.#path} ends at line ${this.#line}, before pg_dump had finished; nothing was carried over. Dump again`);
  }

  #row(line: string, { width, take }: { readonly width: number; readonly take: RowTaker | undefined }): void {
    if (line === '\\.') {
      this.#copying = undefined;
      return;
    }
    if (take === undefined) return;
    const fields = line.split('\t');
    if (fields.length !== width) throw new TimescaleError('truncated', `${this.#path}, line ${this.#line}: has ${fields.length} of ${width} columns; the dump is damaged or cut. Dump again`);
    take(line.includes('\\') ? fields.map(copyValue) : fields, this.#line);
  }

  #sql(line: string): void {
    if (this.#statement.length === 0) {
      if (COMPLETE.test(line)) this.#complete = true;
      if (line.startsWith('-- PostgreSQL database')) this.#looksLikeDump = true;
      // Comments, empty lines, and commands of psql.
      if (line === '' || line.startsWith('--') || line.startsWith('\\')) return;
    }
    this.#statement.push(line);
    if (!this.#ends(line)) return;
    const statement = this.#statement.join('\n');
    this.#statement = [];
    this.#do(statement);
  }

  /** Whether a statement ends with this line: at a semicolon outside of quotes. */
  #ends(line: string): boolean {
    let at = 0;
    for (;;) {
      if (this.#quote !== '') {
        const end = line.indexOf(this.#quote, at);
        if (end < 0) return false;
        at = end + this.#quote.length;
        this.#quote = '';
      }
      const next = /['";]|\$\w*\$|--/g;
      next.lastIndex = at;
      const found = next.exec(line)?.[0];
      if (found === undefined || found === '--') return false;
      if (found === ';') return true;
      this.#quote = found;
      at = next.lastIndex;
    }
  }

  #do(statement: string): void {
    const copy = COPY.exec(statement);
    if (copy !== null) {
      const columns = namesOf(copy[2] ?? '');
      this.#copying = { width: columns.length, take: this.#visitor.rowsOf(plainName(copy[1] ?? ''), columns) };
      return;
    }
    const made = CREATE.exec(statement);
    if (made !== null) return this.#visitor.onTable(plainName(made[1] ?? ''), columnTypes(made[2] ?? ''));
    const insert = INSERT.exec(statement);
    if (insert === null) return;
    const take = this.#visitor.rowsOf(plainName(insert[1] ?? ''), insert[2] === undefined ? undefined : namesOf(insert[2]));
    if (take !== undefined) this.#insert(statement, insert[0].length, take);
  }

  #insert(statement: string, from: number, take: RowTaker): void {
    let at = from;
    while (statement[at] === '(') {
      const values: DumpValue[] = [];
      VALUE.lastIndex = at + 1;
      for (let end = ','; end === ',';) {
        const found = VALUE.exec(statement);
        if (found === null) throw new TimescaleError('unreadable', `${this.#path}, line ${this.#line}: this INSERT is not understood; dump with COPY, as pg_dump does by itself`);
        values.push(found[1]?.replaceAll("''", "'") ?? (found[2] === 'NULL' ? null : found[2] ?? ''));
        end = found[3] ?? '';
        at = VALUE.lastIndex;
      }
      take(values, this.#line);
      at += /^,?\s*/.exec(statement.slice(at, at + 8))?.[0].length ?? 0;
    }
  }
}

function copyValue(field: string): DumpValue {
  return field === '\\N' ? null : field.replaceAll(/\\(.)/g, (_all, escaped: string) => ESCAPES[escaped] ?? escaped);
}

/** `public."market_data"` as `public.market_data`. */
function plainName(name: string): string {
  return name.replaceAll('"', '');
}

function namesOf(list: string): readonly string[] {
  return list.split(',').map((name) => plainName(name.trim()));
}

function columnTypes(body: string): ReadonlyMap<string, string> {
  return new Map(body.split('\n').flatMap((line) => {
    const found = /^\s*("?)([\w ]+?)\1 ([a-z][\w ]*(?:\([\d,]+\))?[\w ]*)/.exec(line);
    return found === null || /^(CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)$/.test(found[2] ?? '') ? [] : [[found[2] ?? '', found[3] ?? ''] as const];
  }));
}
