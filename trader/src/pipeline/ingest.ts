import { isPossibleBar, type Bar } from '../domain/bar.ts';
import { isTimestamp, type Timestamp } from '../domain/time.ts';
import type { Command, Journal, LimitCommand, ManualCommand, ReadingRecord, StrategyCommand } from '../ports/journal.ts';
import { CommandLog } from './command-log.ts';
import type { CurrentReadings } from './current-readings.ts';
import type { Engine, Market } from './engine.ts';

/** What ingest has seen of one market: facts for a person who wants to know whether the data is good. */
export interface DataQuality {
  bars: number;
  /** Runs of missing bars, and the bars missing in them. */
  gaps: number;
  missingBars: number;
  /** Bars that came again, or came late: not admitted. */
  repeated: number;
  /** Bars that cannot be, by `isPossibleBar`, or of no time. */
  malformed: number;
  /** Close of the last admitted bar. */
  tsLast: Timestamp;
}

/** Who carries out what the engine alone cannot. */
export interface CommandTakers {
  manual(command: Command & ManualCommand): void;
  strategy(command: Command & StrategyCommand): void;
  limits(command: Command & LimitCommand): void;
}

/**
 * The door through which a feed's bars and a person's commands come in: each is looked at, written
 * to the journal, and only then worked off. What is refused is counted, and never reaches a strategy.
 */
export class Ingest {
  readonly quality: readonly DataQuality[];
  readonly #markets: readonly Market[];
  readonly #engine: Engine;
  readonly #journal: Journal;
  /** Close of the last bar admitted of any market. */
  #tsBars: Timestamp = -Infinity;
  readonly #readings: CurrentReadings | undefined;
  readonly #takers: CommandTakers | undefined;
  /** What was ordered so far. */
  readonly commands = new CommandLog();

  /** `readings` are those that strategies read; absent where none reads any. Without `takers` there are no orders of people, and no changes of strategies. */
  constructor(engine: Engine, markets: readonly Market[], journal: Journal, readings?: CurrentReadings, takers?: CommandTakers) {
    this.#readings = readings;
    this.#takers = takers;
    this.quality = markets.map(() => ({ bars: 0, gaps: 0, missingBars: 0, repeated: 0, malformed: 0, tsLast: -Infinity }));
    this.#markets = markets;
    this.#engine = engine;
    this.#journal = journal;
  }

  /**
   * Admits a closed bar, or refuses and counts it; says which. What strategies see never goes back in
   * time: bars come in the order of their close. A report of a real venue may be later than the
   * next bar, and holds none back: strategies see no reports.
   */
  admitBar(market: number, bar: Bar, tsHeard?: Timestamp): 'admitted' | 'repeated' | 'malformed' {
    const { intervalMs } = this.#markets[market];
    const quality = this.quality[market];
    const { timestamp, open, high, low, close, volume } = bar;
    const tsClose = timestamp + intervalMs;
    if (!isTimestamp(timestamp) || !isTimestamp(tsClose) || !isPossibleBar(open, high, low, close, volume)) {
      quality.malformed += 1;
      return 'malformed';
    }
    if (tsClose <= quality.tsLast || tsClose < this.#tsBars) {
      quality.repeated += 1;
      return 'repeated';
    }
    this.#journal.append({ kind: 'bar', market, bar: [timestamp, open, high, low, close, Number.isNaN(volume) ? null : volume], ...(tsHeard !== undefined && { tsHeard }) });
    const missing = quality.bars === 0 ? 0 : Math.round((tsClose - quality.tsLast) / intervalMs) - 1;
    if (missing > 0) {
      quality.gaps += 1;
      quality.missingBars += missing;
    }
    quality.bars += 1;
    quality.tsLast = tsClose;
    this.#tsBars = tsClose;
    this.#engine.onBar(market, bar);
    return 'admitted';
  }

  /** Admits a price between bars where something is to be done on it, and says whether it was. */
  admitPrice(market: number, price: number, tsEvent: Timestamp): boolean {
    if (!this.#engine.wouldAct(market, price, tsEvent)) return false;
    this.#journal.append({ kind: 'price', market, price, tsEvent });
    this.#engine.onPrice(market, price, tsEvent);
    return true;
  }

  /** Admits what became known of a series; false where nobody reads it, or it says nothing new. */
  admitReading(record: ReadingRecord): boolean {
    if (this.#readings?.differs(record) !== true) return false;
    this.#journal.append(record);
    this.#readings.take(record);
    return true;
  }

  /** Admits a person's command. */
  admitCommand(command: Command): void {
    this.#journal.append({ kind: 'command', command });
    this.commands.add(command, this.#engine.now);
    switch (command.kind) {
      case 'halt':
      case 'flatten':
      case 'resume':
        this.#engine.onCommand(command);
        return;
      case 'add-strategy':
      case 'start-strategy':
      case 'set-parameters':
      case 'stop-strategy':
        this.#takers?.strategy(command);
        return;
      case 'set-limits':
        this.#takers?.limits(command);
        return;
      default:
        this.#takers?.manual(command);
    }
  }
}
