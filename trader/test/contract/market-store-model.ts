import type { Timestamp } from '../../src/domain/time.ts';
import type { AppendCounts, BarBatch, BarRevision, RangeQuery } from '../../src/ports/market-store.ts';

/** What a store of one series must say, told by a list of states in the order in which they arrived. */
export class MarketStoreModel {
  readonly #states: BarRevision[] = [];

  append({ source, knownAt, bars }: BarBatch): AppendCounts {
    const counts = { added: 0, revised: 0, equal: 0 };
    for (let row = 0; row < bars.length; row++) {
      const fresh: BarRevision = {
        timestamp: bars.timestamp[row], open: bars.open[row], high: bars.high[row], low: bars.low[row], close: bars.close[row], volume: bars.volume[row],
        source, knownAt, quarantine: undefined,
      };
      const states = this.#of(fresh.timestamp);
      const comparable = [states.findLast((each) => each.knownAt <= knownAt), ...states.filter((each) => each.knownAt === knownAt)];
      if (comparable.some((each) => each?.open === fresh.open && each.volume === fresh.volume)) counts.equal++;
      else {
        counts[states.length === 0 ? 'added' : 'revised']++;
        this.#states.push(fresh);
      }
    }
    return counts;
  }

  quarantine(times: readonly Timestamp[], reason: string | undefined, knownAt: Timestamp): number {
    let changed = 0;
    for (const time of new Set(times)) {
      const current = this.#of(time).at(-1);
      if (current === undefined || current.quarantine === reason) continue;
      this.#states.push({ ...current, quarantine: reason, knownAt: Math.max(knownAt, current.knownAt) });
      changed++;
    }
    return changed;
  }

  range({ from = -Infinity, to = Infinity, asOf = Infinity, quarantined = false }: RangeQuery): readonly BarRevision[] {
    const times = [...new Set(this.#states.map(({ timestamp }) => timestamp))].filter((time) => time >= from && time < to).sort((a, b) => a - b);
    return times.flatMap((time) => {
      const current = this.#of(time).findLast(({ knownAt }) => knownAt <= asOf);
      return current === undefined || (current.quarantine !== undefined && !quarantined) ? [] : [current];
    });
  }

  #of(time: Timestamp): readonly BarRevision[] {
    return this.#states.filter(({ timestamp }) => timestamp === time).sort((a, b) => a.knownAt - b.knownAt);
  }
}
