import { giveBack, i32, load, op1, op2, repeat, store, vector, wasmFunction, wasmMaker, wasmModule, when, type Code, type WasmFunction, type WasmInstance } from '../../domain/wasm.ts';

// Most bytes of a text of bars are digits of plain decimals. They are read here sixteen at a time, in two
// passes over a chunk of text: one finds all bytes that are no digits, so that the other knows where each
// field ends before it looks at it, and need not go from digit to digit.

/** How a field must look to be read here. */
export interface PlainField {
  /** Which of the columns its values go to. */
  readonly column: number;
  /** The byte that ends it; a newline may stand behind a carriage return. */
  readonly end: number;
  /** The byte before its decimals; undefined where it is a whole number. */
  readonly point: number | undefined;
  /** It has at least so many digits, and fewer than so many more. */
  readonly least: number;
  readonly span: number;
}

/** Digits of a number that a double holds whatever they are: it is an integer ÷ 10^d, both exact, so that one division gives the nearest double. */
export const MOST_DIGITS = 15;

const VECTOR = 16;
/** Carriage return and newline, as a number of two bytes. */
const RETURN_NEWLINE = 0x0a0d;
/** What no byte is. */
const NO_BYTE = 256;

// Where things lie in memory, in bytes: what the machine says when it stops, powers of ten, how the digits of
// a field are brought together, by field what is known of it. Then columns, text, and where no digits are in it.
const [STOPPED_ROW, STOPPED_FIELD, STOPPED_INDEX] = [0, 4, 8];
const POWERS = 64;
const SHUFFLES = 1024;
/** Both powers of two, so that a place among the shuffles is two shifts. */
const [SHUFFLE_SHIFT, POINT_SHIFT] = [4, 9];
const FIELDS = SHUFFLES + ((VECTOR + 1) << POINT_SHIFT);
const FIELD_BYTES = 32;
const [COLUMN, END, POINT, LEAST, SPAN, DECIMALS] = [0, 4, 8, 12, 16, 20];

interface Exports {
  index(at: number, end: number, out: number): void;
  scan(at: number, end: number, row: number, rows: number, field: number, fieldsEnd: number, index: number): number;
}

let maker: { readonly make: ((size: number) => WasmInstance<Exports>) | undefined } | undefined;

/** Reads plain fields of text into columns, and stops at others. Text and columns lie in memory of its own; where the machine has no vectors, it stops at every field. */
export class CsvScanner {
  /** Room for text. */
  readonly text: Uint8Array;
  /** The columns, one after another. */
  readonly values: Float64Array;
  /** Where it has stopped: the row, and the field, -1 where that is only the end. */
  row = 0;
  field = 0;
  readonly #rows: number;
  readonly #exports: Exports | undefined;
  readonly #stopped: Int32Array;
  readonly #fields: Int32Array;
  readonly #index: Int32Array;
  #fieldsEnd = FIELDS;
  #next = 0;

  /** With room for so many bytes of text, fields of a line, and columns of so many rows. */
  constructor(textBytes: number, mostFields: number, columns: number, rows: number) {
    const columnsAt = FIELDS + mostFields * FIELD_BYTES;
    const textAt = columnsAt + columns * rows * 8;
    const indexAt = textAt + Math.ceil(textBytes / VECTOR + 1) * VECTOR;
    const size = indexAt + (indexAt - textAt + VECTOR) * 4;
    maker ??= { make: wasmMaker<Exports>(wasmModule([indexFunction(), scanFunction()])) };
    const { buffer, exports } = maker.make?.(size) ?? { buffer: new ArrayBuffer(size), exports: undefined };
    this.#rows = rows;
    this.#exports = exports;
    this.text = new Uint8Array(buffer, textAt, textBytes);
    this.values = new Float64Array(buffer, columnsAt, columns * rows);
    this.#stopped = new Int32Array(buffer, 0, 3);
    this.#fields = new Int32Array(buffer, FIELDS, mostFields * FIELD_BYTES / 4);
    this.#index = new Int32Array(buffer, indexAt);
    new Float64Array(buffer, POWERS).set(Array.from({ length: MOST_DIGITS + 1 }, (_, exponent) => 10 ** exponent));
    writeShuffles(buffer);
  }

  /** Says how the fields of a line look. */
  expect(fields: readonly PlainField[]): void {
    fields.forEach(({ column, end, point, least, span }, field) => {
      this.#fields.set([this.values.byteOffset + column * this.#rows * 8, end, point ?? NO_BYTE, least, span, 0], field * FIELD_BYTES / 4);
    });
    this.#fieldsEnd = FIELDS + fields.length * FIELD_BYTES;
  }

  /** The most decimals that a field has had; once `lift` has said so, more. */
  decimals(field: number): number {
    return this.#fields[(field * FIELD_BYTES + DECIMALS) / 4];
  }

  /** Says that a field has had so many decimals. */
  lift(field: number, decimals: number): void {
    this.#fields[(field * FIELD_BYTES + DECIMALS) / 4] = decimals;
  }

  /** Makes ready to read lines of [start, end), which ends with a newline. */
  begin(start: number, end: number): void {
    const { byteOffset } = this.text;
    this.#next = 0;
    this.#exports?.index(byteOffset + start, byteOffset + end, this.#index.byteOffset);
  }

  /** Reads on from a field of a row, which begins at `at`, and gives where it has stopped: at the begin of a field that is not plain, at the end, or the columns full. */
  scan(at: number, end: number, row: number, field: number): number {
    this.row = row;
    this.field = field;
    if (this.#exports === undefined) return at;
    const { byteOffset } = this.text;
    while (this.#index[this.#next] < byteOffset + at) this.#next++;
    const stopped = this.#exports.scan(byteOffset + at, byteOffset + end, row, this.#rows, FIELDS + field * FIELD_BYTES, this.#fieldsEnd, this.#index.byteOffset + this.#next * 4);
    this.row = this.#stopped[STOPPED_ROW / 4];
    this.field = this.#stopped[STOPPED_FIELD / 4] < 0 ? -1 : (this.#stopped[STOPPED_FIELD / 4] - FIELDS) / FIELD_BYTES;
    this.#next = (this.#stopped[STOPPED_INDEX / 4] - this.#index.byteOffset) / 4;
    return stopped - byteOffset;
  }
}

/** By the length of a field and where its point is, which is at its end where it has none: which of its bytes are digits, moved to the end of a vector. */
function writeShuffles(buffer: ArrayBuffer): void {
  for (let point = 0; point <= VECTOR; point++) {
    for (let length = point; length <= VECTOR; length++) {
      const digits = Array.from({ length }, (_, byte) => byte).filter((byte) => byte !== point);
      const shuffle = new Uint8Array(buffer, SHUFFLES + (point << POINT_SHIFT) + (length << SHUFFLE_SHIFT), VECTOR).fill(255);
      shuffle.set(digits, VECTOR - digits.length);
    }
  }
}

function everyByte(value: number): Code {
  return vector(new Uint8Array(VECTOR).fill(value));
}

function everyPair(left: number, right: number): Code {
  return vector(new Uint8Array(Uint16Array.from({ length: VECTOR / 2 }, (_, i) => (i % 2 === 0 ? left : right)).buffer));
}

/** Sixteen bytes of text as distances from the digit zero. */
function digitsAt(at: Code): Code {
  return op2('i8x16.sub', load('v128.load', at), everyByte(0x30));
}

/** Lists where bytes are no digits, from `at` on to the vector in which `end` lies. */
function indexFunction(): WasmFunction {
  return wasmFunction('index', ['i32', 'i32', 'i32'], undefined, ([at, end, out], local) => {
    const [mask, place] = [local('i32'), local('i32')];
    const write = (offset: number) => [
      store('i32.store', place.get, op2('i32.add', at.get, op1('i32.ctz', mask.get)), offset),
      mask.set(op2('i32.and', mask.get, op2('i32.sub', mask.get, i32(1)))),
    ];
    return [
      repeat([
        mask.set(op1('i8x16.bitmask', op2('i8x16.ge_u', digitsAt(at.get), everyByte(10)))),
        place.set(out.get),
        out.set(op2('i32.add', out.get, op2('i32.shl', op1('i32.popcnt', mask.get), i32(2)))),
        // Four are written whether there are as many or not, which spares a branch that nobody can foretell.
        [0, 4, 8, 12].map(write),
        when(mask.get, [repeat([write(16), place.set(op2('i32.add', place.get, i32(4)))], mask.get)]),
        at.set(op2('i32.add', at.get, i32(VECTOR))),
      ], op2('i32.lt_u', at.get, end.get)),
    ];
  });
}

/** Up to sixteen digits in the bytes of a vector as an integer: pairs, fours and eights of them, then both eights. */
function integerOf(digits: Code, eights: { readonly get: Code; set(value: Code): Code }): Code {
  const pairs = op2('i16x8.shr_u', op2('i16x8.mul', digits, everyPair(10 * 256 + 1, 10 * 256 + 1)), i32(8));
  const fours = op2('i32x4.dot_i16x8_s', pairs, everyPair(100, 1));
  return [
    eights.set(fours),
    eights.set(op1('f64x2.convert_low_i32x4_s', op2('i32x4.dot_i16x8_s', op2('i16x8.narrow_i32x4_u', eights.get, eights.get), everyPair(10_000, 1)))),
    op2('f64.add', op2('f64.mul', op1('f64x2.extract_lane 0', eights.get), op1('f64.convert_i32_s', i32(1e8))), op1('f64x2.extract_lane 1', eights.get)),
  ];
}

/** `CsvScanner.scan` by addresses. */
function scanFunction(): WasmFunction {
  return wasmFunction('scan', ['i32', 'i32', 'i32', 'i32', 'i32', 'i32', 'i32'], 'i32', ([at, end, row, rows, field, fieldsEnd, index], local) => {
    const [point, over, after, digits, decimals, next] = Array.from({ length: 6 }, () => local('i32'));
    const eights = local('v128');
    const ofField = (what: number) => load('i32.load', field.get, what);
    const lookAt = (place: typeof next) => [place.set(load('i32.load', index.get)), after.set(load('i32.load8_u', place.get))];
    const advance = index.set(op2('i32.add', index.get, i32(4)));
    const stop = (where: Code) => [
      store('i32.store', i32(STOPPED_ROW), row.get), store('i32.store', i32(STOPPED_FIELD), where), store('i32.store', i32(STOPPED_INDEX), index.get), giveBack(at.get),
    ];
    const not = (condition: Code) => op2('i32.eq', condition, i32(0));
    const shuffle = load('v128.load', op2('i32.add', op2('i32.shl', point.get, i32(POINT_SHIFT)), op2('i32.shl', over.get, i32(SHUFFLE_SHIFT))), SHUFFLES);
    return [
      repeat([
        lookAt(next),
        over.set(op2('i32.sub', next.get, at.get)),
        point.set(over.get),
        digits.set(over.get),
        decimals.set(i32(0)),
        when(op2('i32.eq', after.get, ofField(POINT)), [
          advance,
          lookAt(next),
          over.set(op2('i32.sub', next.get, at.get)),
          digits.set(op2('i32.sub', over.get, i32(1))),
          decimals.set(op2('i32.sub', digits.get, point.get)),
          when(op2('i32.gt_s', decimals.get, ofField(DECIMALS)), [store('i32.store', field.get, decimals.get, DECIMALS)]),
        ]),
        when(op2('i32.xor', after.get, ofField(END)), [
          when(op2('i32.eq', load('i32.load16_u', next.get), i32(RETURN_NEWLINE)), [advance, lookAt(next)]),
          when(op2('i32.xor', after.get, ofField(END)), stop(field.get)),
        ]),
        when(op2('i32.ge_u', op2('i32.sub', digits.get, ofField(LEAST)), ofField(SPAN)), stop(field.get)),
        store('f64.store', op2('i32.add', ofField(COLUMN), op2('i32.shl', row.get, i32(3))),
          op2('f64.div', integerOf(op2('i8x16.swizzle', digitsAt(at.get), shuffle), eights), load('f64.load', op2('i32.shl', decimals.get, i32(3)), POWERS))),
        advance,
        at.set(op2('i32.add', next.get, i32(1))),
        field.set(op2('i32.add', field.get, i32(FIELD_BYTES))),
        when(op2('i32.eq', field.get, fieldsEnd.get), [
          field.set(i32(FIELDS)),
          row.set(op2('i32.add', row.get, i32(1))),
          when(not(op2('i32.and', op2('i32.lt_u', at.get, end.get), op2('i32.lt_u', row.get, rows.get))), stop(i32(-1))),
        ]),
      ], i32(1)),
      at.get,
    ];
  });
}
