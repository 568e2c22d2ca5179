import childProcess from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

/** A way out of what a strategy may see, and what is said of one who takes it. */
interface Door {
  readonly owner: object;
  readonly names: readonly string[];
  readonly what: string;
}

const DOORS: readonly Door[] = [
  { owner: fs, names: ['readFileSync', 'readFile', 'openSync', 'open', 'createReadStream'], what: 'reads files' },
  { owner: fs.promises, names: ['readFile', 'open'], what: 'reads files' },
  { owner: childProcess, names: ['spawn', 'spawnSync', 'exec', 'execSync', 'execFile', 'execFileSync'], what: 'starts programs' },
  { owner: net, names: ['connect', 'createConnection'], what: 'uses the network' },
  { owner: globalThis, names: ['fetch'], what: 'uses the network' },
  { owner: Math, names: ['random'], what: 'draws lots (Math.random)' },
  { owner: performance, names: ['now'], what: 'asks the clock' },
  { owner: Date, names: ['now'], what: 'asks the clock' },
];

/** Frames of a stack that are looked through for the suspect. */
const STACK_DEPTH = 50;

/**
 * Does `work` and gives, besides its result, what code below `folder` (a file URL) reached for that is
 * no bar: files, programs, the network, the clock, lots. While it goes on, the doors there are watched
 * for the whole process, so nothing else should run beside it; they are put back whatever happens.
 */
export async function watchOutside<T>(folder: string, work: () => T | Promise<T>): Promise<{ readonly result: T; readonly reached: readonly string[] }> {
  const reached = new Set<string>();
  const note = (what: string) => {
    if (!reached.has(what) && stackOf().includes(folder)) reached.add(what);
  };
  const restore = [...DOORS.flatMap((door) => watchDoor(door, note)), watchDate(note)];
  syncBuiltinESMExports();
  try {
    return { result: await work(), reached: [...reached] };
  } finally {
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  }
}

function watchDoor({ owner, names, what }: Door, note: (what: string) => void): (() => void)[] {
  return names.map((name) => {
    const real = Reflect.get(owner, name) as (...values: unknown[]) => unknown;
    const watched = new Proxy(real, {
      apply(target, self, values) {
        note(what);
        return Reflect.apply(target, self, values);
      },
      construct(target, values) {
        note(what);
        return Reflect.construct(target, values) as object;
      },
    });
    Reflect.set(owner, name, watched);
    return () => void Reflect.set(owner, name, real);
  });
}

/** A date of a given moment is arithmetic; one without asks the clock. */
function watchDate(note: (what: string) => void): () => void {
  const real = globalThis.Date;
  globalThis.Date = new Proxy(real, {
    construct(target, values, derived) {
      if (values.length === 0) note('asks the clock');
      return Reflect.construct(target, values, derived) as object;
    },
    apply(target) {
      note('asks the clock');
      return target();
    },
  });
  return () => {
    globalThis.Date = real;
  };
}

function stackOf(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_DEPTH;
  const { stack } = new Error();
  Error.stackTraceLimit = limit;
  return stack ?? '';
}
