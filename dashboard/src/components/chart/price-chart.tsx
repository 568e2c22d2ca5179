'use client';

import { useEffect, useId, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, ReactNode } from 'react';
import { formatDecimal } from '../../format/decimal.ts';
import { formatTime } from '../../format/time.ts';
import { barAt, gapsOf } from './bar-columns.ts';
import type { BarColumns, ChartBar } from './bar-columns.ts';
import { distanceText } from './chart-marks.ts';
import type { ChartFill, ChartLevel } from './chart-marks.ts';
import { readTheme, watchTheme } from './chart-theme.ts';
import { indicatorLines } from './indicator-lines.ts';
import type { IndicatedStrategy, IndicatorLine } from './indicator-lines.ts';
import { sessionText } from './market-sessions.ts';
import type { PriceScene } from './price-scene.ts';
import { useSettled } from './settled.ts';
import css from './price-chart.module.css';

export interface PriceChartProps {
  readonly instrument: string;
  readonly quoteCurrency: string;
  readonly priceDecimals: number;
  readonly intervalMs: number;
  readonly assetClass: string;
  readonly bars: BarColumns;
  /** Our own trades of this instrument. */
  readonly fills: readonly ChartFill[];
  /** Entry, stop, target and working orders. */
  readonly levels: readonly ChartLevel[];
  /** Whose lines are drawn. */
  readonly strategy: IndicatedStrategy | undefined;
  /** Asks for bars before the oldest. */
  readonly onOldest?: () => void;
  /** A movable level was dragged to a price; nothing has changed by that. */
  readonly onMove?: (level: ChartLevel, price: number) => void;
  /** Stands beside the readout: pickers of instrument and interval. */
  readonly children?: ReactNode;
}

const ROWS_MAX = 120;
/** So many watched prices are said in the summary. */
const LEVELS_SAID = 3;
/** So often the summary is made. */
const SAID_EVERY_MS = 2_000;
/** So often a chart that broke is made anew. */
const BEGINNINGS_MAX = 3;

/**
 * Candles with volume, the lines of a strategy, our trades, and the prices to watch. Its library is
 * loaded when it is shown. Everything in it can be reached by keys and read as a table.
 */
export function PriceChart(props: PriceChartProps): ReactNode {
  const { bars, priceDecimals, quoteCurrency, instrument } = props;
  const [at, setAt] = useState<number | undefined>(undefined);
  const [byKey, setByKey] = useState(false);
  const [tabular, setTabular] = useState(false);
  const lines = useMemo(() => (props.strategy === undefined ? [] : indicatorLines(props.strategy, bars)), [props.strategy, bars]);
  const { box, scene, failed } = useScene(props, lines, (place) => { setByKey(false); setAt(place); }, !tabular);
  const summaryId = useId();
  const last = bars.time.length - 1;
  const place = at === undefined ? last : Math.min(at, last);
  const bar = barAt(bars, place);
  const price = (value: number): string => formatDecimal(value, { places: priceDecimals }) ?? '—';
  // Nobody can listen faster than that.
  const said = useNowAndThen(() => summary(props, price), SAID_EVERY_MS);
  const spoken = useSettled(byKey && at !== undefined && bar !== undefined ? speech(bar, price) : '', 500);
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = keyed(event.key, at, last);
    if (next === undefined) return;
    event.preventDefault();
    setByKey(true);
    setAt(next.at);
    scene.current?.point(next.at);
  };
  return (
    <div className={css.chart}>
      <div className={css.head}>
        {props.children}
        <div className={css.tools}>
          <button type="button" className={`${css.tool} ${css.fine}`} onClick={() => scene.current?.zoom(1.4)} disabled={tabular} aria-label="Zoom in">+</button>
          <button type="button" className={`${css.tool} ${css.fine}`} onClick={() => scene.current?.zoom(1 / 1.4)} disabled={tabular} aria-label="Zoom out">−</button>
          <button type="button" className={`${css.tool} ${css.fine}`} onClick={() => scene.current?.toNewest()} disabled={tabular}>Newest</button>
          <button type="button" className={css.tool} aria-pressed={tabular} onClick={() => setTabular(!tabular)}>{tabular ? 'Chart' : 'Table'}<span className="spoken"> view</span></button>
        </div>
      </div>
      <Readout bar={bar} price={price} lines={lines} place={place} live={at === undefined} />
      {tabular
        ? <BarTable bars={bars} price={price} label={`${instrument}, prices in ${quoteCurrency}`} fills={props.fills} intervalMs={props.intervalMs} />
        : (
          <div className={css.frame} role="group" aria-roledescription="chart" aria-label={`Price of ${instrument} in ${quoteCurrency}. Arrow keys move from bar to bar.`} aria-describedby={summaryId} tabIndex={0} onKeyDown={onKeyDown} onBlur={() => { setAt(undefined); scene.current?.point(undefined); }}>
            <div className={css.canvas} ref={box} aria-hidden="true" />
            {failed && <p className={css.failed} role="alert">The chart could not be loaded. The table has the same figures.</p>}
          </div>
        )}
      <p className="spoken" aria-live="polite">{spoken}</p>
      <p className={css.caption}>
        <span id={summaryId} className={css.said}>{said}</span>
        {' '}{sessionText(props.assetClass, props.intervalMs)}{' '}<a href="https://www.tradingview.com/" target="_blank" rel="noreferrer noopener">Charts by TradingView</a>
      </p>
    </div>
  );
}

/** Keeps the scene and what it shows as one with the props. */
function useScene(props: PriceChartProps, lines: readonly IndicatorLine[], onPoint: (place: number | undefined) => void, shown: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const scene = useRef<PriceScene | undefined>(undefined);
  const [made, setMade] = useState(0);
  const [failed, setFailed] = useState(false);
  const [begun, setBegun] = useState(0);
  const told = useRef({ onPoint, onOldest: props.onOldest, onMove: props.onMove });
  useEffect(() => { told.current = { onPoint, onOldest: props.onOldest, onMove: props.onMove }; });
  useEffect(() => {
    const element = box.current;
    if (!shown || element === null) return;
    let gone = false;
    let unwatch = (): void => {};
    import('./price-scene.ts').then(({ PriceScene: Scene }) => {
      if (gone) return;
      const made = new Scene(element, readTheme(element), { onPoint: (place) => told.current.onPoint(place), onOldest: () => told.current.onOldest?.(), onMove: (level, price) => told.current.onMove?.(level, price) });
      scene.current = made;
      unwatch = watchTheme(() => made.dress(readTheme(element)));
      setMade((count) => count + 1);
    }, () => setFailed(true));
    return () => {
      gone = true;
      unwatch();
      scene.current?.remove();
      scene.current = undefined;
    };
  }, [shown, begun]);
  const { bars, priceDecimals, intervalMs, levels, fills } = props;
  const sessions = sessionText(props.assetClass, intervalMs) !== undefined;
  // The library throws where data do not follow on each other. The chart is made anew then: it must not take the page and its HALT with it.
  const drawn = (draw: (scene: PriceScene) => void): void => {
    try {
      if (scene.current !== undefined) draw(scene.current);
    } catch {
      if (begun < BEGINNINGS_MAX) setBegun(begun + 1);
      else setFailed(true);
    }
  };
  useEffect(() => drawn((now) => now.show(bars, { priceDecimals, intervalMs, sessions })), [made, bars, priceDecimals, intervalMs, sessions]);
  useEffect(() => drawn((now) => now.indicate(lines)), [made, lines]);
  useEffect(() => drawn((now) => now.watch(levels)), [made, levels]);
  useEffect(() => drawn((now) => now.mark(fills)), [made, fills]);
  return { box, scene, failed };
}

function Readout({ bar, price, lines, place, live }: {
  readonly bar: ChartBar | undefined; readonly price: (value: number) => string; readonly lines: readonly IndicatorLine[]; readonly place: number; readonly live: boolean;
}) {
  if (bar === undefined) return <p className={css.readout}>No bars yet</p>;
  const change = distanceText(bar.open, bar.close);
  const rose = bar.close >= bar.open;
  // What rounds to nothing has no direction.
  const flat = !/[1-9]/.test(change);
  return (
    <p className={css.readout}>
      <span className={css.moment}>{live ? 'Newest bar' : moment(bar.time)}</span>
      {(['open', 'high', 'low', 'close'] as const).map((name) => <Figure key={name} room={`X ${roomOf(price(bar[name]))}`}>{name.slice(0, 1).toUpperCase()} {price(bar[name])}</Figure>)}
      <Figure room="▼ −0.00 %" className={flat ? undefined : rose ? css.up : css.down}>{flat ? '' : rose ? '▲ ' : '▼ '}{change}</Figure>
      <Figure room="Vol 000.00K">Vol {volumeText(bar.volume)}</Figure>
      {lines.map((line) => {
        const value = line.values[place];
        return <Figure key={line.label} room={`${line.label} −${roomOf(price(farthest(line.values)))}`} className={css.indicator}>{line.label} {value === null || value === undefined ? '—' : price(value)}</Figure>;
      })}
    </p>
  );
}

/** A figure that keeps the room of `room`, so that what stands beside it stays where it is while figures move. */
function Figure({ room, className = '', children }: { readonly room: string; readonly className?: string | undefined; readonly children: ReactNode }) {
  return <span className={`${css.figure} ${className}`} data-room={room}>{children}</span>;
}

/** A text as wide as all that differ from it in digits alone. */
function roomOf(text: string): string {
  return text.replace(/\d/g, '0');
}

/** The value that is farthest from zero, without its sign. */
function farthest(values: readonly (number | null)[]): number {
  let size = 0;
  for (const value of values) if (value !== null) size = Math.max(size, Math.abs(value));
  return size;
}

function BarTable({ bars, price, label, fills, intervalMs }: {
  readonly bars: BarColumns; readonly price: (value: number) => string; readonly label: string; readonly fills: readonly ChartFill[]; readonly intervalMs: number;
}) {
  const from = Math.max(0, bars.time.length - ROWS_MAX);
  const places = Array.from({ length: bars.time.length - from }, (_, i) => bars.time.length - 1 - i);
  return (
    <div className={css.table} tabIndex={0} role="region" aria-label={`${label}, as a table`}>
      <table>
        <caption>{label} · the newest {places.length} of {bars.time.length} bars</caption>
        <thead><tr><th scope="col">Opened</th><th scope="col">Open</th><th scope="col">High</th><th scope="col">Low</th><th scope="col">Close</th><th scope="col">Volume</th><th scope="col">Our trades</th></tr></thead>
        <tbody>
          {places.map((place) => {
            const bar = barAt(bars, place);
            if (bar === undefined) return null;
            const here = fills.filter((fill) => fill.time >= bar.time && fill.time < bar.time + intervalMs);
            return (
              <tr key={bar.time}>
                <th scope="row">{moment(bar.time)}</th>
                <td>{price(bar.open)}</td><td>{price(bar.high)}</td><td>{price(bar.low)}</td><td>{price(bar.close)}</td><td>{volumeText(bar.volume)}</td>
                <td>{here.map((fill) => `${fill.effect} ${fill.side} at ${price(fill.price)}`).join(', ')}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** What `make` gives, made anew every so often instead of with every change of the page; empty at first. */
function useNowAndThen(make: () => string, everyMs: number): string {
  const latest = useRef(make);
  useEffect(() => { latest.current = make; });
  const [text, setText] = useState('');
  useEffect(() => {
    const timer = setInterval(() => setText(latest.current()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return text;
}

function summary({ bars, instrument, quoteCurrency, fills, levels, intervalMs }: PriceChartProps, price: (value: number) => string): string {
  const last = barAt(bars, bars.time.length - 1);
  const first = barAt(bars, 0);
  if (last === undefined || first === undefined) return `No bars of ${instrument} yet.`;
  return `${instrument}: ${price(last.close)} ${quoteCurrency}, ${distanceText(first.open, last.close)} since ${moment(first.time)}`
    + `${fills.length === 0 ? '' : `; ${fills.length} trade${fills.length === 1 ? '' : 's'} of ours`}`
    + `${levels.slice(0, LEVELS_SAID).map((level) => `; ${level.label} at ${price(level.price)}`).join('')}`
    + `${levels.length > LEVELS_SAID ? `; ${levels.length - LEVELS_SAID} more ${levels.length - LEVELS_SAID === 1 ? 'line' : 'lines'}` : ''}`
    + `${missingText(bars.time, intervalMs)}.`;
}

/** How many bars are missing, in words; nothing where none is. */
function missingText(time: readonly number[], intervalMs: number): string {
  const gaps = gapsOf({ time }, intervalMs);
  const missing = gaps.reduce((sum, gap) => sum + gap.bars, 0);
  return missing === 0 ? '' : `; ${missing} bar${missing === 1 ? '' : 's'} missing in ${gaps.length} gap${gaps.length === 1 ? '' : 's'}`;
}

function speech(bar: ChartBar, price: (value: number) => string): string {
  return `${moment(bar.time)}: open ${price(bar.open)}, high ${price(bar.high)}, low ${price(bar.low)}, close ${price(bar.close)}`;
}

/** Where a key leads; undefined for a key that is none of the chart's. */
function keyed(key: string, at: number | undefined, last: number): { readonly at: number | undefined } | undefined {
  const here = at ?? last + 1;
  switch (key) {
    case 'ArrowLeft': return { at: Math.max(0, here - 1) };
    case 'ArrowRight': return { at: Math.min(last, here + 1) };
    case 'PageUp': return { at: Math.max(0, here - 20) };
    case 'PageDown': return { at: Math.min(last, here + 20) };
    case 'Home': return { at: 0 };
    case 'End': return { at: last };
    case 'Escape': return { at: undefined };
    default: return undefined;
  }
}

function moment(time: number): string {
  return formatTime(time, 'day-minute');
}

const THOUSANDS = ['', 'K', 'M', 'B', 'T'] as const;

/** A volume in three figures or so: `8.62`, `74.5K`, `1.2M`. */
function volumeText(volume: number): string {
  const place = Math.min(THOUSANDS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, volume)) / 3)));
  const shown = Number((volume / 1000 ** place).toFixed(2));
  return `${shown}${THOUSANDS[place]}`;
}
