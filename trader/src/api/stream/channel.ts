import { keyOf, type ChannelName } from './topics.ts';
import { TOPICS, type ServerMessage, type Topic, type TopicItems, type TopicRule } from './messages.ts';

type Item = TopicItems[Topic];

/** One message to all who listen to a channel: written out once, when the first one takes it. */
export class ChannelEvent {
  readonly sequence: number;
  readonly items: readonly Item[];
  readonly #channel: string;
  readonly #after: number;
  #frame: Buffer | undefined;

  constructor(channel: string, sequence: number, after: number, items: readonly Item[]) {
    this.#channel = channel;
    this.sequence = sequence;
    this.#after = after;
    this.items = items;
  }

  get frame(): Buffer {
    return this.#frame ??= encode({ type: 'event', channel: this.#channel, sequence: this.sequence, after: this.#after, data: this.items });
  }
}

/**
 * One channel of the stream: where it stands, what a client that was away has missed, and what it is as a whole.
 * What is kept is bounded by the topic's rule.
 */
export class Channel {
  readonly name: string;
  readonly rule: TopicRule;
  readonly #topic: Topic;
  readonly #whole: () => readonly Item[];
  #epoch: string;
  #sequence: number;
  /** The last event that is not kept any more: who has less than it cannot go on. */
  #floor: number;
  #events: ChannelEvent[] = [];
  /** Items in `#events`. */
  #held = 0;
  /** Of topics that only the newest counts of: the newest of each, and its sequence. */
  #newest = new Map<string, { readonly sequence: number; readonly item: Item }>();
  /** Written out once for all who come at this sequence. */
  #snapshot: { readonly sequence: number; first: Buffer | undefined; behind: Buffer | undefined } = { sequence: NaN, first: undefined, behind: undefined };

  /** Begins at `sequence` of `epoch`; `whole` tells all that is known at the moment. */
  constructor(name: string, { topic }: ChannelName, epoch: string, sequence: number, whole: () => readonly Item[]) {
    this.name = name;
    this.#topic = topic;
    this.rule = TOPICS[topic];
    this.#epoch = epoch;
    this.#sequence = this.#floor = sequence;
    this.#whole = whole;
  }

  get epoch(): string {
    return this.#epoch;
  }

  get sequence(): number {
    return this.#sequence;
  }

  /** Takes what changed at `sequence`, which is above the last. */
  append(sequence: number, items: readonly Item[]): ChannelEvent {
    const event = new ChannelEvent(this.name, sequence, this.#sequence, items);
    this.#sequence = sequence;
    if (this.rule.delivery === 'latest') for (const item of items) this.#newest.set(keyOf(this.#topic, item), { sequence, item });
    else this.#keep(event);
    return event;
  }

  /** Everything is different: another run, or events that nobody has. */
  reset(epoch: string, sequence: number): void {
    this.#epoch = epoch;
    this.#sequence = this.#floor = sequence;
    this.#events = [];
    this.#held = 0;
    this.#newest = new Map();
    this.#snapshot = { sequence: NaN, first: undefined, behind: undefined };
  }

  /** What a client that has everything up to `sequence` lacks, in order; undefined where that is not known any more. */
  since(sequence: number): readonly ChannelEvent[] | undefined {
    if (sequence < this.#floor) return undefined;
    if (sequence >= this.#sequence) return [];
    if (this.rule.delivery === 'latest') {
      const items = [...this.#newest.values()].filter((each) => each.sequence > sequence).map(({ item }) => item);
      return [new ChannelEvent(this.name, this.#sequence, sequence, items)];
    }
    const first = this.#events.findLastIndex((event) => event.sequence <= sequence) + 1;
    return this.#events.slice(first);
  }

  /** The channel as a whole, as a message. `behind` says that it takes the place of events. */
  snapshot(behind: boolean): Buffer {
    if (this.#snapshot.sequence !== this.#sequence) this.#snapshot = { sequence: this.#sequence, first: undefined, behind: undefined };
    return this.#snapshot[behind ? 'behind' : 'first'] ??= encode({
      type: 'snapshot', channel: this.name, epoch: this.#epoch, sequence: this.#sequence, data: this.#whole(), ...(behind ? { behind } : {}),
    });
  }

  #keep(event: ChannelEvent): void {
    this.#events.push(event);
    this.#held += event.items.length;
    if (this.#held < 2 * this.rule.keep) return;
    // Half goes at once: one by one, each new event would move all that are kept.
    let from = 0;
    while (this.#held > this.rule.keep && from < this.#events.length - 1) this.#held -= this.#events[from++].items.length;
    this.#floor = this.#events[from - 1]?.sequence ?? this.#floor;
    this.#events = this.#events.slice(from);
  }
}

/**
 * A message as its bytes, in memory of its own: a small Buffer is else a part of a larger one that it keeps alive, and
 * channels keep their messages for long.
 */
export function encode(message: ServerMessage): Buffer {
  const text = JSON.stringify(message);
  const bytes = Buffer.allocUnsafeSlow(Buffer.byteLength(text));
  bytes.write(text);
  return bytes;
}
