import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What a paper run counts, in the shape that Prometheus scrapes. Import it lazily: a backtest has no use for it. */
export interface PaperMetrics {
  /** So many more bars passed ingest. */
  onBars(instrument: string, count: number): void;
  /** Ingest refused so many more. */
  onBarsRejected(instrument: string, count: number): void;
  /** An approved order went to the venue. */
  onOrder(instrument: string, side: 'buy' | 'sell'): void;
  onFill(instrument: string, side: 'buy' | 'sell'): void;
  /** Risk refused an order by this rule. */
  onDenial(rule: string): void;
  /** So many more records are in the journal, of so many bytes. */
  onJournal(records: number, bytes: number): void;
  /** Time from a bar's admission to the strategies' and risk's decision. */
  onDecision(seconds: number): void;
  /** Equity and drawdown as they are now; floats, because a gauge is a picture and no ledger. */
  setAccount(equity: number, drawdown: number): void;
  /** The registry as text in Prometheus' exposition format. */
  text(): Promise<string>;
}

/** Upper bounds of the decision histogram: from 5 µs to 10 ms. */
const DECISION_BUCKETS = [5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2];

/** A registry of its own for one run; nothing is shared with another. */
export function paperMetrics(): PaperMetrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = (name: string, help: string, labelNames: string[] = []) => new Counter({ name, help, labelNames, registers });
  const bars = counter('algotrendy_bars_total', 'Bars admitted', ['instrument']);
  const rejected = counter('algotrendy_bars_rejected_total', 'Bars refused at ingest', ['instrument']);
  const orders = counter('algotrendy_orders_total', 'Orders sent to the venue', ['instrument', 'side']);
  const fills = counter('algotrendy_fills_total', 'Fills', ['instrument', 'side']);
  const denials = counter('algotrendy_denials_total', 'Orders refused by risk', ['rule']);
  const records = counter('algotrendy_journal_records_total', 'Records written to the journal');
  const bytes = counter('algotrendy_journal_bytes_total', 'Bytes written to the journal');
  const equity = new Gauge({ name: 'algotrendy_equity', help: 'Equity in the account currency', registers });
  const drawdown = new Gauge({ name: 'algotrendy_drawdown_ratio', help: 'Fall from the highest equity', registers });
  const decision = new Histogram({
    name: 'algotrendy_tick_to_decision_seconds', help: 'From the admission of a bar to the decision',
    buckets: DECISION_BUCKETS, registers,
  });
  return {
    onBars: (instrument, count) => bars.inc({ instrument }, count),
    onBarsRejected: (instrument, count) => rejected.inc({ instrument }, count),
    onOrder: (instrument, side) => orders.inc({ instrument, side }),
    onFill: (instrument, side) => fills.inc({ instrument, side }),
    onDenial: (rule) => denials.inc({ rule }),
    onJournal(count, size) {
      records.inc(count);
      bytes.inc(size);
    },
    onDecision: (seconds) => decision.observe(seconds),
    setAccount(value, fall) {
      equity.set(value);
      drawdown.set(fall);
    },
    text: () => registry.metrics(),
  };
}
