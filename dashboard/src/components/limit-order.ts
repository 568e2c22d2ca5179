import type { LimitGauge } from 'trader/contract';

/** What decides where a limit stands. */
type Placed = Pick<LimitGauge, 'id' | 'rule' | 'share'>;

/** Limits of data and prices, not of money: they come behind, unless one of them is near. */
const BEHIND: ReadonlySet<string> = new Set(['price-collar', 'stale-data', 'duplicate-intent', 'order-rate']);
const NEAR = 0.8;

/** Those that are near first, then those of money before those of data, else as the run lists them. */
function byImportance(gauges: readonly Placed[]): readonly Placed[] {
  const rank = ({ rule, share }: Placed): number => (share >= NEAR ? 0 : BEHIND.has(rule) ? 2 : 1);
  return gauges.toSorted((a, b) => rank(a) - rank(b));
}

/** The ids of the limits that are shown, in the order of the first sight: what moves up while somebody reads is lost to them. One of the others is added behind when it becomes near. */
export function shownIds(before: readonly string[], gauges: readonly Placed[], most: number): readonly string[] {
  if (before.length === 0) return byImportance(gauges).slice(0, most).map(({ id }) => id);
  const more = gauges.filter(({ id, share }) => !before.includes(id) && (share >= NEAR || before.length < most)).map(({ id }) => id);
  return more.length === 0 ? before : [...before, ...more];
}
