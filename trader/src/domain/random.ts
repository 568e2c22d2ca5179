/** 2^-53, by which a multiplication is as exact as a division by its inverse, and quicker. */
const LAST_BIT = 2 ** -53;

/**
 * Seeded pseudo-random numbers for simulations: the same seed gives the same numbers on every
 * machine, so that a result can be had again. (sfc32 of C. Doty-Humphrey's PractRand, the state
 * filled by splitmix32; passes BigCrush. Not for secrets.)
 */
export class Random {
  private a = 0;
  private b = 0;
  private c = 0;
  private counter = 1;

  /** `seed` is any whole number. Throws RangeError for what is none. */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`);
    let state = (seed ^ Math.floor(seed / 2 ** 32)) | 0;
    const fill = () => {
      state = (state + 0x9e3779b9) | 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
      return mixed ^ (mixed >>> 15);
    };
    this.a = fill();
    this.b = fill();
    this.c = fill();
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** Uniform in [0, 1), with 53 random bits. */
  next(): number {
    return ((this.bits() >>> 5) * 67_108_864 + (this.bits() >>> 6)) * LAST_BIT;
  }

  /** Uniform among 0, 1, …, n − 1, for a whole n from 1 to 2^32; no value is likelier than another. */
  integer(n: number): number {
    const limit = 4_294_967_296 - (4_294_967_296 % n);
    for (;;) {
      const bits = this.bits() >>> 0;
      if (bits < limit) return bits % n;
    }
  }

  /** Standard normal: mean 0, standard deviation 1 (Marsaglia's polar method). */
  normal(): number {
    for (;;) {
      const u = 2 * this.next() - 1;
      const v = 2 * this.next() - 1;
      const square = u * u + v * v;
      if (square > 0 && square < 1) return u * Math.sqrt((-2 * Math.log(square)) / square);
    }
  }

  private bits(): number {
    // Exact beyond 32 bits, so that it is cut to them but once.
    const sum = this.a + this.b + this.counter;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum | 0;
    return sum | 0;
  }
}
