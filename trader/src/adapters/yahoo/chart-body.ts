import { z } from 'zod';
import { isZone } from '../wire/zone-time.ts';

const column = z.array(z.number().nullable());

/** The chart API's answer, as far as it is read. */
export const chartBody = z.object({
  chart: z.object({
    result: z.array(z.object({
      meta: z.object({
        currency: z.string().nullish(), symbol: z.string(), exchangeTimezoneName: z.string().refine(isZone, 'no time zone'), instrumentType: z.string().optional(), dataGranularity: z.string(),
        regularMarketPrice: z.number().optional(), regularMarketTime: z.number().optional(),
        chartPreviousClose: z.number().optional(), firstTradeDate: z.number().nullish(),
      }),
      timestamp: z.array(z.number().int()).optional(),
      events: z.object({
        splits: z.record(z.string(), z.object({ date: z.number(), numerator: z.number().positive(), denominator: z.number().positive() })).optional(),
        dividends: z.record(z.string(), z.object({ date: z.number(), amount: z.number() })).optional(),
      }).optional(),
      indicators: z.object({ quote: z.array(z.object({ open: column.optional(), high: column.optional(), low: column.optional(), close: column.optional(), volume: column.optional() })) }),
    })).nullable(),
    error: z.object({ code: z.string(), description: z.string() }).nullish(),
  }),
});

/** One result of the chart API. */
export type ChartResult = NonNullable<z.infer<typeof chartBody>['chart']['result']>[number];

/** Its splits and dividends. */
export type ChartEvents = ChartResult['events'];
/** Its columns; all absent where there is no row. */
export type ChartQuote = ChartResult['indicators']['quote'][number];
