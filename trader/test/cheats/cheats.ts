import type { Bar, Bars } from '../../src/domain/bar.ts';
import type { Signal } from '../../src/domain/signal.ts';
import type { Strategy } from '../../src/ports/strategy.ts';

// Strategies that cheat on purpose, each in its own way: what a check must find. Each is a factory of
// factories, because some of them keep what a former one has seen.

/** How a cheat makes its strategies, given the bars that it will be tried on. */
export type Cheat = (real: Bars) => () => Strategy;

/** A strategy made of one function. */
function strategy(onBar: (bar: Bar, signal: Signal) => void): Strategy {
  return { onBar };
}

/** The columns behind a bar, of which a strategy is meant to see one row. */
function columnsOf(bar: Bar): { readonly bars: Bars; readonly index: number } {
  return bar as unknown as { readonly bars: Bars; readonly index: number };
}

/** Reads the next close out of the columns behind the bar. */
export const peeksBehindTheBar: Cheat = () => () => strategy((bar, signal) => {
  const { bars, index } = columnsOf(bar);
  signal.target = bars.close[index + 1] > bar.close ? 1 : 0;
});

/** The same ten bars ahead, and careful at the end of the columns. */
export const peeksFarAndCarefully: Cheat = () => () => strategy((bar, signal) => {
  const { bars, index } = columnsOf(bar);
  signal.target = (bars.close[index + 10] ?? bar.close) > bar.close ? 1 : 0;
});

/** Holds its stop closer where the next bar will fall. */
export const trailsByTheNextBar: Cheat = () => () => strategy((bar, signal) => {
  const { bars, index } = columnsOf(bar);
  signal.target = 1;
  signal.stop = bar.close * 0.9;
  signal.trail = (bars.low[index + 1] ?? bar.low) < bar.low ? 0.001 : 0.2;
});

/** Uses the highest price of the whole series as its resistance. */
export const knowsTheHighest: Cheat = () => () => strategy((bar, signal) => {
  const { bars } = columnsOf(bar);
  signal.target = bar.close < 0.9 * bars.high.reduce((a, b) => Math.max(a, b), 0) ? 1 : 0;
});

/** Fails where there is no next bar. */
export const cannotLiveWithoutFuture: Cheat = () => () => strategy((bar, signal) => {
  const { bars, index } = columnsOf(bar);
  if (index + 1 === bars.length && index < 900) throw new RangeError('no next bar');
  signal.target = index % 7 === 0 ? 1 : 0;
});

/** Has loaded the bars from elsewhere, and looks the next one up by its place. */
export const loadedTheBars: Cheat = (real) => () => {
  let index = 0;
  return strategy((_, signal) => {
    signal.target = real.close[index + 1] > real.close[index] ? 1 : -1;
    index += 1;
  });
};

/** Has loaded the bars from elsewhere, and looks them up by time, an hour ahead, now and then. */
export const loadedTheBarsByTime: Cheat = (real) => () => {
  const closes = new Map(Array.from(real.timestamp, (timestamp, i) => [timestamp, real.close[i]]));
  let bars = 0;
  return strategy(({ timestamp }, signal) => {
    bars += 1;
    if (bars % 5 !== 0) return;
    signal.target = (closes.get(timestamp + 60 * 60_000) ?? 0) > (closes.get(timestamp) ?? Infinity) ? 1 : 0;
  });
};

/** Remembers what the former one saw, and uses it as the future. */
export const remembersTheFormerRun: Cheat = () => {
  let former: number[] = [];
  return () => {
    const known = former;
    former = [];
    const seen = former;
    return strategy(({ close }, signal) => {
      signal.target = known[seen.length + 1] > close ? 1 : 0;
      seen.push(close);
    });
  };
};

/** Tosses a coin. */
export const tossesACoin: Cheat = () => () => strategy((_, signal) => {
  signal.target = Math.random() < 0.5 ? 1 : 0;
});

/** Makes the bars what it wants them to be. */
export const changesTheBars: Cheat = () => () => strategy((bar, signal) => {
  const { bars, index } = columnsOf(bar);
  signal.target = 1;
  if (index % 50 === 0 && index + 1 < bars.length) bars.open[index + 1] = bars.low[index + 1];
});

/** Says that one bar is enough, and decides by an average of five hundred. */
export const needsMoreThanItSays: Cheat = () => () => {
  let average = NaN;
  return strategy(({ close }, signal) => {
    average = Number.isNaN(average) ? close : average + (2 / 501) * (close - average);
    signal.target = close > average ? 1 : 0;
  });
};

/** Decides by how many bars it has seen: begun elsewhere, it never decides alike. */
export const countsFromItsStart: Cheat = () => () => {
  let bars = 0;
  return strategy((_, signal) => {
    bars += 1;
    signal.target = bars % 11 < 5 ? 1 : 0;
  });
};
