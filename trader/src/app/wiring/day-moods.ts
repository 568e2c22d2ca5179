import { sentimentOf } from '../../analytics/sentiment.ts';
import type { SeriesState } from '../../domain/dated-series.ts';
import { DAY_MS, type Timestamp } from '../../domain/time.ts';

/** How long after its end all of a day's texts are there. */
const LATE_MS = 10 * 60_000;

/** When there is a new whole day. */
export function nextDayOf(now: Timestamp): Timestamp {
  return now - (now % DAY_MS) + DAY_MS + LATE_MS;
}

/**
 * The mean score of each whole UTC day's texts, by the lexicon. What was deleted since is missing, so a
 * day counts as known from now on, never from its date. `whole`: nothing of the first day is missing; a
 * day that goes on, and one that a listing cuts in two, are told of by a part of their texts and left out.
 */
export function dayMoods(texts: readonly { readonly createdAt: Timestamp; readonly text: string }[], whole: boolean, now: Timestamp): readonly SeriesState[] {
  const byDay = new Map<Timestamp, number[]>();
  for (const { createdAt, text } of texts) {
    const date = createdAt - (createdAt % DAY_MS);
    byDay.set(date, [...byDay.get(date) ?? [], sentimentOf(text)]);
  }
  const cut = whole ? -Infinity : Math.min(...byDay.keys());
  return [...byDay].filter(([date]) => date < now - (now % DAY_MS) && date > cut)
    .map(([date, scores]) => ({ date, value: scores.reduce((sum, score) => sum + score, 0) / scores.length, availableAt: now })).sort((a, b) => a.date - b.date);
}
