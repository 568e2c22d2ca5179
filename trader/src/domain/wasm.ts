// A WebAssembly module is put together here from named instructions, when a process first wants it: its
// source is what is read, there are no built bytes to keep in step with it, and no tool to install. Names
// and numbers are those of the WebAssembly core specification, chapter Binary Format.

/** Instructions and their operands in the order of a module: bytes, and parts of the same. */
export type Code = readonly (number | Code)[];

/** What a parameter or a local holds. */
export type ValueType = 'i32' | 'f64' | 'v128';

/** A parameter or a local of a function. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
}

/** A function of a module: an export of its name. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | undefined;
  readonly locals: readonly ValueType[];
  readonly body: Code;
}

const TYPES: Readonly<Record<ValueType, number>> = { i32: 0x7f, f64: 0x7c, v128: 0x7b };

/** Operators with two operands, by the names of the WebAssembly specification. */
const BINARY = {
  'i32.add': [0x6a], 'i32.sub': [0x6b], 'i32.mul': [0x6c], 'i32.and': [0x71], 'i32.or': [0x72], 'i32.xor': [0x73],
  'i32.shl': [0x74], 'i32.shr_u': [0x76], 'i32.lt_u': [0x49], 'i32.gt_s': [0x4a], 'i32.ge_u': [0x4f], 'i32.eq': [0x46],
  'f64.add': [0xa0], 'f64.sub': [0xa1], 'f64.mul': [0xa2], 'f64.div': [0xa3],
  'i8x16.swizzle': simd(14), 'i8x16.ge_u': simd(44), 'i8x16.sub': simd(113),
  'i16x8.narrow_i32x4_u': simd(134), 'i16x8.shr_u': simd(141), 'i16x8.mul': simd(149), 'i32x4.dot_i16x8_s': simd(186),
  'i64x2.add': simd(206), 'i64x2.sub': simd(209), 'f64x2.lt': simd(73), 'f64x2.add': simd(240), 'f64x2.sub': simd(241), 'f64x2.mul': simd(242),
} as const;

/** Operators with one. */
const UNARY = {
  'i32.clz': [0x67], 'i32.ctz': [0x68], 'i32.popcnt': [0x69], 'f64.convert_i32_s': [0xb7], 'f64x2.splat': simd(20),
  'i8x16.bitmask': simd(100), 'f64x2.convert_low_i32x4_s': simd(254), 'f64x2.extract_lane 0': [simd(33), 0], 'f64x2.extract_lane 1': [simd(33), 1],
} as const;

/** What is read from memory, and written to it, with the alignment that the format wants. */
const LOADS = { 'i32.load': [0x28, 2], 'i32.load8_u': [0x2d, 0], 'i32.load16_u': [0x2f, 1], 'f64.load': [0x2b, 3], 'v128.load': [simd(0), 4] } as const;
const STORES = { 'i32.store': [0x36, 2], 'f64.store': [0x39, 3], 'v128.store': [simd(11), 4] } as const;

/** The operator of this name applied to two values. */
export function op2(name: keyof typeof BINARY, left: Code, right: Code): Code {
  return [left, right, BINARY[name]];
}

/** The operator of this name applied to one. */
export function op1(name: keyof typeof UNARY, value: Code): Code {
  return [value, UNARY[name]];
}

/** What lies in memory at this address, in bytes, and so many further on. */
export function load(name: keyof typeof LOADS, at: Code, offset = 0): Code {
  return [at, LOADS[name], unsigned(offset)];
}

/** Writes a value there. */
export function store(name: keyof typeof STORES, at: Code, value: Code, offset = 0): Code {
  return [at, value, STORES[name], unsigned(offset)];
}

/** Writes 32 bits of a vector there: the quarter 0 to 3. */
export function storeQuarter(at: Code, vector: Code, quarter: number, offset = 0): Code {
  return [at, vector, simd(90), 2, unsigned(offset), quarter];
}

/** A whole number. */
export function i32(value: number): Code {
  return [0x41, signed(value)];
}

/** Does something, and again as long as the condition then holds. */
export function repeat(body: readonly Code[], condition: Code): Code {
  return [0x03, 0x40, body, condition, 0x0d, 0, 0x0b];
}

/** Does something where the condition holds, and something else where it does not. */
export function when(condition: Code, body: readonly Code[], otherwise: readonly Code[] = []): Code {
  return [condition, 0x04, 0x40, body, otherwise.length > 0 ? [0x05, otherwise] : [], 0x0b];
}

/** Ends the function, whose result this is. */
export function giveBack(result: Code): Code {
  return [result, 0x0f];
}

/** A vector of these sixteen bytes. */
export function vector(bytes: ArrayLike<number>): Code {
  return [simd(12), Array.from(bytes)];
}

/** A vector of zeros. */
export const ZEROS: Code = vector(new Uint8Array(16));

/** Builds a function: the body is given its parameters, and a way to have locals, which begin at zero. */
export function wasmFunction(
  name: string, parameters: readonly ValueType[], result: ValueType | undefined, body: (parameters: readonly Local[], local: (type: ValueType) => Local) => readonly Code[],
): WasmFunction {
  const locals: ValueType[] = [];
  const at = (index: number): Local => ({ get: [0x20, unsigned(index)], set: (value) => [value, 0x21, unsigned(index)] });
  const code = body(parameters.map((_, index) => at(index)), (type) => at(parameters.length + locals.push(type) - 1));
  return { name, parameters, result, locals, body: code };
}

/** A module in its binary form: these functions, over the memory that it is given as `m.memory`. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array {
  const types = functions.map(({ parameters, result }) => [0x60, list(parameters.map((type) => TYPES[type])), list(result === undefined ? [] : [TYPES[result]])]);
  const memory = [text('m'), text('memory'), 0x02, 0x00, 0x00];
  const bodies = functions.map(({ locals, body }) => sized([list(locals.map((type) => [1, TYPES[type]])), body, 0x0b]));
  return new Uint8Array(flat([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    1, sized(list(types)),
    2, sized(list([memory])),
    3, sized(list(functions.map((_, index) => unsigned(index)))),
    7, sized(list(functions.map(({ name }, index) => [text(name), 0x00, unsigned(index)]))),
    10, sized(list(bodies)),
  ]));
}

function simd(code: number): Code {
  return [0xfd, unsigned(code)];
}

function list(items: Code): Code {
  return [unsigned(items.length), items];
}

function sized(code: Code): Code {
  const bytes = flat(code);
  return [unsigned(bytes.length), bytes];
}

function flat(code: Code, into: number[] = []): number[] {
  for (const part of code) {
    if (typeof part === 'number') into.push(part);
    else flat(part, into);
  }
  return into;
}

function text(value: string): Code {
  return sized(Array.from({ length: value.length }, (_, i) => value.charCodeAt(i)));
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 128 ? [value] : [value & 127 | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [value & 127 | 128, ...signed(value >> 7)];
}

/** As much of the machine's own interface as is used here. */
declare const WebAssembly: undefined | {
  readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: object };
  validate(bytes: Uint8Array): boolean;
};

/** A module at work in a memory of its own. */
export interface WasmInstance<Exports> {
  readonly buffer: ArrayBuffer;
  readonly exports: Exports;
}

const PAGE = 1 << 16;

/**
 * Makes ready what runs a module: a function that makes an instance with at least so many bytes of memory,
 * which never grows, since that would take its arrays away. Undefined where this machine has no vectors.
 */
export function wasmMaker<Exports>(bytes: Uint8Array): ((size: number) => WasmInstance<Exports>) | undefined {
  if (typeof WebAssembly === 'undefined' || !WebAssembly.validate(bytes)) return undefined;
  const { Memory, Module, Instance } = WebAssembly;
  const module = new Module(bytes);
  return (size) => {
    const pages = Math.ceil(size / PAGE);
    const memory = new Memory({ initial: pages, maximum: pages });
    return { buffer: memory.buffer, exports: new Instance(module, { m: { memory } }).exports as Exports };
  };
}

/** As `wasmMaker`, for one user at a time: the instance is the same from call to call as long as its memory is large enough. */
export function wasmRunner<Exports>(bytes: Uint8Array): ((size: number) => WasmInstance<Exports>) | undefined {
  const make = wasmMaker<Exports>(bytes);
  let kept: WasmInstance<Exports> | undefined;
  return make && ((size) => {
    if (kept === undefined || kept.buffer.byteLength < size) kept = make(size);
    return kept;
  });
}
