/**
 * The store's schema as numbered steps: a step is never changed once it has shipped, a new one is added
 * behind it. Everything is in the schema `algotrendy`. Money, prices and quantities are `numeric`,
 * exact to the last digit; moments are `timestamptz`, to the millisecond. Rows are only ever added: what an
 * order has come to is a view over what was said of it.
 */
export const SCHEMA_STEPS: readonly string[] = [
  `
  CREATE TABLE algotrendy.run (
    run text PRIMARY KEY,
    setup jsonb NOT NULL,
    -- Up to where the journal is stored, and its chained checksum there.
    sequence bigint NOT NULL,
    crc bigint NOT NULL
  );
  CREATE TABLE algotrendy.orders (
    run text NOT NULL REFERENCES algotrendy.run,
    client_order_id text NOT NULL,
    sequence bigint NOT NULL,
    book text NOT NULL,
    signal_id bigint NOT NULL,
    leg text NOT NULL,
    side text NOT NULL CHECK (side IN ('buy', 'sell')),
    type text NOT NULL,
    time_in_force text NOT NULL,
    quantity numeric NOT NULL CHECK (quantity > 0),
    price numeric,
    terms jsonb,
    decided_at timestamptz NOT NULL,
    PRIMARY KEY (run, client_order_id)
  );
  CREATE TABLE algotrendy.report (
    run text NOT NULL REFERENCES algotrendy.run,
    sequence bigint NOT NULL,
    client_order_id text NOT NULL,
    kind text NOT NULL,
    reported_at timestamptz NOT NULL,
    reason text,
    venue_order_id text,
    PRIMARY KEY (run, sequence)
  );
  CREATE INDEX report_of_order ON algotrendy.report (run, client_order_id);
  CREATE TABLE algotrendy.fill (
    run text NOT NULL REFERENCES algotrendy.run,
    client_order_id text NOT NULL,
    trade_id text NOT NULL,
    sequence bigint NOT NULL,
    price numeric NOT NULL,
    quantity numeric NOT NULL CHECK (quantity > 0),
    fee numeric NOT NULL,
    -- Of the instrument itself, kept by the venue as its fee; and the other currency that a fee was taken in.
    taken numeric,
    fee_in text,
    filled_at timestamptz NOT NULL,
    PRIMARY KEY (run, client_order_id, trade_id)
  );
  CREATE TABLE algotrendy.denial (
    run text NOT NULL REFERENCES algotrendy.run,
    sequence bigint NOT NULL,
    rule text NOT NULL,
    owner text NOT NULL,
    side text NOT NULL,
    -- Floats of the risk stage, not money.
    quantity double precision,
    value double precision,
    "limit" double precision,
    denied_at timestamptz NOT NULL,
    PRIMARY KEY (run, sequence)
  );
  -- Commands, stops, and what was found of the account: as the journal has them.
  CREATE TABLE algotrendy.event (
    run text NOT NULL REFERENCES algotrendy.run,
    sequence bigint NOT NULL,
    kind text NOT NULL,
    record jsonb NOT NULL,
    PRIMARY KEY (run, sequence)
  );
  CREATE VIEW algotrendy.order_state AS
  SELECT o.*, r.venue_order_id, f.filled, f.average_price, f.fees, f.trades,
    CASE WHEN r.ended IS NOT NULL THEN r.ended WHEN f.filled >= o.quantity THEN 'filled' WHEN f.filled > 0 THEN 'partially-filled' WHEN r.accepted THEN 'accepted' ELSE 'sent' END AS status,
    r.reason, COALESCE(GREATEST(r.last_at, f.last_at), o.decided_at) AS updated_at
  FROM algotrendy.orders o
  CROSS JOIN LATERAL (
    SELECT COALESCE(sum(quantity), 0) AS filled, sum(quantity * price) / NULLIF(sum(quantity), 0) AS average_price, COALESCE(sum(fee), 0) AS fees, count(*) AS trades, max(filled_at) AS last_at
    FROM algotrendy.fill WHERE run = o.run AND client_order_id = o.client_order_id
  ) f
  CROSS JOIN LATERAL (
    SELECT max(venue_order_id) AS venue_order_id, bool_or(kind = 'accepted') AS accepted, max(kind) FILTER (WHERE kind IN ('canceled', 'expired', 'rejected')) AS ended, max(reason) AS reason, max(reported_at) AS last_at
    FROM algotrendy.report WHERE run = o.run AND client_order_id = o.client_order_id
  ) r;
  `,
];
