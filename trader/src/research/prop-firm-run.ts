import type { Bar } from '../domain/bar.ts';
import type { PropFirmGauge } from '../domain/prop-firm.ts';
import type { Signal } from '../domain/signal.ts';
import type { Engine } from '../pipeline/engine.ts';
import type { PropFirmGuard } from '../pipeline/prop-firm-guard.ts';
import type { Strategy } from '../ports/strategy.ts';

/**
 * Drives the guard of a prop firm's rules through a backtest, as the loop of a paper or live run does: it
 * shows it every bar once the engine has worked it off, and carries out what it orders.
 */
export class PropFirmRun {
  private readonly guard: PropFirmGuard;
  private flattened = 0;
  private lastReason: string | null = null;
  private market = NaN;
  private timestamp = NaN;
  private high = NaN;
  private low = NaN;

  constructor(guard: PropFirmGuard) {
    this.guard = guard;
  }

  /** A strategy that decides as `strategy` and shows its bars on the way. */
  wrap(strategy: Strategy, market: number): Strategy {
    return {
      onBar: (bar: Bar, signal: Signal) => {
        this.market = market;
        this.timestamp = bar.timestamp;
        this.high = bar.high;
        this.low = bar.low;
        strategy.onBar(bar, signal);
      },
      ...(strategy.describe && { describe: () => strategy.describe?.() ?? {} }),
    };
  }

  /** After every bar. */
  look(engine: Engine): void {
    this.guard.afterBar(this.market, { timestamp: this.timestamp, high: this.high, low: this.low });
    const command = this.guard.due(engine.risk.state);
    if (command === undefined) return;
    if (command.kind === 'flatten') {
      this.flattened += 1;
      this.lastReason = command.reason;
    }
    engine.onCommand(command);
  }

  /** How the account stands, with what was denied and closed. */
  result(): PropFirmGauge & { readonly denials: Readonly<Record<string, number>>; readonly flattened: number; readonly lastReason: string | null } {
    return { ...this.guard.gauge(), denials: Object.fromEntries(this.guard.denials), flattened: this.flattened, lastReason: this.lastReason };
  }
}
