import { percent, plural } from '../../analytics/tear-sheet/format.ts';
import type { SheetBand } from '../../analytics/tear-sheet/sheet.ts';
import { Random } from '../../domain/random.ts';
import { DAY_MS } from '../../domain/time.ts';
import { resampleReturns } from '../../research/resampling.ts';
import type { RunDetail } from '../../research/run-detail.ts';

/** Where the random numbers of every band begin, so that a sheet can be had again. */
export const BAND_SEED = 1;
const COURSES = 1000;
/** Days below which there is nothing to draw from. */
const FEWEST_DAYS = 30;
const RUIN = 0.5;

/** What else a run may have come to, by drawing its daily returns anew; undefined where it has too few, never traded, or fell to nothing. */
export function bandOf({ cash, daily, trips, equity, periodsPerYear }: RunDetail): SheetBand | undefined {
  const path = Float64Array.from([cash, ...daily.values]);
  if (daily.values.length < FEWEST_DAYS || trips.length === 0 || path.some((value) => !(value > 0))) return undefined;
  const { band, maxDrawdown, lossProbability, ruinProbability, rank, meanBlock } = resampleReturns(
    path, { days: Int32Array.from(path.keys()), periodsPerYear, ruin: RUIN }, { runs: COURSES, random: new Random(BAND_SEED) },
  );
  const begin = equity.timestamps[0];
  return {
    about: `${COURSES.toLocaleString('en')} courses of the same daily returns, drawn anew in blocks of ${plural(Math.round(meanBlock), 'day')} on average: what the same luck in another order, and other luck of the same kind, would have made.`,
    timestamps: band.at.map((at) => {
      const place = Math.round(at * (path.length - 1));
      return place === 0 ? begin : daily.timestamps[place - 1] + DAY_MS - 1;
    }),
    quantiles: [{ share: 0.05, values: band.p05 }, { share: 0.25, values: band.p25 }, { share: 0.5, values: band.p50 }, { share: 0.75, values: band.p75 }, { share: 0.95, values: band.p95 }],
    facts: [
      ['Courses that ended with a loss', percent(lossProbability, 1)], ['That did worse than this one', percent(rank, 1)],
      ['That lost half at some time', percent(ruinProbability, 1)], ['Deepest fall at day ends, in the middle', percent(maxDrawdown.p50, 1)], ['Deepest fall at day ends, one in twenty above', percent(maxDrawdown.p95, 1)],
    ],
  };
}
