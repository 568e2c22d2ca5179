// QR codes (ISO/IEC 18004): bytes, error correction level M, versions 1 to 20, which hold 666 bytes.

/** Codewords of error correction in each block, and blocks, by version. */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16];
/** x^8 + x^4 + x^3 + x^2 + 1, by which the field of 256 elements is made. */
const FIELD = 0x11d;

/** Rows of a code, dark as true; undefined where the text is too long. */
export function qrCode(text: string): readonly (readonly boolean[])[] | undefined {
  const bytes = new TextEncoder().encode(text);
  const version = BLOCKS.findIndex((_, at) => bytes.length + (at < 9 ? 2 : 3) <= dataCodewords(at + 1)) + 1;
  if (version === 0) return undefined;
  const words = interleave(dataOf(bytes, version), version);
  const drafts = MASKS.map((_, mask) => draw(version, words, mask));
  return drafts.reduce((best, draft) => (penalty(draft) < penalty(best) ? draft : best));
}

/** Modules along one side. */
function sizeOf(version: number): number {
  return version * 4 + 17;
}

/** Codewords that the modules beside the patterns hold. */
function allCodewords(version: number): number {
  const alignments = version === 1 ? 0 : Math.floor(version / 7) + 2;
  const alignment = alignments === 0 ? 0 : 25 * (alignments * alignments - 3) - 5 * 2 * (alignments - 2);
  const size = sizeOf(version);
  return Math.floor((size * size - 3 * 64 - 31 - 2 * (size - 16) - alignment - (version >= 7 ? 36 : 0)) / 8);
}

function dataCodewords(version: number): number {
  return allCodewords(version) - (CORRECTION[version - 1] ?? 0) * (BLOCKS[version - 1] ?? 0);
}

/** Mode, length, bytes, an end, and filling. */
function dataOf(bytes: Uint8Array, version: number): number[] {
  const bits: number[] = [];
  const add = (value: number, count: number) => { for (let bit = count - 1; bit >= 0; bit--) bits.push((value >> bit) & 1); };
  add(0b0100, 4);
  add(bytes.length, version < 10 ? 8 : 16);
  for (const byte of bytes) add(byte, 8);
  const room = dataCodewords(version) * 8;
  add(0, Math.min(4, room - bits.length));
  add(0, (8 - (bits.length % 8)) % 8);
  const words = Array.from({ length: bits.length / 8 }, (_, at) => Number.parseInt(bits.slice(at * 8, at * 8 + 8).join(''), 2));
  for (let filler = 0xec; words.length < room / 8; filler ^= 0xec ^ 0x11) words.push(filler);
  return words;
}

/** Parts the data into blocks, gives each its error correction, and takes one codeword of each in turn. */
function interleave(data: readonly number[], version: number): number[] {
  const [count, correction] = [BLOCKS[version - 1] ?? 1, CORRECTION[version - 1] ?? 0];
  const short = Math.floor(data.length / count);
  const longer = data.length % count;
  let from = 0;
  const blocks = Array.from({ length: count }, (_, at) => data.slice(from, from += short + (at >= count - longer ? 1 : 0)));
  const corrections = blocks.map((block) => remainder(block, correction));
  const turn = (parts: readonly (readonly number[])[], length: number) => Array.from({ length }, (_, at) => parts.flatMap((part) => (at < part.length ? [part[at] ?? 0] : []))).flat();
  return [...turn(blocks, short + 1), ...turn(corrections, correction)];
}

function times(one: number, other: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * FIELD);
    if ((other >> bit) & 1) product ^= one;
  }
  return product;
}

/** Of the division of a block by (x − 1)(x − 2)(x − 4)…: its Reed–Solomon codewords. */
function remainder(block: readonly number[], degree: number): number[] {
  let divisor = [1];
  for (let root = 1, at = 0; at < degree; at++, root = times(root, 2)) {
    divisor = [...divisor, 0].map((factor, place) => factor ^ times(divisor[place - 1] ?? 0, root));
  }
  const rest = Array.from({ length: degree }, () => 0);
  for (const word of block) {
    const lead = word ^ (rest.shift() ?? 0);
    rest.push(0);
    rest.forEach((factor, place) => { rest[place] = factor ^ times(divisor[place + 1] ?? 0, lead); });
  }
  return rest;
}

const MASKS: readonly ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, (x) => x % 3 === 0, (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0, (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** Patterns first; then the codewords upwards and downwards through what is left, two columns at a time from the right. */
function draw(version: number, words: readonly number[], mask: number): boolean[][] {
  const size = sizeOf(version);
  const rows: (boolean | undefined)[][] = Array.from({ length: size }, () => Array.from({ length: size }, () => undefined));
  drawPatterns(rows, version, mask);
  let bit = 0;
  for (let right = size - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = ((right + 1) & 2) === 0 ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        const row = rows[y] ?? [];
        if (row[x] !== undefined) continue;
        const dark = (((words[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1;
        row[x] = dark !== (MASKS[mask]?.(x, y) ?? false);
        bit += 1;
      }
    }
  }
  return rows.map((row) => row.map((dark) => dark === true));
}

function drawPatterns(rows: (boolean | undefined)[][], version: number, mask: number): void {
  const size = rows.length;
  const set = (x: number, y: number, dark: boolean) => {
    const row = rows[y];
    if (row !== undefined && x >= 0 && x < size) row[x] = dark;
  };
  for (let at = 0; at < size; at++) {
    set(6, at, at % 2 === 0);
    set(at, 6, at % 2 === 0);
  }
  for (const [left, top] of [[3, 3], [size - 4, 3], [3, size - 4]] as const) {
    drawSquare(set, left, top, [true, true, false, true, false]);
  }
  const places = alignments(version);
  const last = places.length - 1;
  for (const [column, x] of places.entries()) {
    for (const [line, y] of places.entries()) {
      if ((column === 0 && line === 0) || (column === 0 && line === last) || (column === last && line === 0)) continue;
      drawSquare(set, x, y, [true, false, true]);
    }
  }
  drawFormat(set, size, mask);
  if (version >= 7) drawVersion(set, size, version);
}

/** Squares around a middle, each dark or light, from the inside outwards. */
function drawSquare(set: SetModule, x: number, y: number, rings: readonly boolean[]): void {
  const radius = rings.length - 1;
  for (let dy = -radius; dy <= radius; dy++) for (let dx = -radius; dx <= radius; dx++) set(x + dx, y + dy, rings[Math.max(Math.abs(dx), Math.abs(dy))] === true);
}

/** Middles of the small patterns along one side. */
function alignments(version: number): number[] {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2;
  const step = Math.floor((version * 8 + count * 3 + 5) / (count * 4 - 4)) * 2;
  const end = sizeOf(version) - 7;
  return [6, ...Array.from({ length: count - 1 }, (_, at) => end - step * (count - 2 - at))];
}

type SetModule = (x: number, y: number, dark: boolean) => void;

/** Level M and the mask, with a BCH code, twice. */
function drawFormat(set: SetModule, size: number, mask: number): void {
  let rest = mask;
  for (let at = 0; at < 10; at++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (at: number) => ((bits >> at) & 1) === 1;
  for (let at = 0; at <= 5; at++) set(8, at, bit(at));
  set(8, 7, bit(6));
  set(8, 8, bit(7));
  set(7, 8, bit(8));
  for (let at = 9; at < 15; at++) set(14 - at, 8, bit(at));
  for (let at = 0; at < 8; at++) set(size - 1 - at, 8, bit(at));
  for (let at = 8; at < 15; at++) set(8, size - 15 + at, bit(at));
  set(8, size - 8, true);
}

/** The version with a Golay code, twice. */
function drawVersion(set: SetModule, size: number, version: number): void {
  let rest = version;
  for (let at = 0; at < 12; at++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let at = 0; at < 18; at++) {
    const dark = ((bits >> at) & 1) === 1;
    const [far, near] = [size - 11 + (at % 3), Math.floor(at / 3)];
    set(far, near, dark);
    set(near, far, dark);
  }
}

/** How hard a drawing is to read: long runs, squares, what looks like a corner, and much more of one colour. */
function penalty(rows: readonly (readonly boolean[])[]): number {
  const size = rows.length;
  const lines = [...rows, ...rows.map((_, x) => rows.map((row) => row[x] === true))].map((line) => line.map((dark) => (dark ? '1' : '0')).join(''));
  let points = 0;
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) points += run.length - 2;
    for (const _ of line.matchAll(/(?=10111010000|00001011101)/g)) points += 40;
  }
  for (let y = 1; y < size; y++) for (let x = 1; x < size; x++) if (rows[y]?.[x] === rows[y]?.[x - 1] && rows[y]?.[x] === rows[y - 1]?.[x] && rows[y]?.[x] === rows[y - 1]?.[x - 1]) points += 3;
  const dark = rows.flat().filter(Boolean).length / (size * size);
  return points + Math.floor(Math.abs(dark * 20 - 10)) * 10;
}
