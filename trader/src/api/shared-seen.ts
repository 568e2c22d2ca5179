import type { MessageBus } from '../ports/message-bus.ts';
import type { Seen, SeenStore } from '../ports/seen-store.ts';

const SEEN = 'algotrendy:seen';

/** A store whose other processes are told at once of what is put in this one. */
export function sharedSeen(own: SeenStore, bus: MessageBus): SeenStore {
  return {
    all: (run) => own.all(run),
    put(seen) {
      own.put(seen);
      bus.say(SEEN, JSON.stringify(seen));
    },
    drop: (run, mark) => { own.drop(run, mark); },
    listen: (listener) => bus.listen(SEEN, (text) => { listener(JSON.parse(text) as Seen); }),
  };
}
