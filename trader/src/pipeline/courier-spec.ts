import type { Clock } from '../ports/clock.ts';
import type { VenueFill, VenueGateway } from '../ports/venue.ts';
import type { CourierNote } from './courier-note.ts';
import type { FillFee } from './venue-fee.ts';

/** What a courier works with. */
export interface CourierSpec {
  readonly gateway: VenueGateway;
  readonly clock: Clock;
  /** Returns when everything journalled so far is on the disk. Nothing goes out before. */
  readonly sync: () => void;
  /** A fill's fee as the ledger books it. */
  readonly feeOf: (fill: VenueFill) => FillFee;
  /** Hears what a person should see. */
  readonly onNote?: (note: CourierNote) => void;
}
