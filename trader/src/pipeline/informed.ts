import type { Bar } from '../domain/bar.ts';
import { NOTHING_KNOWN, type Reading } from '../domain/dated-series.ts';
import type { Signal } from '../domain/signal.ts';
import type { SeriesReading, Strategy, StrategyDefinition } from '../ports/strategy.ts';

/** One series on its way to a strategy. */
class Course {
  /** What the strategy sees. */
  readonly reading: { -readonly [K in keyof SeriesReading]: SeriesReading[K] } = { ...NOTHING_KNOWN };
  private next = 0;
  private nextAt = Infinity;
  private readonly readings: readonly Reading[];

  constructor(readings: readonly Reading[]) {
    this.readings = readings;
    this.nextAt = readings[0]?.availableAt ?? Infinity;
  }

  /** Shows what could be known at a moment; moments never go back. */
  advance(moment: number): void {
    while (this.nextAt <= moment) {
      const { date, value, yearBefore } = this.readings[this.next];
      this.reading.date = date;
      this.reading.value = value;
      this.reading.yearBefore = yearBefore;
      this.next += 1;
      this.nextAt = this.readings[this.next]?.availableAt ?? Infinity;
    }
  }
}

/**
 * A strategy that reads series: before it looks at a bar, its readings are set to what was known at that
 * bar's close, to the millisecond. The engine knows nothing of it, so other strategies pay nothing.
 * Each course holds the readings of one series, by the moment at which they became available.
 */
export function informed(create: (readings: readonly SeriesReading[]) => Strategy, intervalMs: number, series: readonly (readonly Reading[])[]): Strategy {
  const courses = series.map((readings) => new Course(readings));
  const strategy = create(courses.map(({ reading }) => reading));
  return {
    onBar(bar: Bar, signal: Signal): void {
      const close = bar.timestamp + intervalMs;
      for (let i = 0; i < courses.length; i++) courses[i].advance(close);
      strategy.onBar(bar, signal);
    },
    ...(strategy.describe && { describe: () => strategy.describe?.() ?? {} }),
  };
}

/** A strategy together with what it reads, on bars of one length: whoever makes one of it need not know of series. It has no column kernel, since columns know of none. */
export function tied(definition: StrategyDefinition, intervalMs: number, series: readonly (readonly Reading[])[]): StrategyDefinition {
  if (series.length === 0) return definition;
  const { name, summary, parameters } = definition;
  return {
    name, summary, parameters, check: (values) => definition.check?.(values), warmup: (values) => definition.warmup(values),
    create: (values) => informed((readings) => definition.create(values, readings), intervalMs, series),
  };
}
