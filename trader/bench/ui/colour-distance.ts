type Triple = readonly [number, number, number];

/** How colours look to people who lack one kind of cone: Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB. */
const BLINDNESS: Readonly<Record<string, readonly [Triple, Triple, Triple]>> = {
  normal: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
  protan: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deutan: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritan: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

function linear(hex: string): Triple {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

function times([a, b, c]: readonly [Triple, Triple, Triple], [x, y, z]: Triple): Triple {
  const row = ([p, q, r]: Triple): number => p * x + q * y + r * z;
  return [row(a), row(b), row(c)];
}

/** CIE L*a*b* under D65 of linear RGB. */
function lab(rgb: Triple): Triple {
  const clipped = rgb.map((value) => Math.min(1, Math.max(0, value))) as unknown as Triple;
  const [x, y, z] = times([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]], clipped);
  const bend = (value: number): number => (value > 216 / 24_389 ? Math.cbrt(value) : (24_389 / 27 * value + 16) / 116);
  const [fx, fy, fz] = [bend(x / 0.95047), bend(y), bend(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

/** The least ΔE*76 between two colours over full vision and its three kinds of loss. */
export function leastDistance(one: string, other: string): number {
  return Math.min(...Object.values(BLINDNESS).map((matrix) => {
    const [a, b] = [lab(times(matrix, linear(one))), lab(times(matrix, linear(other)))];
    return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
  }));
}
