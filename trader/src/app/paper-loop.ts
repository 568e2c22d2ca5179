import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Timestamp } from '../domain/time.ts';
import type { Command } from '../ports/journal.ts';
import { AccountWatch, FeedNews, flattenAll, staysText, type AccountChoice, type ToldLine } from './live-loop.ts';
import { paperMetrics } from './metrics.ts';
import type { PaperKey } from './terminal/keyboard.ts';
import { openPaperDisplay, type PaperDisplay } from './terminal/paper-display.ts';
import { END_OF_DATA } from './terminal/paper-screen.ts';
import type { DenialView, FillView, PaperView } from './terminal/paper-view.ts';
import type { Terminal } from './terminal/terminal.ts';
import { DecisionTimes } from './decision-times.ts';
import { Pace } from './pace.ts';
import { RunApi, type ApiChoice } from './run-api.ts';
import { RunCounter } from './run-counter.ts';
import { productVersion } from './commands/version.ts';
import { CommandBox } from './wiring/command-box.ts';
import { KillSwitch } from './wiring/kill-switch.ts';
import { PaperTrader } from './wiring/paper.ts';
import type { LiveRequest } from './wiring/paper-source.ts';
import { denialView, fillView, minuteView, paperView } from './wiring/paper-view.ts';
import type { PropFirmSetup } from './wiring/prop-firm-setup.ts';

/** How a paper run is driven. */
export interface PaperRequest {
  readonly home: string;
  /** Market seconds per second; Infinity for as fast as it goes. */
  readonly speed: number;
  readonly forMs: number | undefined;
  readonly atEnd: 'wait' | 'stop';
  readonly cash: string | undefined;
  readonly fresh: boolean;
  readonly json: boolean;
  /** The live market to trade, or the account at a venue; undefined for the shipped bars. */
  readonly live: LiveRequest | AccountChoice | undefined;
  /** Whether everything is closed before it stops. */
  readonly flatten?: boolean;
  /** Rules of a prop firm for a new run. */
  readonly propFirm: PropFirmSetup | undefined;
  /** Where the API is served; undefined for none. */
  readonly api?: ApiChoice | undefined;
}

/** Work is done in slices of this length, so that keys, signals and the screen get their turn. */
const SLICE_MS = 15;
const DRAW_EVERY_MS = 100;
const SYNC_EVERY_MS = 1_000;
/** How often another process's command is looked for. */
const LOOK_EVERY_MS = 50;

/**
 * Runs paper trading until it is told to stop, its time is up, or the data ends. A failure of the
 * journal ends it at once: what cannot be written is not traded.
 */
export async function runPaper(request: PaperRequest, terminal: Terminal): Promise<void> {
  const loop = await PaperLoop.open(request, terminal);
  // For good: a second Ctrl-C, or npm passing the first one on, must not cut the clean stop short.
  const stop = () => loop.requestStop();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  // What a venue reports is taken where nobody waits for it: a journal that cannot be written there ends the run all the same.
  process.on('uncaughtException', (error) => { loop.fail(error); });
  try {
    await loop.run();
  } catch (error) {
    loop.abandon();
    throw error;
  }
}

class PaperLoop {
  readonly #request: PaperRequest;
  readonly #terminal: Terminal;
  readonly #metrics = paperMetrics();
  readonly #counter = new RunCounter(this.#metrics);
  readonly #times = new DecisionTimes();
  readonly #startedAt = Date.now();
  #api: RunApi | undefined;
  /** Keys that wait for their turn between two moments. */
  readonly #keys: PaperKey[] = [];
  #started = NaN;
  readonly #box: CommandBox;
  readonly #kill: KillSwitch;
  #early: (() => void)[] | undefined = [];
  /** What is traded where that is no account of a venue. */
  readonly #shown: LiveRequest | undefined;
  readonly #account: AccountWatch | undefined;
  #lastNote: string | undefined;
  #trader!: PaperTrader;
  #display: PaperDisplay | undefined;
  readonly #pace: Pace;
  #state: PaperView['state'] = 'active';
  #haltReason: string | undefined;
  #stopping = false;
  #failure: Error | undefined;
  #drawn = 0;
  #synced = 0;
  #looked = -Infinity;
  readonly #feedNews = new FeedNews();
  private constructor(request: PaperRequest, terminal: Terminal) {
    this.#request = request;
    this.#terminal = terminal;
    this.#pace = new Pace(request.live === undefined ? request.speed : Infinity);
    const { live, home } = request;
    if (live !== undefined && 'config' in live) this.#account = new AccountWatch(live, home, (text, line) => { this.#tell(text, line); });
    else this.#shown = live;
    this.#box = new CommandBox(home, this.#account === undefined ? 'paper' : 'live');
    this.#kill = new KillSwitch(request.home);
  }

  static async open(request: PaperRequest, terminal: Terminal): Promise<PaperLoop> {
    const loop = new PaperLoop(request, terminal);
    loop.#kill.refuseStart();
    loop.#kill.listen();
    loop.#trader = await PaperTrader.open(request.home, request.cash, request.fresh, {
      onFill: (fill, realised) => loop.#once(() => loop.#onFill(fillView(fill, realised, loop.#trader))),
      onDenial: (denial) => loop.#once(() => loop.#onDenial(denialView(denial))),
      onOrder: (order) => loop.#once(() => loop.#metrics.onOrder(loop.#trader.run.markets[order.instrument].instrument.id, order.side)),
      onFault: (what) => { loop.#tell(`series could not be read again: ${what}`, { kind: 'series', fault: what }); },
      looksAtBooks: request.api !== undefined,
    }, loop.#account?.market ?? loop.#shown, request.propFirm);
    return loop;
  }

  /** Tells a person of something that is not in the picture yet. */
  #tell(text: string, line: ToldLine): void {
    this.#lastNote = text;
    // The link of the first person is for the one at this terminal alone.
    if (line.kind !== 'api') this.#api?.note(text, line.note);
    if (this.#request.json) this.#terminal.printJson(line);
    else if (this.#display === undefined) this.#terminal.note(text);
    else this.#display.note(text);
  }

  /** Tells at once, or, of what a venue reported while the run was opened, when it stands. */
  #once(tell: () => void): void {
    if (this.#early === undefined) tell();
    else this.#early.push(tell);
  }

  /** Ends the run at its next turn, with this error. */
  fail(error: Error): void {
    this.#failure ??= error;
    this.#stopping = true;
  }

  requestStop(): void {
    this.#stopping = true;
  }

  /** Lets go after a failure, with nothing more written. */
  abandon(): void {
    this.#display?.close();
    this.#trader.release();
  }

  async run(): Promise<void> {
    const { json, forMs } = this.#request;
    const trader = this.#trader;
    // From here on: a long recovery must not use up the time that there is to trade.
    this.#started = performance.now();
    if (json) this.#terminal.printJson({ kind: 'state', ...trader.state() });
    else this.#openDisplay();
    for (const tell of this.#early ?? []) tell();
    this.#early = undefined;
    this.#anchorPace();
    this.#counter.count(this.#trader);
    this.#followTrading();
    this.#takeCommand();
    this.#openApi();
    let market = trader.feed.peek();
    while (!this.#stopping && !(forMs !== undefined && performance.now() - this.#started >= forMs)) {
      if (market === undefined && !this.#isLive) {
        if (this.#request.atEnd === 'stop') break;
        this.#waitAtEnd();
      }
      await this.#wait(this.#untilDue(market));
      for (let key = this.#keys.shift(); key !== undefined; key = this.#keys.shift()) this.#obey(key);
      if (this.#isLive) market = trader.feed.peek();
      // What is due by now goes first: the disk and the screen have time.
      if (!this.#stopping && this.#untilDue(market) <= 0) market = this.#slice();
      this.#tend();
      await nextTurn();
    }
    await this.#finish(market === undefined && !this.#isLive);
  }

  /** Until something is due: on a live market, a bar that comes ends the wait. */
  async #wait(waitMs: number): Promise<void> {
    if (waitMs <= 0) return;
    const { feed } = this.#trader;
    const slept = sleep(Math.min(waitMs, DRAW_EVERY_MS));
    await (feed.kind === 'live' ? Promise.race([slept, feed.live.nextBar()]) : slept);
  }

  /** Whether the market sets the pace, and has no end. */
  get #isLive(): boolean {
    return this.#trader.feed.kind === 'live';
  }

  /** Steps through the moments that are due, for one slice of time; gives the time of the next one. */
  #slice(): Timestamp | undefined {
    const trader = this.#trader;
    const end = performance.now() + SLICE_MS;
    let market = trader.feed.peek();
    while (market !== undefined && this.#untilDue(market) <= 0) {
      const before = performance.now();
      trader.step();
      this.#followTrading();
      const now = performance.now();
      this.#metrics.onDecision((now - before) / 1000);
      this.#times.add((now - before) / 1000);
      this.#onMinute();
      market = trader.feed.peek();
      if (now >= end || this.#stopping) break;
    }
    return market;
  }

  /** Milliseconds until the moment at `market` is due at the chosen speed. */
  #untilDue(market: Timestamp | undefined): number {
    if (this.#state === 'paused' || this.#state === 'ended') return DRAW_EVERY_MS;
    if (market === undefined) return this.#isLive ? LOOK_EVERY_MS : DRAW_EVERY_MS;
    return this.#pace.untilDue(market);
  }

  #anchorPace(): void {
    this.#pace.restart(this.#trader.tsEvent === -Infinity ? NaN : this.#trader.tsEvent);
  }

  #openDisplay(): void {
    const trader = this.#trader;
    this.#display = openPaperDisplay(this.#terminal, process.stdin, (key) => void this.#keys.push(key));
    const { tsEvent, equity, journalSequence } = trader.state();
    this.#display.note(tsEvent === null
      ? `A new ${this.#isPaper ? 'paper ' : ''}run begins${this.#isPaper ? '' : ` (${this.#trader.run.setup.live?.world})`}.`
      : `Resumed at ${tsEvent} market time with equity ${equity}, ${journalSequence} journal records, nothing lost.`);
  }

  #onFill(fill: FillView): void {
    this.#metrics.onFill(fill.instrument, fill.side);
    if (this.#request.json) this.#terminal.printJson({ kind: 'fill', ...fill, tsEvent: new Date(fill.tsEvent).toISOString() });
    else this.#display?.fill(fill);
  }

  #onDenial(denial: DenialView): void {
    this.#metrics.onDenial(denial.rule);
    this.#display?.denial(denial);
  }

  #onMinute(): void {
    if (this.#request.json) this.#terminal.printJson({ kind: 'minute', ...this.#trader.state() });
    else if (this.#display?.live === false) this.#display.minute(minuteView(this.#trader, this.#state));
  }

  #openApi(): void {
    const { api, home } = this.#request;
    if (api === undefined) return;
    const trader = this.#trader;
    const version = productVersion();
    this.#api = new RunApi(api, {
      home, trader, carryOut: (command) => { this.#command(command); }, tell: (text, line) => { this.#tell(text, line); },
      facts: () => ({
        state: this.#state, speed: this.#pace.speed, version, startedAt: this.#startedAt,
        barsPerSecond: this.#times.barsPerSecond(trader.run.engine.bars), decisionMicros: this.#times.percentiles() ?? null,
      }),
    });
  }

  /** What is not trading: the disk, the screen, the gauges. */
  #tend(): void {
    const now = performance.now();
    this.#account?.giveSign();
    this.#api?.tend();
    if (now - this.#looked >= LOOK_EVERY_MS) {
      this.#looked = now;
      this.#takeCommand();
      this.#tellFeed();
    }
    if (now - this.#synced >= SYNC_EVERY_MS) {
      this.#synced = now;
      this.#trader.journal.sync();
      this.#counter.count(this.#trader);
    }
    if (this.#display?.live === true && now - this.#drawn >= DRAW_EVERY_MS) {
      this.#drawn = now;
      this.#display.draw(this.#view());
    }
  }

  #view(): PaperView {
    return paperView(this.#trader, {
      state: this.#state, haltReason: this.#haltReason, speed: this.#pace.speed, elapsedMs: performance.now() - this.#started,
      barsPerSecond: this.#times.barsPerSecond(this.#trader.run.engine.bars),
      note: this.#lastNote, decisionMicros: this.#times.percentiles(),
    });
  }

  #obey(key: PaperKey): void {
    switch (key) {
      case 'quit':
        this.requestStop();
        break;
      case 'pause':
        this.#togglePause();
        break;
      case 'faster':
      case 'slower':
        this.#changeSpeed(key === 'faster' ? 2 : 0.5);
        break;
      case 'resume':
        this.#command({ kind: key, by: 'key' });
        break;
      case 'halt':
      case 'flatten':
        this.#command({ kind: key, reason: `${key} key`, by: 'key' });
        break;
    }
  }

  /** Says when a live feed goes down or comes back, and once a minute how it fares; the screen shows it anyway. */
  #tellFeed(): void {
    const news = this.#feedNews.due(this.#trader.feed, performance.now());
    if (news === undefined) return;
    if (this.#request.json) this.#terminal.printJson(news.line);
    else if (this.#display?.live === false) this.#display.note(news.words);
  }

  #togglePause(): void {
    if (this.#state === 'ended' || this.#isLive) return;
    if (this.#state === 'paused') this.#anchorPace();
    this.#state = this.#state === 'paused' ? this.#trader.trading : 'paused';
  }

  #changeSpeed(factor: number): void {
    if (this.#isLive) return;
    this.#pace.change(factor);
    this.#anchorPace();
  }

  #command(command: Command): void {
    this.#trader.command({ tsWall: Date.now(), ...command });
    this.#followTrading();
  }

  /** Shows whether the run trades, and why not: a person may have stopped it, or a guard. */
  #followTrading(): void {
    const { state } = this.#trader.run.engine.risk;
    this.#haltReason = state.kind === 'halted' ? state.reason : undefined;
    if (this.#state !== 'paused' && this.#state !== 'ended') this.#state = this.#trader.trading;
  }

  /** Carries out what `halt`, `flatten` or `resume` left in another process. */
  #takeCommand(): void {
    const killed = this.#kill.take(this.#trader.run.engine.risk.state.kind);
    if (killed !== undefined) this.#command(killed);
    const command = this.#box.take();
    if (command === undefined) return;
    this.#command(command);
    this.#box.clear();
  }

  #waitAtEnd(): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    if (this.#request.json) this.#terminal.printJson({ kind: 'ended', ...this.#trader.state() });
    else if (this.#display?.live === false) this.#display.note(END_OF_DATA);
  }

  get #isPaper(): boolean {
    return this.#trader.run.setup.live === undefined;
  }

  async #finish(ended: boolean): Promise<void> {
    const trader = this.#trader;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#request.flatten === true) await flattenAll(trader, () => { this.#account?.giveSign(); });
    const state = trader.state();
    const digest = trader.run.recorder.digest();
    await this.#api?.close();
    // Before the account's door is closed, by which the venue hears of it.
    await this.#account?.end();
    await trader.stop();
    if (this.#request.json) {
      this.#terminal.printJson({ kind: 'stopped', ...state, journalSequence: trader.journal.sequence, digest, endOfData: ended, ...(trader.feed.kind === 'live' && { feed: trader.feed.live.state }) });
      return;
    }
    this.#display?.note(`Stopped cleanly at ${state.tsEvent ?? 'the start'} market time: equity ${state.equity}, ${state.fills} fills, ${state.denials} orders denied.`);
    this.#display?.note(ended ? END_OF_DATA : 'Go on with the same command; nothing is lost.');
    if (!this.#isPaper) this.#display?.note(staysText(state));
    this.#display?.close();
  }
}
