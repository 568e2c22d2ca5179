import type { Clock } from '../ports/clock.ts';
import type { EngineEvent, EngineFeed, EngineListener, EngineSnapshot } from '../ports/engine-feed.ts';
import type { MessageBus } from '../ports/message-bus.ts';
import type { EngineReplica } from './replica.ts';

/** What is told of a run, and who asks for the whole of it. */
const TOLD = 'algotrendy:engine';
const ASKED = 'algotrendy:engine:ask';
/** Until somebody answers: the process that trades may come later, and so may Redis. */
const ASK_AGAIN_MS = 1_000;

/** `run` is the replica's epoch: a run that comes after another, or that somebody else has on the same bus, is not mistaken for it. */
type Told = { readonly run: string } & ({ readonly kind: 'snapshot'; readonly snapshot: EngineSnapshot } | { readonly kind: 'events'; readonly events: readonly EngineEvent[] });

/** Tells other processes of a run, batch by batch as it was told here, and the whole to who asks. The result ends that. */
export function relayFeed(replica: EngineReplica, bus: MessageBus): () => void {
  const tell = (told: Omit<Extract<Told, { kind: 'snapshot' }>, 'run'> | Omit<Extract<Told, { kind: 'events' }>, 'run'>) => { bus.say(TOLD, JSON.stringify({ run: replica.epoch, ...told })); };
  const stops = [
    replica.listen({
      onSnapshot: (snapshot) => { tell({ kind: 'snapshot', snapshot }); },
      onEvents: (events) => { tell({ kind: 'events', events }); },
    }),
    bus.listen(ASKED, () => {
      const snapshot = replica.snapshot();
      if (snapshot !== undefined) tell({ kind: 'snapshot', snapshot });
    }),
  ];
  return () => { for (const stop of stops) stop(); };
}

/**
 * A run that another process tells of. What the bus loses shows as a gap, and then whoever listens listens anew: that
 * asks for the whole.
 */
export class RelayedFeed implements EngineFeed {
  readonly #bus: MessageBus;
  readonly #clock: Clock;

  constructor(bus: MessageBus, clock: Clock) {
    this.#bus = bus;
    this.#clock = clock;
  }

  listen(listener: EngineListener): () => void {
    let heard: string | undefined;
    let stopAsking: () => void = () => undefined;
    const ask = () => {
      this.#bus.say(ASKED, '');
      stopAsking = this.#clock.after(ASK_AGAIN_MS, ask);
    };
    const stop = this.#bus.listen(TOLD, (text) => {
      const told = JSON.parse(text) as Told;
      if (told.kind === 'events') {
        if (told.run === heard) listener.onEvents(told.events);
        return;
      }
      // One that another process asked for says nothing new, unless another run has begun.
      if (told.run === heard) return;
      heard = told.run;
      stopAsking();
      listener.onSnapshot(told.snapshot);
    });
    ask();
    return () => {
      stopAsking();
      stop();
    };
  }
}
