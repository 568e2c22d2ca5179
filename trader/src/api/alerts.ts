import { personName } from '../domain/person-name.ts';
import { limitName, ruleName } from '../domain/rule-name.ts';
import type { Timestamp } from '../domain/time.ts';
import type { AlertFact, DenialFact, EngineEvent, EngineFeed, EngineSnapshot, FeedFact, LimitGauge, MarketFact, OrderFact, TradingFact } from '../ports/engine-feed.ts';
import type { Seen, SeenStore } from '../ports/seen-store.ts';

/** Something that a person should know, and whether one has said that they do. */
export interface Alert {
  readonly id: string;
  readonly severity: AlertFact['severity'];
  /** `halt`, `limit`, `feed`, `order`, `denial` are seen here; others are the engine's own words. */
  readonly kind: string;
  /** A sentence. */
  readonly text: string;
  /** The limit, feed, order or book that it is about; null where it is about the run. */
  readonly subject: string | null;
  /** Market time, null before the first input, and wall time at which it began. */
  readonly tsEvent: Timestamp | null;
  readonly tsWall: Timestamp;
  /** When what it tells of was over, wall time; null while it lasts, and of what is no state but happened. */
  readonly resolvedAt: Timestamp | null;
  readonly acknowledged: { readonly by: string; readonly at: Timestamp } | null;
}

/** A limit is near from this share of it on, and no longer below the other. */
const NEAR = 0.8;
const CALM = 0.75;
/** So many denials within so long are a storm: a strategy at odds with its limits. */
const STORM = 10;
const STORM_MS = 60_000;
/** A market is stale when it was silent for so many of its bars, and at least so long. */
const STALE_BARS = 3;
const STALE_MS = 30_000;
const KEPT_ALERTS = 200;
/** What is derived here, from facts, is not taken from the engine's words as well. */
const DERIVED: ReadonlySet<string> = new Set(['halt', 'limit', 'feed', 'order', 'denial']);

type Opening = Pick<Alert, 'severity' | 'kind' | 'text' | 'subject'>;
type Moment = Pick<EngineEvent, 'sequence' | 'tsEvent' | 'tsWall'>;

/**
 * The alerts of a run, derived from its events: trading halted, a limit near or over, a feed or venue down or stale,
 * an order rejected or of unknown fate, a storm of denials. One alert stands for one state of one thing; it is
 * opened anew, and unacknowledged, where that gets worse. The newest 200 are kept; what is over goes first. Who has seen
 * one is known in every process that shares a store, and after a restart.
 */
export class AlertBook {
  readonly #alerts = new Map<string, Alert>();
  /** The open alert of each state, by what it is about. */
  readonly #open = new Map<string, string>();
  readonly #listeners = new Set<(changed: readonly Alert[]) => void>();
  readonly #markets = new Map<string, MarketFact>();
  #denials: DenialFact[] = [];
  #denialTimes: Timestamp[] = [];
  #changed = new Map<string, Alert>();
  /** What each alert is about, by its id, as the store names it. */
  readonly #marks = new Map<string, string>();
  readonly #seen: SeenStore | undefined;
  /** Marks of what is over and could not be forgotten by the store. */
  readonly #over = new Set<string>();
  #run = '';

  /** Without a store nobody but this process knows what was seen, for as long as it lasts. */
  constructor(feed: EngineFeed, seen?: SeenStore) {
    this.#seen = seen;
    seen?.listen((each) => {
      this.#hear(each);
      this.#tell();
    });
    feed.listen({
      onSnapshot: (snapshot) => {
        this.#restore(snapshot);
        this.#forget();
        this.#tell();
      },
      onEvents: (events) => {
        for (const event of events) this.#see(event);
        this.#tell();
      },
    });
  }

  /** Oldest first. */
  all(): readonly Alert[] {
    return [...this.#alerts.values()];
  }

  /** Calls back with every alert that is opened, resolved or acknowledged; the result ends that. */
  listen(listener: (changed: readonly Alert[]) => void): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** Notes that somebody knows of it; the first one's name stays. Undefined where there is no such alert. */
  acknowledge(id: string, by: string, at: Timestamp): Alert | undefined {
    const alert = this.#find(id);
    if (alert === undefined || alert.acknowledged !== null) return alert;
    const known = { ...alert, acknowledged: { by, at } };
    this.#put(known);
    this.#seen?.put({ run: this.#run, mark: this.#marks.get(alert.id) ?? alert.id, by, at });
    this.#tell();
    return known;
  }

  /** An alert by its id; one that another process gave another number by what it is about. */
  #find(id: string): Alert | undefined {
    const subject = id.replace(/-\d+$/, '');
    return this.#alerts.get(id) ?? this.all().findLast((alert) => alert.resolvedAt === null && alert.id.replace(/-\d+$/, '') === subject);
  }

  /** Takes what somebody has seen by another process. */
  #hear({ run, mark, by, at }: Seen): void {
    if (run !== this.#run) return;
    for (const alert of this.#alerts.values()) {
      if (this.#marks.get(alert.id) === mark && alert.acknowledged === null) this.#put({ ...alert, acknowledged: { by, at } });
    }
  }

  /** Has the store forget states that are over: they ended while nobody looked. */
  #forget(): void {
    const open = new Set(this.all().filter(({ resolvedAt }) => resolvedAt === null).map(({ id }) => this.#marks.get(id)));
    for (const mark of this.#known().keys()) if (STATES.test(mark) && !open.has(mark)) this.#drop(mark);
  }

  /** What was seen of this run, by its mark; nothing where the store does not say. */
  #known(): ReadonlyMap<string, Seen> {
    try {
      return new Map((this.#seen?.all(this.#run) ?? []).map((seen) => [seen.mark, seen]));
    } catch {
      return new Map();
    }
  }

  /** Has the store forget what is over. What it cannot forget now, on a full disk, counts as forgotten here. */
  #drop(mark: string): void {
    try {
      this.#seen?.drop(this.#run, mark);
      this.#over.delete(mark);
    } catch {
      this.#over.add(mark);
    }
  }

  #restore(snapshot: EngineSnapshot): void {
    const { run, trading, limits, feeds, markets, orders, alerts } = snapshot;
    this.#run = run.id;
    for (const market of markets) this.#markets.set(market.instrument, market);
    this.#trading(trading, snapshot);
    this.#limits(limits, snapshot);
    this.#feeds(feeds, snapshot);
    for (const order of orders) if (order.state !== 'rejected') this.#order(order, snapshot);
    for (const alert of alerts) this.#engineAlert(alert);
  }

  #see(event: EngineEvent): void {
    this.#calmDenials(event);
    switch (event.kind) {
      case 'trading': this.#trading(event.trading, event); return;
      case 'limits': this.#limits(event.limits, event); return;
      case 'feeds': this.#feeds(event.feeds, event); return;
      case 'order': this.#order(event.order, event); return;
      case 'denial': this.#denial(event.denial, event); return;
      case 'alert': this.#engineAlert(event.alert); return;
      case 'markets': for (const market of event.markets) this.#markets.set(market.instrument, market); return;
      default:
    }
  }

  #trading({ state, reason, by, since }: TradingFact, at: Moment): void {
    if (state === 'halted' || state === 'liquidated') {
      const words = state === 'halted' ? `Trading is halted${by === null ? '' : ` by ${personName(by)}`}` : 'The venue liquidated the account';
      this.#raise('halt', { severity: 'critical', kind: 'halt', text: `${words}${reason === null ? '' : `: ${reason}`}.`, subject: null }, at, `halt ${since} ${reason}`);
    } else this.#resolve('halt', at);
  }

  #limits(limits: readonly LimitGauge[], at: Moment): void {
    for (const gauge of limits) {
      const key = `limit ${gauge.id}`;
      if (gauge.share >= NEAR) this.#raise(key, limitWords(gauge), at);
      else if (gauge.share < CALM) this.#resolve(key, at);
    }
  }

  #feeds(feeds: readonly FeedFact[], at: Moment): void {
    const silence = Math.max(STALE_MS, STALE_BARS * Math.min(...[...this.#markets.values()].map(({ intervalMs }) => intervalMs)));
    for (const { name, kind, state, ageMs, trouble } of feeds) {
      const key = `feed ${name}`;
      const why = trouble === null ? '' : `: ${trouble}`;
      if (kind === 'replay' || state === 'ended') this.#resolve(key, at);
      else if (state === 'down') this.#raise(key, { severity: 'critical', kind: 'feed', text: `${name} is down${why}.`, subject: name }, at);
      else if (kind === 'market' && ageMs !== null && ageMs > silence) {
        this.#raise(key, { severity: 'warning', kind: 'feed', text: `${name} is stale: nothing was heard for more than ${Math.round(silence / 1000)} s${why}.`, subject: name }, at);
      } else if (state === 'up') this.#resolve(key, at);
    }
  }

  #order({ clientOrderId: id, state, side, quantity, instrument, reason, book }: OrderFact, at: Moment): void {
    const key = `order ${id}`;
    const order = `${side} ${quantity} ${instrument} of ${book}`;
    if (state === 'unknown') {
      this.#raise(key, { severity: 'critical', kind: 'order', text: `No answer to ${order}: it may stand at the venue, and is being looked for.`, subject: id }, at);
      return;
    }
    this.#resolve(key, at);
    if (state === 'rejected') this.#happened(key, { severity: 'warning', kind: 'order', text: `The venue rejected ${order}${reason === null ? '' : `: ${reason}`}.`, subject: id }, at);
  }

  #denial(denial: DenialFact, at: Moment): void {
    this.#denials.push(denial);
    this.#denialTimes.push(at.tsWall);
    if (this.#denials.length > STORM) {
      this.#denials.shift();
      this.#denialTimes.shift();
    }
    if (this.#denials.length < STORM || at.tsWall - this.#denialTimes[0] > STORM_MS) return;
    const rules = [...new Set(this.#denials.map(({ rule }) => ruleName(rule)))].join(', ');
    this.#raise('denials', { severity: 'warning', kind: 'denial', text: `${STORM} orders or more were denied within a minute (${rules}).`, subject: null }, at);
  }

  #calmDenials(at: Moment): void {
    const last = this.#denialTimes.at(-1);
    if (last !== undefined && at.tsWall - last > STORM_MS) this.#resolve('denials', at);
  }

  #engineAlert({ id, severity, kind, text, tsEvent, tsWall }: AlertFact): void {
    if (DERIVED.has(kind) || this.#alerts.has(id)) return;
    this.#put({ id, severity, kind, text, subject: null, tsEvent, tsWall, resolvedAt: null, acknowledged: null });
  }

  /** Opens an alert; one that is open stays as it is, unless this one is more severe. */
  #raise(key: string, opening: Opening, at: Moment, mark?: string): void {
    const open = this.#alerts.get(this.#open.get(key) ?? '');
    if (open !== undefined) {
      if (RANK[open.severity] >= RANK[opening.severity]) return;
      this.#resolve(key, at);
    }
    this.#open.set(key, this.#happened(key, opening, at, mark));
  }

  #resolve(key: string, { tsWall }: Moment): void {
    const id = this.#open.get(key);
    if (id === undefined) return;
    this.#open.delete(key);
    const alert = this.#alerts.get(id);
    if (alert === undefined) return;
    if (alert.acknowledged !== null) this.#drop(this.#marks.get(id) ?? id);
    this.#put({ ...alert, resolvedAt: tsWall });
  }

  #happened(key: string, opening: Opening, { sequence, tsEvent, tsWall }: Moment, mark = `${key} ${opening.severity}`): string {
    const id = `${key.replaceAll(' ', '-')}-${sequence}`;
    if (!this.#alerts.has(id)) {
      this.#marks.set(id, mark);
      const known = this.#over.has(mark) ? undefined : this.#known().get(mark);
      this.#put({ id, ...opening, tsEvent, tsWall, resolvedAt: null, acknowledged: known === undefined ? null : { by: known.by, at: known.at } });
    }
    return id;
  }

  #put(alert: Alert): void {
    this.#alerts.set(alert.id, alert);
    this.#changed.set(alert.id, alert);
    if (this.#alerts.size <= KEPT_ALERTS) return;
    const all = this.all();
    const open = new Set(this.#open.values());
    const first = all.find(({ resolvedAt, acknowledged }) => resolvedAt !== null && acknowledged !== null)
      ?? all.find(({ resolvedAt, acknowledged }) => resolvedAt !== null || acknowledged !== null)
      ?? all.find(({ id }) => !open.has(id)) ?? all[0];
    this.#alerts.delete(first.id);
    this.#marks.delete(first.id);
  }

  #tell(): void {
    if (this.#changed.size === 0) return;
    const changed = [...this.#changed.values()];
    this.#changed = new Map();
    for (const listener of this.#listeners) listener(changed);
  }
}

/** Marks of what lasts until it is over; all others are of what happened. */
const STATES = /^(halt|limit|feed) /;
const RANK: Readonly<Record<Alert['severity'], number>> = { info: 0, warning: 1, critical: 2 };
const AT_BREACH: Readonly<Record<LimitGauge['atBreach'], string>> = { deny: 'new risk is denied', halt: 'trading halts', flatten: 'everything is closed' };

function limitWords({ id, rule, subject, share, atBreach }: LimitGauge): Opening {
  const name = limitName({ rule, subject });
  return share >= 1
    ? { severity: 'critical', kind: 'limit', text: `${name}: the limit is reached, ${AT_BREACH[atBreach]}.`, subject: id }
    : { severity: 'warning', kind: 'limit', text: `${name}: ${Math.floor(share * 100)} % of the limit are used; at 100 % ${AT_BREACH[atBreach]}.`, subject: id };
}
