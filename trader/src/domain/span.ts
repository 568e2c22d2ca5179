import type { Timestamp } from './time.ts';

/** Times from `from` up to, and not including, `to`. */
export interface Span {
  readonly from: Timestamp;
  readonly to: Timestamp;
}

/** The times of `spans` and of `added` together: in order, apart from each other. `spans` must be so already; empty ones vanish. */
export function joinSpans(spans: readonly Span[], added: Span): readonly Span[] {
  if (!(added.from < added.to)) return spans;
  const touching = spans.filter(({ from, to }) => from <= added.to && to >= added.from);
  const joined: Span = {
    from: Math.min(added.from, ...touching.map(({ from }) => from)),
    to: Math.max(added.to, ...touching.map(({ to }) => to)),
  };
  return [...spans.filter(({ to }) => to < added.from), joined, ...spans.filter(({ from }) => from > added.to)];
}

/** The parts of `wanted` that none of `spans` holds. `spans` must be in order and apart. */
export function missingSpans(spans: readonly Span[], wanted: Span): readonly Span[] {
  const missing: Span[] = [];
  let from = wanted.from;
  for (const span of spans) {
    if (span.to <= from) continue;
    if (span.from >= wanted.to) break;
    if (span.from > from) missing.push({ from, to: span.from });
    from = span.to;
  }
  if (from < wanted.to) missing.push({ from, to: wanted.to });
  return missing;
}

/** Spans that hold `spans` (in order and apart), so few that there are no more than `most`: the nearest are joined, with what lies between them. */
export function fewerSpans(spans: readonly Span[], most: number): readonly Span[] {
  if (spans.length <= most) return spans;
  const between = spans.slice(1).map(({ from }, at) => ({ at, apart: from - spans[at].to })).sort((a, b) => b.apart - a.apart);
  const ends = [...between.slice(0, most - 1).map(({ at }) => at).sort((a, b) => a - b), spans.length - 1];
  return ends.map((end, i) => ({ from: spans[i === 0 ? 0 : ends[i - 1] + 1].from, to: spans[end].to }));
}

/** Where neighbours in `times` (ascending opens of bars) are further apart than `intervalMs`: from when the next bar should have opened to when one did. */
export function gapsBetween(times: Float64Array, intervalMs: number): readonly Span[] {
  const gaps: Span[] = [];
  for (let i = 1; i < times.length; i++) {
    const expected = times[i - 1] + intervalMs;
    if (times[i] > expected) gaps.push({ from: expected, to: times[i] });
  }
  return gaps;
}
