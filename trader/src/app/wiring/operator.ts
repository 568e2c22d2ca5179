import type { Command } from '../../ports/journal.ts';
import type { ControlError, EngineAnswer, EngineCommand } from '../../ports/engine-control.ts';
import type { TradingFact } from '../../ports/engine-feed.ts';
import type { Result } from '../../domain/result.ts';
import type { PaperTrader } from './paper.ts';

type Answered = Result<EngineAnswer, ControlError>;

/** What the operator needs of the loop. */
export interface OperatorSeat {
  readonly trader: PaperTrader;
  /** Journals and carries out a command, and shows what became of it. */
  carryOut(command: Command): void;
  trading(): TradingFact;
  now(): number;
}

/** Carries out what people ask of a run: looks at it, journals it, does it, and says what became of it. */
export class Operator {
  readonly #seat: OperatorSeat;

  constructor(seat: OperatorSeat) {
    this.#seat = seat;
  }

  /** Never throws for what a person may get wrong. */
  request(command: EngineCommand): Answered {
    if (!/^[\w.:-]{1,64}$/.test(command.id)) return refuse('invalid', 'a command\'s id is 1 to 64 letters, digits and . : - _', 'id');
    if (this.#seat.trader.run.ingest.commands.find(command.id) !== undefined) return { ok: true, value: { ...this.#answer(command.id), repeated: true } };
    switch (command.kind) {
      case 'halt': return this.#halt(command);
      case 'resume': return this.#resume(command);
      default: return refuse('unsupported', `${command.kind} is not there yet`);
    }
  }

  #halt({ id, by, scope, reason }: EngineCommand & { readonly kind: 'halt' }): Answered {
    if (reason.trim() === '' || reason.length > 200) return refuse('invalid', 'a halt takes a reason of up to 200 letters', 'reason');
    if (this.#seat.trading().state === 'liquidated') return refuse('conflict', 'the venue has liquidated the account: nothing trades any more');
    const origin = { id, by, tsWall: this.#seat.now() };
    this.#seat.carryOut(scope === 'flatten' ? { kind: 'flatten', reason, ...origin } : { kind: 'halt', reason, ...(scope === 'orders' && { orders: true as const }), ...origin });
    return { ok: true, value: this.#answer(id) };
  }

  #resume({ id, by }: EngineCommand & { readonly kind: 'resume' }): Answered {
    const { state } = this.#seat.trading();
    if (state === 'liquidated') return refuse('conflict', 'the venue has liquidated the account: nothing brings it back');
    this.#seat.carryOut({ kind: 'resume', id, by, tsWall: this.#seat.now() });
    return { ok: true, value: this.#answer(id) };
  }

  #answer(id: string): EngineAnswer {
    return { id, repeated: false, trading: this.#seat.trading(), orders: [], book: null, preview: null, notes: [] };
  }
}

function refuse(kind: ControlError['kind'], message: string, field?: string): Answered {
  return { ok: false, error: { kind, message, ...(field !== undefined && { field }) } };
}
