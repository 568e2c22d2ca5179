import {
  CandlestickSeries, ColorType, CrosshairMode, HistogramSeries, LineSeries, LineStyle, TickMarkType, createChart, createSeriesMarkers,
} from 'lightweight-charts';
import type {
  AutoscaleInfo, CandlestickData, HistogramData, IChartApi, IPriceLine, ISeriesApi, ISeriesMarkersPluginApi, LineData, SeriesMarker, Time, UTCTimestamp, WhitespaceData,
} from 'lightweight-charts';
import { formatDecimal } from '../../format/decimal.ts';
import { formatTime } from '../../format/time.ts';
import { gapsOf, NO_BARS } from './bar-columns.ts';
import type { BarColumns } from './bar-columns.ts';
import { marksOf } from './chart-marks.ts';
import type { ChartFill, ChartLevel } from './chart-marks.ts';
import type { ChartTheme } from './chart-theme.ts';
import type { IndicatorLine } from './indicator-lines.ts';
import { dragLevels } from './level-drag.ts';
import { outsideSession } from './market-sessions.ts';

/** What a scene tells the page. */
export interface SceneListener {
  /** Place of the bar under the pointer; undefined where it is over none. */
  onPoint(place: number | undefined): void;
  /** The oldest bars have come into sight. */
  onOldest(): void;
  /** A movable line was let go at a price. */
  onMove(level: ChartLevel, price: number): void;
}

/** How bars are drawn: the decimals of their prices, and their length. */
export interface SceneScale {
  readonly priceDecimals: number;
  readonly intervalMs: number;
  /** Whether bars outside of the market's session are shaded. */
  readonly sessions: boolean;
}

type Candles = ISeriesApi<'Candlestick'>;
type IndicatorSeries = ISeriesApi<'Line'> | ISeriesApi<'Histogram'>;
/** A hole is shown so many bars wide at most: a weekend need not fill the screen. */
const GAP_BARS_MAX = 12;
const MARK_WIDTH = 14;
/** Bars that the newest may be out of sight and still be followed. */
const FOLLOWS = -3;
/** A watched price comes into sight where it is at most so many heights of the candles away. */
const REACH = 0.6;
/** So many pixels from a line it can be taken hold of. */
const GRIP = 5;
const NOTHING_DRAWN = { first: undefined, last: undefined, bars: 0 };

/**
 * The canvas of a price chart. It is told what to show and keeps what it drew, so that a tick costs
 * one bar and a change of theme no data.
 */
export class PriceScene {
  readonly #chart: IChartApi;
  readonly #candles: Candles;
  readonly #volume: ISeriesApi<'Histogram'>;
  /** A column of full height behind each bar outside of the session. */
  readonly #shade: ISeriesApi<'Histogram'>;
  readonly #marks: ISeriesMarkersPluginApi<Time>;
  #levels: IPriceLine[] = [];
  #indicators: IndicatorSeries[] = [];
  #theme: ChartTheme;
  #bars: BarColumns = NO_BARS;
  #scale: SceneScale = { priceDecimals: 2, intervalMs: 60_000, sessions: false };
  /** Decimals that the prices are written with; undefined before the first bars. */
  #formatted: number | undefined;
  #fills: readonly ChartFill[] = [];
  #shownLevels: readonly ChartLevel[] = [];
  #shownIndicators: readonly IndicatorLine[] = [];
  /** Up to where the lines are drawn. */
  #indicated: { readonly first: number | undefined; readonly last: number | undefined; readonly bars: number } = NOTHING_DRAWN;
  #cluster = 0;
  /** A line that is held, and where. */
  #held: { readonly id: string; readonly price: number } | undefined;
  readonly #stopDrag: () => void;

  constructor(container: HTMLElement, theme: ChartTheme, listener: SceneListener) {
    this.#theme = theme;
    this.#chart = createChart(container, { autoSize: true, ...chartOptions(theme) });
    this.#shade = this.#chart.addSeries(HistogramSeries, { priceScaleId: 'session', lastValueVisible: false, priceLineVisible: false, autoscaleInfoProvider: () => ({ priceRange: { minValue: 0, maxValue: 1 } }) });
    this.#chart.priceScale('session').applyOptions({ scaleMargins: { top: 0, bottom: 0 } });
    this.#candles = this.#chart.addSeries(CandlestickSeries, candleOptions(theme));
    this.#candles.applyOptions({ autoscaleInfoProvider: (own: () => AutoscaleInfo | null) => this.#reached(own()) });
    this.#volume = this.#chart.addSeries(HistogramSeries, { priceScaleId: 'volume', priceFormat: { type: 'volume' }, lastValueVisible: false, priceLineVisible: false });
    this.#chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
    this.#chart.priceScale('right').applyOptions({ scaleMargins: { top: 0.08, bottom: 0.2 } });
    this.#marks = createSeriesMarkers(this.#candles);
    this.#chart.subscribeCrosshairMove(({ time, sourceEvent }) => {
      // Without an event it was moved by a key, of which the page knows already.
      if (sourceEvent === undefined && time !== undefined) return;
      const place = time === undefined ? -1 : this.#bars.time.indexOf(Number(time) * 1000);
      listener.onPoint(place < 0 ? undefined : place);
    });
    this.#stopDrag = dragLevels(container, {
      levelAt: (y) => (y > this.#height ? undefined : this.#shownLevels.find(({ movable, price }) => movable === true && Math.abs((this.#candles.priceToCoordinate(price) ?? Infinity) - y) <= GRIP)),
      priceAt: (y) => (y < 0 || y > this.#height ? undefined : this.#candles.coordinateToPrice(y) ?? undefined),
      draw: ({ id }, price) => {
        this.#held = price === undefined ? undefined : { id, price };
        this.#drawLevels();
      },
      drop: (level, price) => { listener.onMove(level, price); },
    });
    this.#chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && range.from < 8 && this.#bars.time.length > 0) listener.onOldest();
      this.#drawMarks(false);
    });
  }

  /** Shows bars. Those that continue what is shown are added to it; where older ones came or went, the sight stays; others begin with the newest in sight. */
  show(bars: BarColumns, scale: SceneScale): void {
    const before = this.#bars;
    const continues = before.time.length > 0 && scale.intervalMs === this.#scale.intervalMs && bars.time[0] === before.time[0] && bars.time.length >= before.time.length
      && bars.time[before.time.length - 1] === before.time[before.time.length - 1];
    const same = !continues && before.time.length > 0 && scale.intervalMs === this.#scale.intervalMs && (bars.time.includes(before.time[0]) || before.time.includes(bars.time[0]));
    this.#bars = bars;
    // Its options would lay the whole chart out anew with every price.
    if (scale.priceDecimals !== this.#formatted) this.#candles.applyOptions({ priceFormat: { type: 'custom', minMove: 10 ** -scale.priceDecimals, formatter: (price: number) => formatDecimal(price, { places: scale.priceDecimals }) ?? '' } });
    this.#formatted = scale.priceDecimals;
    this.#scale = scale;
    if (continues && bars.time.length - before.time.length < 50) {
      this.#goOn(before.time.length);
    } else this.#redraw(same || continues);
    if (!continues || bars.time.length > before.time.length) this.#drawMarks(true);
  }

  /** Lines of the running strategies over the bars shown; each has one value a bar. */
  indicate(lines: readonly IndicatorLine[]): void {
    const same = lines.length === this.#shownIndicators.length && lines.every((line, i) => line.label === this.#shownIndicators[i].label);
    this.#shownIndicators = lines;
    if (!same) this.#makeIndicators();
    this.#drawIndicators();
  }

  /** Prices to watch, each a line with its label on the scale. */
  watch(levels: readonly ChartLevel[]): void {
    const same = levels.length === this.#shownLevels.length && levels.every((level, i) => isSame(level, this.#shownLevels[i]));
    this.#shownLevels = levels;
    if (!same) this.#drawLevels();
  }

  #drawLevels(): void {
    const levels = this.#shownLevels;
    for (const line of this.#levels) this.#candles.removePriceLine(line);
    this.#levels = levels.map((level) => this.#candles.createPriceLine(levelOptions(level.id === this.#held?.id ? { ...level, price: this.#held.price } : level, this.#theme)));
  }

  /** Our own trades as arrows. */
  mark(fills: readonly ChartFill[]): void {
    this.#fills = fills;
    this.#drawMarks(true);
  }

  /** Moves the crosshair to a bar, and the bar into sight; undefined takes it away. */
  point(place: number | undefined): void {
    if (place === undefined || place >= this.#bars.time.length) { this.#chart.clearCrosshairPosition(); return; }
    const time = seconds(this.#bars.time[place]);
    const range = this.#chart.timeScale().getVisibleRange();
    if (range !== null && (Number(time) < Number(range.from) || Number(time) > Number(range.to))) {
      this.#chart.timeScale().scrollToPosition(place - this.#bars.time.length + 20, false);
    }
    this.#chart.setCrosshairPosition(this.#bars.close[place], time, this.#candles);
  }

  /** Brings the newest bar into sight. */
  toNewest(): void {
    this.#chart.timeScale().scrollToRealTime();
  }

  /** Shows more or fewer bars: a factor above 1 brings them closer. */
  zoom(factor: number): void {
    const { barSpacing } = this.#chart.timeScale().options();
    this.#chart.timeScale().applyOptions({ barSpacing: Math.min(60, Math.max(1, barSpacing * factor)) });
  }

  /** Takes other colours without other data. */
  dress(theme: ChartTheme): void {
    this.#theme = theme;
    this.#chart.applyOptions(chartOptions(theme));
    this.#candles.applyOptions(candleOptions(theme));
    this.#redrawColumns();
    this.#drawLevels();
    this.#makeIndicators();
    this.#drawIndicators();
    this.#drawMarks(true);
  }

  /** Ends the chart; nothing else may be called after. */
  remove(): void {
    this.#stopDrag();
    this.#chart.remove();
  }

  /** Pixels of the pane that the candles are in. */
  get #height(): number {
    return this.#chart.panes()[0]?.getHeight() ?? 0;
  }

  /** The range of prices in sight, with the watched prices that lie near it. */
  #reached(own: AutoscaleInfo | null): AutoscaleInfo | null {
    if (own?.priceRange === null || own?.priceRange === undefined) return own;
    const { minValue, maxValue } = own.priceRange;
    const reach = (maxValue - minValue) * REACH;
    const near = this.#shownLevels.map(({ price }) => price).filter((price) => price >= minValue - reach && price <= maxValue + reach);
    return { ...own, priceRange: { minValue: Math.min(minValue, ...near), maxValue: Math.max(maxValue, ...near) } };
  }

  /** Draws what came behind so many bars, and the last of them anew. */
  #goOn(drawn: number): void {
    const { time } = this.#bars;
    for (let place = drawn - 1; place < time.length; place++) {
      // What lies before a bar that stands already was drawn with it.
      if (place >= drawn) for (const blank of this.#blanksBefore(place)) { this.#candles.update(blank); this.#volume.update(blank); }
      this.#candles.update(this.#candle(place));
      this.#volume.update(this.#column(place));
    }
    if (this.#scale.sessions && time.length > drawn) this.#drawSessions();
  }

  #redraw(keepSight: boolean): void {
    const scale = this.#chart.timeScale();
    const sight = scale.getVisibleRange();
    // Who looks at the newest bars goes on to; who has scrolled away stays where they are.
    const follows = scale.scrollPosition() > FOLLOWS;
    this.#candles.setData(this.#bars.time.flatMap((_, place) => [...this.#blanksBefore(place), this.#candle(place)]));
    this.#redrawColumns();
    if (keepSight && !follows && sight !== null) { scale.setVisibleRange(sight); return; }
    if (!keepSight) scale.applyOptions({ barSpacing: Math.min(24, Math.max(7, scale.width() / (this.#bars.time.length + 8))) });
    scale.scrollToPosition(4, false);
  }

  #redrawColumns(): void {
    this.#drawSessions();
    this.#volume.setData(this.#bars.time.flatMap((_, place) => [...this.#blanksBefore(place), this.#column(place)]));
  }

  #drawSessions(): void {
    const { time } = this.#bars;
    const outside = this.#scale.sessions ? outsideSession(this.#bars) : [];
    this.#shade.setData(outside.flatMap((out, place) => (out ? [{ time: seconds(time[place]), value: 1, color: this.#theme.shade }] : [])));
  }

  #candle(place: number): CandlestickData<Time> {
    const { time, open, high, low, close } = this.#bars;
    return { time: seconds(time[place]), open: open[place], high: high[place], low: low[place], close: close[place] };
  }

  #column(place: number): HistogramData<Time> {
    const { time, open, close, volume } = this.#bars;
    return { time: seconds(time[place]), value: volume[place], color: close[place] < open[place] ? this.#theme.downSoft : this.#theme.upSoft };
  }

  /** A hole is a break in the candles, not a longer step. */
  #blanksBefore(place: number): WhitespaceData<Time>[] {
    if (place === 0) return [];
    const { time } = this.#bars;
    // Nearly none has one before it.
    if (time[place] - time[place - 1] === this.#scale.intervalMs) return [];
    return gapsOf({ time: [time[place - 1], time[place]] }, this.#scale.intervalMs).flatMap(({ from, bars }) =>
      Array.from({ length: Math.min(bars, GAP_BARS_MAX) }, (_, i) => ({ time: seconds(from + i * this.#scale.intervalMs) })));
  }

  #makeIndicators(): void {
    for (const series of this.#indicators) this.#chart.removeSeries(series);
    this.#indicated = NOTHING_DRAWN;
    const theme = this.#theme;
    const color = { first: theme.up, second: theme.down, quiet: theme.quiet, histogram: theme.quiet };
    this.#indicators = this.#shownIndicators.map(({ look, place }) => {
      const pane = place === 'below' ? 1 : 0;
      const options = { color: color[look], priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false };
      return look === 'histogram'
        ? this.#chart.addSeries(HistogramSeries, options, pane)
        : this.#chart.addSeries(LineSeries, { ...options, lineWidth: 1, lineStyle: look === 'quiet' ? LineStyle.Dotted : LineStyle.Solid }, pane);
    });
    const [main, below] = this.#chart.panes();
    main?.setStretchFactor(4);
    below?.setStretchFactor(1);
  }

  /** Draws the lines whole, or only what is new of them where the bars went on. */
  #drawIndicators(): void {
    const { time } = this.#bars;
    const drawn = this.#indicated;
    const goesOn = drawn.bars > 0 && drawn.first === time[0] && drawn.last === time[drawn.bars - 1] && time.length - drawn.bars < 50;
    this.#indicated = { first: time[0], last: time[time.length - 1], bars: time.length };
    this.#shownIndicators.forEach((line, i) => {
      const point = (place: number): LineData<Time> | WhitespaceData<Time> => {
        const value = line.values[place];
        return value === null || value === undefined ? { time: seconds(time[place]) } : { time: seconds(time[place]), value };
      };
      const series = this.#indicators[i];
      if (goesOn) for (let place = drawn.bars - 1; place < time.length; place++) series?.update(point(place));
      else series?.setData(time.map((_, place) => point(place)));
    });
  }

  #drawMarks(always: boolean): void {
    const cluster = Math.ceil(MARK_WIDTH / this.#chart.timeScale().options().barSpacing);
    if (!always && cluster === this.#cluster) return;
    this.#cluster = cluster;
    this.#marks.setMarkers(marksOf(this.#fills, this.#bars, this.#scale.intervalMs, cluster).map((mark): SeriesMarker<Time> => ({
      time: seconds(mark.time), text: mark.text,
      ...(mark.side === 'buy' ? { position: 'belowBar', shape: 'arrowUp', color: this.#theme.up } : { position: 'aboveBar', shape: 'arrowDown', color: this.#theme.down }),
    })));
  }
}

function isSame(level: ChartLevel, other: ChartLevel): boolean {
  return level.id === other.id && level.price === other.price && level.label === other.label && level.movable === other.movable;
}

function seconds(time: number): UTCTimestamp {
  return (time / 1000) as UTCTimestamp;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** A time under the chart, in the person's zone. The library asks for a dozen with every frame, the first before anything is drawn. */
function tickText(time: Time, kind: TickMarkType): string {
  const at = new Date(Number(time) * 1000);
  const two = (n: number): string => String(n).padStart(2, '0');
  switch (kind) {
    case TickMarkType.Time: case TickMarkType.TimeWithSeconds: return `${two(at.getHours())}:${two(at.getMinutes())}`;
    case TickMarkType.DayOfMonth: return `${at.getDate()} ${MONTHS[at.getMonth()]}`;
    case TickMarkType.Month: case TickMarkType.Year: return `${MONTHS[at.getMonth()]} ${two(at.getFullYear() % 100)}`;
  }
}

function chartOptions(theme: ChartTheme) {
  return {
    layout: {
      background: { type: ColorType.Solid as const, color: theme.background }, textColor: theme.text, fontFamily: theme.fontFamily, fontSize: 12,
      // It would put a style element into the page, which the page's policy forbids; the chart's caption names TradingView instead.
      attributionLogo: false,
      panes: { separatorColor: theme.line, separatorHoverColor: theme.label, enableResize: false },
    },
    grid: { vertLines: { visible: false }, horzLines: { color: theme.line } },
    crosshair: {
      mode: CrosshairMode.Normal,
      vertLine: { color: theme.quiet, labelBackgroundColor: theme.label }, horzLine: { color: theme.quiet, labelBackgroundColor: theme.label },
    },
    rightPriceScale: { borderColor: theme.line, minimumWidth: 72 },
    timeScale: {
      borderColor: theme.line, timeVisible: true, secondsVisible: false, rightOffset: 4, minBarSpacing: 0.5,
      tickMarkFormatter: tickText,
    },
    localization: { timeFormatter: (time: Time) => formatTime(Number(time) * 1000, 'day-minute') },
    // A page must scroll under a finger that lands on the chart.
    handleScroll: { vertTouchDrag: false, mouseWheel: true, pressedMouseMove: true, horzTouchDrag: true },
  };
}

/** Hollow when it rose, filled when it fell: direction is told by more than colour. */
function candleOptions(theme: ChartTheme) {
  return {
    upColor: theme.background, downColor: theme.down, borderUpColor: theme.up, borderDownColor: theme.down,
    wickUpColor: theme.up, wickDownColor: theme.down, priceLineColor: theme.text,
  };
}

function levelOptions({ id, kind, price, label }: ChartLevel, theme: ChartTheme) {
  const color = kind === 'stop' ? theme.down : kind === 'target' ? theme.up : theme.text;
  const lineStyle = kind === 'entry' ? LineStyle.Solid : kind === 'order' ? LineStyle.Dotted : LineStyle.Dashed;
  return { id, price, color, lineStyle, lineWidth: 1 as const, axisLabelVisible: true, axisLabelTextColor: theme.background, title: label };
}
