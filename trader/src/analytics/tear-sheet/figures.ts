import { compare } from '../benchmark.ts';
import { gainToPain, monthlyReturns } from '../calendar-returns.ts';
import { drawdowns, ulcerIndex, underwater } from '../drawdowns.ts';
import { cagr, calmar, downsideDeviation, omega, sharpe, simpleReturns, sortino, volatility } from '../returns.ts';
import { probabilisticSharpe, sharpeSample } from '../sharpe-statistics.ts';
import { conditionalValueAtRisk, excessKurtosis, normalConditionalValueAtRisk, normalValueAtRisk, skewness, tailRatio, valueAtRisk } from '../tails.ts';
import { kelly, tradeStatistics } from '../trades.ts';
import { count, decimal, duration, money, percent, times, tone, trimmed } from './format.ts';
import { equityOf, fromOpening, type TearSheet } from './sheet.ts';

/** One figure, written out, with what it means. */
export interface Figure {
  readonly name: string;
  readonly value: string;
  readonly tone: 'up' | 'down' | 'flat';
  /** Formula and convention. */
  readonly convention: string;
}

/** Figures that belong together. */
export interface FigureGroup {
  readonly title: string;
  readonly figures: readonly Figure[];
}

/** The numbers that more than one part of the sheet shows. */
export interface Measured {
  readonly returns: Float64Array;
  readonly netReturn: number;
  readonly cagr: number | null;
  readonly sharpe: number | null;
  /** Probability that the true Sharpe ratio is above 0. */
  readonly confidence: number | null;
  readonly maxDrawdown: number;
  readonly longestDrawdownMs: number;
  readonly winRate: number | null;
  readonly profitFactor: number | null;
  /** What the benchmark returned; null without one. */
  readonly benchmarkReturn: number | null;
  readonly benchmarkReturns: Float64Array | undefined;
  /** All costs together, and profit before them; null where they are not known. */
  readonly costs: number | null;
  readonly profit: number;
}

/** Measures a sheet. */
export function measure(sheet: TearSheet): Measured {
  const { periodsPerYear, benchmark, cash } = sheet;
  const equity = equityOf(sheet);
  const returns = simpleReturns(equity);
  const detailed = fromOpening(sheet);
  const falls = drawdowns(detailed);
  const sample = sharpeSample(returns);
  const { winRate, profitFactor } = tradeStatistics((sheet.trips ?? []).map(({ pnl }) => pnl));
  const last = equity[equity.length - 1];
  const held = benchmark === undefined ? undefined : Float64Array.from([cash, ...Array.from(benchmark.values)]);
  return {
    returns, winRate, profitFactor,
    netReturn: last / cash - 1,
    profit: last - cash,
    cagr: cagr(equity, periodsPerYear),
    sharpe: sharpe(returns, periodsPerYear),
    confidence: sample === null ? null : probabilisticSharpe(sample),
    maxDrawdown: sheet.maxDrawdown ?? Math.max(0, ...underwater(detailed.values)),
    longestDrawdownMs: sheet.longestDrawdownMs ?? falls.reduce((longest, { durationMs }) => Math.max(longest, durationMs), 0),
    benchmarkReturn: held === undefined ? null : held[held.length - 1] / cash - 1,
    benchmarkReturns: held === undefined ? undefined : simpleReturns(held),
    costs: sheet.costs === undefined ? null : sheet.costs.reduce((sum, { amount }) => sum + amount, 0),
  };
}

/** Every figure of a sheet, by group, with its convention. */
export function figureGroups(sheet: TearSheet, measured: Measured): readonly FigureGroup[] {
  return [ofReturn(sheet, measured), ofRisk(sheet, measured), ofReward(sheet, measured), ofTails(measured), ...ofBenchmark(sheet, measured), ...ofTrades(sheet, measured)];
}

function figure(name: string, value: string, convention: string, signed: number | null = null): Figure {
  return { name, value, convention, tone: tone(signed) };
}

function ofReturn({ periodsPerYear, currency, cash, turnover }: TearSheet, { returns, netReturn, cagr: growth, profit }: Measured): FigureGroup {
  const days = `${count(returns.length)} daily returns`;
  return {
    title: 'Return', figures: [
      figure('Net return', percent(netReturn, 2, true), 'last equity ÷ opening equity − 1', netReturn),
      ...(currency === undefined ? [] : [figure(`Net profit, ${currency}`, money(profit, true), 'last equity − opening equity, what is still held valued at the last price', profit)]),
      figure('Growth a year', percent(growth, 2, true), `CAGR: (last ÷ first)^(${trimmed(periodsPerYear, 5)} ÷ days) − 1, over ${days}`, growth),
      figure('Best day', percent(returns.length === 0 ? null : Math.max(...returns), 2, true), 'largest daily return; a day ends at midnight UTC'),
      figure('Worst day', percent(returns.length === 0 ? null : Math.min(...returns), 2, true), 'smallest daily return'),
      figure('Winning days', percent(returns.length === 0 ? null : returns.filter((value) => value > 0).length / returns.length, 1), 'share of days with a return above 0'),
      ...(turnover === undefined ? [] : [figure('Turnover', times(turnover / cash), 'value of all fills ÷ opening equity')]),
    ],
  };
}

function ofRisk(sheet: TearSheet, { returns, maxDrawdown, longestDrawdownMs }: Measured): FigureGroup {
  const { periodsPerYear } = sheet;
  const seen = sheet.equity === undefined ? 'day ends' : 'bar closes';
  return {
    title: 'Risk', figures: [
      figure('Deepest fall', percent(maxDrawdown), `maximum drawdown: largest fall from a peak ÷ that peak, at ${seen}, the opening equity being a peak`),
      figure('Longest fall', duration(longestDrawdownMs), `longest time from a peak until it was reached again, or to the end, at ${seen}`),
      figure('Volatility a year', percent(volatility(returns, periodsPerYear)), `sample standard deviation (n − 1) of the daily returns × √${trimmed(periodsPerYear, 5)}`),
      figure('Downside deviation a year', percent(downsideDeviation(returns, periodsPerYear)), `root of the mean of min(return, 0)² over all days × √${trimmed(periodsPerYear, 5)}`),
      figure('Ulcer index', percent(ulcerIndex(equityOf(sheet))), 'root of the mean square of the fall from the peak, at day ends (Martin)'),
      figure('Value at risk 95 %', percent(valueAtRisk(returns, 0.05)), 'historical: 5 % quantile of the daily returns (type 7)'),
      figure('Expected shortfall 95 %', percent(conditionalValueAtRisk(returns, 0.05)), 'historical CVaR: mean of the daily returns that are at most the value at risk'),
    ],
  };
}

function ofReward({ periodsPerYear, cash, daily }: TearSheet, { returns, sharpe: ratio, cagr: growth, maxDrawdown, confidence }: Measured): FigureGroup {
  return {
    title: 'Return for risk', figures: [
      figure('Sharpe', decimal(ratio, 2), `mean ÷ sample standard deviation (n − 1) of the daily returns × √${trimmed(periodsPerYear, 5)}, risk-free rate 0`, ratio),
      figure('Sharpe above 0', percent(confidence, 1), 'probabilistic Sharpe ratio: probability that the true ratio is above 0, given length, skewness and kurtosis (Bailey & López de Prado); it knows nothing of how much was tried'),
      figure('Sortino', decimal(sortino(returns, periodsPerYear), 2), `mean ÷ downside deviation over all days × √${trimmed(periodsPerYear, 5)}, required return 0`),
      figure('Calmar', decimal(calmar(growth, maxDrawdown), 2), 'growth a year ÷ deepest fall'),
      figure('Omega', decimal(omega(returns), 2), 'sum of daily gains ÷ sum of daily losses, threshold 0'),
      figure('Gain to pain', decimal(gainToPain(monthlyReturns(cash, daily)), 2), 'sum of monthly returns ÷ sum of monthly losses (Schwager)'),
    ],
  };
}

function ofTails({ returns }: Measured): FigureGroup {
  return {
    title: 'Shape of daily returns', figures: [
      figure('Skewness', decimal(skewness(returns), 2), 'adjusted Fisher–Pearson G1 (Excel SKEW)'),
      figure('Excess kurtosis', decimal(excessKurtosis(returns), 2), 'sample G2 (Excel KURT): 0 for a normal distribution'),
      figure('Tail ratio', decimal(tailRatio(returns), 2), '95 % quantile ÷ size of the 5 % quantile'),
      figure('Normal value at risk 95 %', percent(normalValueAtRisk(returns, 0.05)), 'mean − 1.645 × sample standard deviation'),
      figure('Normal shortfall 95 %', percent(normalConditionalValueAtRisk(returns, 0.05)), 'mean − 2.063 × sample standard deviation'),
    ],
  };
}

function ofBenchmark({ benchmark, periodsPerYear }: TearSheet, { returns, benchmarkReturn, benchmarkReturns }: Measured): readonly FigureGroup[] {
  if (benchmark === undefined || benchmarkReturns === undefined) return [];
  const { alpha, beta, correlation, trackingError, informationRatio } = compare(returns, benchmarkReturns, periodsPerYear);
  return [{
    title: `Against: ${benchmark.name}`, figures: [
      figure('Its return', percent(benchmarkReturn, 2, true), 'over the same days', benchmarkReturn),
      figure('Alpha a year', percent(alpha, 2, true), `(1 + mean(return − beta × benchmark))^${trimmed(periodsPerYear, 5)} − 1, risk-free rate 0`, alpha),
      figure('Beta', decimal(beta, 2), 'covariance with the benchmark ÷ its variance, daily'),
      figure('Correlation', decimal(correlation, 2), 'Pearson, daily'),
      figure('Tracking error a year', percent(trackingError), `sample standard deviation of the daily difference × √${trimmed(periodsPerYear, 5)}`),
      figure('Information ratio', decimal(informationRatio, 2), `mean difference ÷ its deviation × √${trimmed(periodsPerYear, 5)}`),
    ],
  }];
}

function ofTrades({ trips, currency = '' }: TearSheet, { winRate, profitFactor, costs }: Measured): readonly FigureGroup[] {
  if (trips === undefined) return [];
  const { expectancy, payoff } = tradeStatistics(trips.map(({ pnl }) => pnl));
  const held = trips.map(({ tsEntry, tsExit }) => tsExit - tsEntry).toSorted((a, b) => a - b);
  return [{
    title: 'Trades', figures: [
      figure('Round trips', count(trips.length), 'from flat to flat, or through zero, of one book; what is still open is not counted'),
      figure('Win rate', percent(winRate, 1), 'round trips with a profit after fees above 0 ÷ all'),
      figure('Profit factor', decimal(profitFactor, 2), 'sum of profits ÷ sum of losses'),
      figure('Payoff', decimal(payoff, 2), 'mean profit of winners ÷ mean loss of losers'),
      figure(`Mean trade, ${currency}`, money(expectancy, true), 'expectancy: mean profit of a round trip, after fees', expectancy),
      figure('Kelly share', percent(kelly(winRate, payoff), 1), 'win rate − (1 − win rate) ÷ payoff; below 0: not worth taking'),
      figure('Median time held', held.length === 0 ? '–' : duration(held[held.length >> 1]), 'from first entry to last exit'),
      ...(costs === null ? [] : [figure(`Costs, ${currency}`, money(costs), 'fees and whatever else was paid')]),
    ],
  }];
}
