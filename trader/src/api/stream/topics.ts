import type { EngineEvent, MarketFact } from '../../ports/engine-feed.ts';
import type { EngineReplica } from '../replica.ts';
import { TOPICS, type StatePart, type Topic, type TopicItems } from './messages.ts';

/** A topic, and of a topic by instrument which one. */
export interface ChannelName {
  readonly topic: Topic;
  readonly instrument: string | undefined;
}

/** What of a channel changes with one event of the engine. */
export interface ChannelChange<T extends Topic = Topic> {
  readonly channel: string;
  readonly topic: T;
  readonly items: readonly TopicItems[T][];
}

/** Reads `fills` or `bars:BTC-USD.COINBASE`; undefined where there is no such topic, or it lacks its instrument or has one too many. */
export function parseChannel(name: string): ChannelName | undefined {
  const at = name.indexOf(':');
  const topic = at < 0 ? name : name.slice(0, at);
  const instrument = at < 0 ? undefined : name.slice(at + 1);
  if (!isTopic(topic) || TOPICS[topic].byInstrument !== (instrument !== undefined) || instrument === '') return undefined;
  return { topic, instrument };
}

/** What an item of a topic that only the newest counts of is about: it replaces what came before under the same name. */
export function keyOf<T extends Topic>(topic: T, item: TopicItems[T]): string;
export function keyOf(topic: Topic, item: object): string {
  switch (topic) {
    case 'state': return stateKey(item as StatePart);
    case 'prices': case 'book': return (item as TopicItems['prices' | 'book']).instrument;
    case 'positions': {
      const held = item as TopicItems['positions'];
      return held.kind === 'position' ? `position ${held.position.instrument}` : `book ${held.book.book}`;
    }
    case 'equity': return (item as TopicItems['equity']).kind;
    case 'jobs': return (item as TopicItems['jobs']).id;
    default: throw new Error(`${topic} has no keys: each of its events counts`);
  }
}

/** Which channels an event of the engine concerns, and what it tells them. Alerts and jobs have sources of their own. */
export function changesOf(event: EngineEvent): readonly ChannelChange[] {
  switch (event.kind) {
    case 'run': return [{ channel: 'state', topic: 'state', items: [{ part: 'run', run: event.run }] }];
    case 'trading': return [{ channel: 'state', topic: 'state', items: [{ part: 'trading', trading: event.trading }] }];
    case 'markets': return [
      { channel: 'state', topic: 'state', items: event.markets.map((market) => ({ part: 'market', market })) },
      { channel: 'prices', topic: 'prices', items: pricesOf(event.markets) },
    ];
    case 'limits': return [{ channel: 'state', topic: 'state', items: [{ part: 'limits', limits: event.limits, propFirm: event.propFirm }] }];
    case 'limit-settings': return [{ channel: 'state', topic: 'state', items: [{ part: 'limit-settings', limitSettings: event.limitSettings }] }];
    case 'feeds': return [{ channel: 'state', topic: 'state', items: [{ part: 'feeds', feeds: event.feeds }] }];
    case 'health': return [{ channel: 'state', topic: 'state', items: [{ part: 'health', health: event.health }] }];
    case 'prices': return [{ channel: 'prices', topic: 'prices', items: event.prices }];
    case 'bars': return [{ channel: `bars:${event.instrument}`, topic: 'bars', items: event.bars }];
    case 'depth': return [{ channel: `book:${event.depth.instrument}`, topic: 'book', items: [event.depth] }];
    case 'trades': return [{ channel: `trades:${event.instrument}`, topic: 'trades', items: event.trades }];
    case 'account': return [{ channel: 'equity', topic: 'equity', items: [{ kind: 'account', account: event.account }] }];
    case 'equity': return [{ channel: 'equity', topic: 'equity', items: [{ kind: 'points', points: event.points }] }];
    default: return tradeChange(event);
  }
}

/** All that is known of a channel; undefined where nothing tells of it. */
export function itemsOf({ topic, instrument }: ChannelName, replica: EngineReplica): readonly TopicItems[Topic][] | undefined {
  const { facts } = replica;
  if (facts === undefined) return undefined;
  switch (topic) {
    case 'state': return stateItems(facts);
    case 'prices': return pricesOf([...facts.markets.values()]);
    case 'bars': case 'book': case 'trades': return marketItems(topic, instrument ?? '', facts);
    case 'positions': return [
      ...[...facts.positions.values()].map((position) => ({ kind: 'position' as const, position })),
      ...[...facts.books.values()].map((book) => ({ kind: 'book' as const, book })),
    ];
    case 'orders': return [
      ...[...facts.orders.values()].map((order) => ({ kind: 'order' as const, order })),
      ...facts.denials.all().map((denial) => ({ kind: 'denial' as const, denial })),
    ];
    case 'fills': return facts.fills.all();
    case 'equity': return [{ kind: 'points', points: facts.equity.all() }, { kind: 'account', account: facts.account }];
    case 'logs': return facts.logs.all();
    // Alerts and jobs are asked of those who keep them.
    default: return undefined;
  }
}

function tradeChange(event: Extract<EngineEvent, { kind: 'book' | 'position' | 'order' | 'fill' | 'denial' | 'halt' | 'alert' | 'log' }>): readonly ChannelChange[] {
  switch (event.kind) {
    case 'book': return [{ channel: 'positions', topic: 'positions', items: [{ kind: 'book', book: event.book }] }];
    case 'position': return [{ channel: 'positions', topic: 'positions', items: [{ kind: 'position', position: event.position }] }];
    case 'order': return [{ channel: 'orders', topic: 'orders', items: [{ kind: 'order', order: event.order }] }];
    case 'denial': return [{ channel: 'orders', topic: 'orders', items: [{ kind: 'denial', denial: event.denial }] }];
    case 'fill': return [{ channel: 'fills', topic: 'fills', items: [event.fill] }];
    case 'log': return [{ channel: 'logs', topic: 'logs', items: [event.line] }];
    // Asked for by REST: the trading state tells that there is a new one.
    case 'halt': return [];
    case 'alert': return [];
  }
}

/** A market that changed may have another price. */
function pricesOf(markets: readonly MarketFact[]): readonly TopicItems['prices'][] {
  return markets.flatMap(({ instrument, last, tsLast }) => (last === null || tsLast === null ? [] : [{ instrument, last, tsEvent: tsLast }]));
}

/** What is known of one market; undefined where there is none, or its feed does not tell it. */
function marketItems(topic: 'bars' | 'book' | 'trades', instrument: string, facts: NonNullable<EngineReplica['facts']>): readonly TopicItems['bars' | 'book' | 'trades'][] | undefined {
  const tells = facts.markets.get(instrument)?.tells;
  if (topic === 'bars') return tells && (facts.bars.get(instrument)?.all() ?? []);
  if (topic === 'trades') return tells?.includes('trades') === true ? facts.trades.get(instrument)?.all() ?? [] : undefined;
  const depth = facts.depths.get(instrument);
  return tells?.includes('books') !== true ? undefined : depth === undefined ? [] : [depth];
}

function stateItems(facts: NonNullable<EngineReplica['facts']>): readonly StatePart[] {
  const { run, trading, limits, propFirm, limitSettings, feeds, health } = facts;
  return [
    { part: 'run', run }, { part: 'trading', trading }, { part: 'limits', limits, propFirm }, { part: 'limit-settings', limitSettings }, { part: 'feeds', feeds }, { part: 'health', health },
    ...[...facts.markets.values()].map((market) => ({ part: 'market' as const, market })),
  ];
}

function stateKey(item: StatePart): string {
  return item.part === 'market' ? `market ${item.market.instrument}` : item.part;
}

function isTopic(text: string): text is Topic {
  return Object.hasOwn(TOPICS, text);
}
