import type { Timestamp } from '../domain/time.ts';
import type { Command, LimitCommand } from '../ports/journal.ts';
import type { Guard } from './guards.ts';

/** A limit of a guard, by the name under which a person changes it. */
export interface LimitKnob {
  readonly name: string;
  readonly guard: Guard;
  /** What the run began with. */
  readonly began: number;
  /** Which way it lets less pass. */
  readonly tighter: 'lower' | 'higher';
}

/** A change of limits by a command: those that it names, before and after. */
export interface LimitTurn {
  readonly command: Command & LimitCommand;
  readonly tsEvent: Timestamp;
  readonly from: Readonly<Record<string, number>>;
  readonly to: Readonly<Record<string, number>>;
}

/** How many changes are kept. */
const KEPT_TURNS = 200;

/**
 * The limits of a run's guards as people have set them. A change is in force for the next order that is judged; what is
 * held or on its way stays. All of it follows from commands, so a journal repeats it.
 */
export class LimitDesk {
  readonly knobs: readonly LimitKnob[];
  /** The newest changes, oldest first. */
  readonly turns: LimitTurn[] = [];
  readonly #values: Map<string, number>;

  /** `knobs` of one guard stand in the order in which it takes its limits. */
  constructor(knobs: readonly LimitKnob[]) {
    this.knobs = knobs;
    this.#values = new Map(knobs.map(({ name, began }) => [name, began]));
  }

  /** What a limit is now; undefined where the run has none of that name. */
  value(name: string): number | undefined {
    return this.#values.get(name);
  }

  /** Those of these limits that would let more pass than they do now. */
  loosened(limits: Readonly<Record<string, number>>): readonly string[] {
    return this.knobs.flatMap(({ name, tighter }) => {
      const [from, to] = [this.#values.get(name) ?? NaN, Object.hasOwn(limits, name) ? limits[name] : NaN];
      return (tighter === 'lower' ? to > from : to < from) ? [name] : [];
    });
  }

  /** Carries out a command. Throws RangeError where it names what is no limit of the run: it was checked before it was admitted. */
  take(command: Command & LimitCommand, tsEvent: Timestamp): void {
    const from: Record<string, number> = {};
    const turned = new Set<Guard>();
    for (const [name, to] of Object.entries(command.limits)) {
      const knob = this.knobs.find((each) => each.name === name);
      if (knob === undefined) throw new RangeError(`there is no limit ${name}`);
      from[name] = this.#values.get(name) ?? knob.began;
      this.#values.set(name, to);
      turned.add(knob.guard);
    }
    for (const guard of turned) guard.adjust?.(this.knobs.flatMap((knob) => (knob.guard === guard ? [this.#values.get(knob.name) ?? knob.began] : [])));
    this.turns.push({ command, tsEvent, from, to: command.limits });
    if (this.turns.length > KEPT_TURNS) this.turns.shift();
  }
}
