// Seven of the eight blocks: a full one would touch the line above.
const BLOCKS = '▁▂▃▄▅▆▇';

/** The values averaged into `count` buckets of equal length; as they are where there are fewer. */
export function resampleValues(values: readonly number[], count: number): number[] {
  if (values.length <= count) return [...values];
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((i + 1) * values.length) / count));
    let sum = 0;
    for (let j = from; j < to; j++) sum += values[j];
    return sum / (to - from);
  });
}

/** A line of blocks from the lowest to the highest value, at most `width` wide; flat where all are equal. */
export function sparkline(values: readonly number[], width: number): string {
  const points = resampleValues(values.filter(Number.isFinite), width);
  const low = Math.min(...points);
  const range = Math.max(...points) - low;
  return points.map((value) => BLOCKS[range === 0 ? 3 : Math.min(6, Math.floor(((value - low) / range) * 7))]).join('');
}

/** Braille dots of a cell, by column and then row from the top. */
const DOTS = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]] as const;

/**
 * A line chart in braille, `height` lines of at most `width` characters: two points wide and four
 * high each. Neighbouring points are joined, so that a jump is a stroke and not a hole.
 */
export function lineChart(values: readonly number[], width: number, height: number): string[] {
  const points = resampleValues(values.filter(Number.isFinite), width * 2);
  const rows = height * 4;
  const low = Math.min(...points);
  const range = Math.max(...points) - low;
  const level = (value: number) => (range === 0 ? Math.floor(rows / 2) : Math.round((1 - (value - low) / range) * (rows - 1)));
  const cells = Array.from({ length: height }, () => new Uint8Array(Math.ceil(points.length / 2)));
  let previous = points.length > 0 ? level(points[0]) : 0;
  points.forEach((value, x) => {
    const y = level(value);
    // From the last point's row, exclusive, to this one's, so that strokes meet and do not overlap.
    const start = y === previous ? y : previous + Math.sign(y - previous);
    for (let row = Math.min(start, y); row <= Math.max(start, y); row++) {
      const line = cells[row >> 2] as Uint8Array;
      line[x >> 1] = line[x >> 1] | (DOTS[x & 1]?.[row & 3] ?? 0);
    }
    previous = y;
  });
  // Blank cells at the end would be copied along as invisible characters.
  return cells.map((line) => String.fromCharCode(...Array.from(line, (dots) => 0x2800 + dots)).replace(/\u2800+$/, ''));
}
