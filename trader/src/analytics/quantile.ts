/**
 * The value that this share of all values does not exceed, between two neighbours by straight line:
 * R's type 7, numpy's default (Hyndman & Fan 1996). `sorted` is in rising order; NaN where empty.
 */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return NaN;
  const place = share * (sorted.length - 1);
  const below = Math.floor(place);
  const low = sorted[below];
  const high = sorted[Math.ceil(place)];
  return low === high ? low : low + (high - low) * (place - below);
}
