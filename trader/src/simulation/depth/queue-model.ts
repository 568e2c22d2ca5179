/**
 * How far an order advances in the queue at its price. Depth tells how much stands there, never who
 * left it. A trade at the price always comes off the front, by whichever model; they differ in what
 * they make of the rest of a decrease: canceled orders that stood before ours, or behind it.
 */
export interface QueueModel {
  /**
   * Lots before an order, after the size of its level went from `before` to `after`; `front` stood
   * before it, and `traded` lots of the decrease were told by trades and have come off already. Never
   * more than `front`, and never more than stands there.
   */
  advance(front: number, before: number, after: number, traded: number): number;
}

/** Only trades advance an order: every cancel is taken to have stood behind it (RiskAdverseQueueModel of hftbacktest). */
export const riskAverse: QueueModel = { advance: (front, _before, after) => Math.min(front, after) };

/** The chance that a lot that left stood behind an order with `front` lots before it and `back` behind. */
type Behind = (front: number, back: number) => number;

/**
 * A decrease is shared between front and back by a chance that depends on where in the queue the order
 * stands (ProbQueueModel of hftbacktest, after E. Rigtorp, "Estimating order queue position", 2013):
 * front − (1 − p)·d + min(back − p·d, 0), where d is the decrease that no trade explains.
 */
function probable(behind: Behind): QueueModel {
  return {
    advance(front, before, after, traded) {
      const left = before - after - traded;
      if (left < 0) return Math.min(front, after);
      const back = Math.max(0, before - front);
      const chance = behind(front, back);
      const share = chance >= 0 && chance <= 1 ? chance : 1; // 0 / 0 of an empty level, ∞ of an exponent below 0
      const moved = front - (1 - share) * left + Math.min(back - share * left, 0);
      return Math.max(0, Math.min(moved, after, front));
    },
  };
}

/** Makes the model of one instrument, of which so many lots are one unit: the logarithms are of units. */
export type QueueModelFactory = (lotsPerUnit: number) => QueueModel;

/**
 * The published models by name, each with its exponent n where it has one. Chances of a lot having
 * stood behind, with f units before ours and b behind:
 * `power` bⁿ / (bⁿ + fⁿ); `power2` bⁿ / (b + f)ⁿ; `power3` 1 − (f / (f + b))ⁿ;
 * `log` ln(1 + b) / (ln(1 + b) + ln(1 + f)); `log2` ln(1 + b) / ln(1 + b + f).
 */
export const QUEUE_MODELS: Readonly<Record<string, (exponent: number) => QueueModelFactory>> = {
  'risk-averse': () => () => riskAverse,
  power: (n) => () => probable((front, back) => back ** n / (back ** n + front ** n)),
  power2: (n) => () => probable((front, back) => back ** n / (back + front) ** n),
  power3: (n) => () => probable((front, back) => 1 - (front / (front + back)) ** n),
  log: () => (lots) => probable((front, back) => Math.log1p(back / lots) / (Math.log1p(back / lots) + Math.log1p(front / lots))),
  log2: () => (lots) => probable((front, back) => Math.log1p(back / lots) / Math.log1p((back + front) / lots)),
};
