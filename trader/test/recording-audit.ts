import type { Order } from '../src/domain/order.ts';
import type { Denial, ExecutionReport, FillReport } from '../src/domain/report.ts';
import type { Audit } from '../src/pipeline/engine.ts';

/** Keeps everything that an engine tells, in order. */
export class RecordingAudit implements Audit {
  readonly orders: Order[] = [];
  readonly reports: ExecutionReport[] = [];
  readonly denials: Denial[] = [];

  onOrder(order: Order): void {
    this.orders.push(order);
  }

  onReport(report: ExecutionReport): void {
    this.reports.push(report);
  }

  onDenial(denial: Denial): void {
    this.denials.push(denial);
  }

  get fills(): FillReport[] {
    return this.reports.filter((report) => report.kind === 'filled');
  }
}
