import { z } from 'zod';
import { beginsWithDay } from '../../domain/time.ts';

/** A day as FRED writes it; 9999-12-31 is the end of time there. */
const day = z.string().regex(/^\d{4}-\d\d-\d\d$/).refine(beginsWithDay, 'is no day of the calendar');
const page = { count: z.int().nonnegative(), offset: z.int().nonnegative(), limit: z.int().positive() };

const series = z.object({
  id: z.string().min(1), title: z.string(), observation_start: day, observation_end: day, frequency: z.string(), units: z.string(), seasonal_adjustment: z.string(),
  last_updated: z.string().refine(beginsWithDay, 'begins with no day'), popularity: z.int(),
});

/** What `fred/series` answers. */
export const SERIES = z.object({ seriess: z.tuple([series]) });
/** A page of `fred/series/search`. */
export const SEARCH_PAGE = z.object({ ...page, seriess: z.array(series) });
/** A page of `fred/series/observations`. A figure is a decimal, or "." where there is none. */
export const OBSERVATION_PAGE = z.object({
  ...page,
  observations: z.array(z.object({ realtime_start: day, realtime_end: day, date: day, value: z.string().regex(/^(\.|-?\d+(\.\d+)?([eE][+-]?\d+)?)$/) })),
});
/** A page of `fred/series/vintagedates`. */
export const VINTAGE_PAGE = z.object({ ...page, vintage_dates: z.array(day) });
/** What `fred/series/release` answers. */
export const RELEASES = z.object({ releases: z.array(z.object({ id: z.int(), name: z.string() })) });
/** A page of `fred/release/dates`. */
export const RELEASE_DATE_PAGE = z.object({ ...page, release_dates: z.array(z.object({ release_id: z.int(), date: day })) });
/** What is wrong, in FRED's words. */
export const ERROR = z.object({ error_code: z.int(), error_message: z.string() });

/** A series as FRED describes it. */
export type FredSeries = z.infer<typeof series>;
/** A figure, and the days on which it stood. */
export type Observation = z.infer<typeof OBSERVATION_PAGE>['observations'][number];
