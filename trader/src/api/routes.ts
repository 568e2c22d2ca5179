/** What a person may do: look; trade besides; decide who may. Each holds the ones before it. */
export type Role = 'viewer' | 'trader' | 'admin';

/** Who may use a route. */
export interface Access {
  /** The least role; `public` needs no session. */
  readonly role: 'public' | Role;
  /** The least role where real money is traded, where that is a higher one. */
  readonly liveRole?: Role;
  /** Whether a person must just have confirmed who they are: always, or where real money is traded. */
  readonly stepUp?: 'always' | 'live';
  /** Whether a second administrator has to approve where real money is traded, and there are two. */
  readonly fourEyes?: 'live';
  /** Whether it is for people who are signed in, and for no token of a program. `stepUp: 'always'` says so too. */
  readonly person?: true;
  /** Whether it can be reached while a second factor is demanded and not set up. */
  readonly enrolment?: true;
}

/** A route as programs and people know it; what it takes and gives stands under the same name in `schema`. */
export interface RouteFacts {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Under `/api/v1`; `:name` is a parameter. */
  readonly path: string;
  readonly access: Access;
  /** One sentence for the documentation. */
  readonly summary: string;
  /** Mutations demand an Idempotency-Key unless this says that a repetition harms nothing. */
  readonly idempotency?: 'none';
  /** What it answers with where that is not JSON. */
  readonly media?: 'text/csv' | 'text/html';
  /** Whether its answer tells a secret once, so that no copy is kept for a repetition. */
  readonly secret?: true;
  /** Whether it has limits of its own, so that whoever used up theirs can still stop trading. */
  readonly urgent?: true;
}

const open: Access = { role: 'public' };
const viewer: Access = { role: 'viewer' };
const enrolling: Access = { role: 'viewer', enrolment: true };
const enrollingPerson: Access = { ...enrolling, person: true };
/** What somebody who came by a session or a token must not do to its owner. */
const owner: Access = { role: 'viewer', stepUp: 'always' };
const trader: Access = { role: 'trader' };
/** What sends orders: with real money, only who has just confirmed who they are. */
const orders: Access = { role: 'trader', stepUp: 'live' };
const admin: Access = { role: 'admin' };
const keyHolder: Access = { role: 'admin', stepUp: 'always' };

/** Every route of the API: server, client, OpenAPI document, documentation and permission matrix are made from this table. */
export const ROUTES = {
  health: { method: 'GET', path: '/health', access: open, summary: 'Whether the server answers and the trading loop is heard of' },
  openapi: { method: 'GET', path: '/openapi.json', access: viewer, summary: 'This API as an OpenAPI 3.1 document' },
  docs: { method: 'GET', path: '/docs', access: viewer, media: 'text/html', summary: 'This API as a page to read' },

  authSetup: { method: 'GET', path: '/auth/setup', access: open, summary: 'Whether the first administrator is still to be made' },
  authFirstRun: { method: 'POST', path: '/auth/first-run', access: open, idempotency: 'none', summary: 'Make the first administrator with the one-time link of the first start' },
  authSignIn: { method: 'POST', path: '/auth/sign-in', access: open, idempotency: 'none', summary: 'Begin a session with name and password' },
  authSetPassword: { method: 'POST', path: '/auth/set-password', access: open, idempotency: 'none', summary: 'Set the password of an invited or reset person by a one-time link' },
  authSecondFactor: { method: 'POST', path: '/auth/second-factor', access: open, idempotency: 'none', summary: 'Finish a sign-in with the second factor or a recovery code' },
  authRefresh: { method: 'POST', path: '/auth/refresh', access: open, idempotency: 'none', urgent: true, summary: 'Exchange the refresh cookie for a new access' },
  authSignOut: { method: 'POST', path: '/auth/sign-out', access: open, idempotency: 'none', summary: 'End this session' },
  authStepUp: { method: 'POST', path: '/auth/step-up', access: enrollingPerson, idempotency: 'none', summary: 'Confirm that it is you, for what needs it' },
  authMe: { method: 'GET', path: '/auth/me', access: enrolling, summary: 'Who you are and what you may do' },
  authPassword: { method: 'POST', path: '/auth/password', access: enrollingPerson, idempotency: 'none', summary: 'Change your password' },
  authTotpBegin: { method: 'POST', path: '/auth/totp', access: { role: 'viewer', stepUp: 'always', enrolment: true }, idempotency: 'none', summary: 'Begin to set up the second factor' },
  authTotpConfirm: { method: 'POST', path: '/auth/totp/confirm', access: enrollingPerson, idempotency: 'none', summary: 'Turn the second factor on with its first code' },
  authTotpRemove: { method: 'DELETE', path: '/auth/totp', access: owner, idempotency: 'none', summary: 'Turn the second factor off' },
  authRecoveryCodes: { method: 'POST', path: '/auth/recovery-codes', access: owner, idempotency: 'none', summary: 'Replace your recovery codes' },
  listUsers: { method: 'GET', path: '/users', access: admin, summary: 'People and their roles' },
  createUser: { method: 'POST', path: '/users', access: keyHolder, secret: true, summary: 'Invite a person by a one-time link' },
  changeUser: { method: 'PATCH', path: '/users/:id', access: keyHolder, summary: 'Change a role, or lock a person out' },
  removeUser: { method: 'DELETE', path: '/users/:id', access: keyHolder, summary: 'Remove a person and end their sessions' },
  resetUser: { method: 'POST', path: '/users/:id/reset', access: keyHolder, secret: true, summary: 'Let a person set a new password by a one-time link; their sessions and tokens end' },
  listSessions: { method: 'GET', path: '/sessions', access: viewer, summary: 'Your sessions; of an administrator, everybody’s' },
  endSession: { method: 'DELETE', path: '/sessions/:id', access: owner, summary: 'End a session' },
  listTokens: { method: 'GET', path: '/tokens', access: viewer, summary: 'API tokens' },
  createToken: { method: 'POST', path: '/tokens', access: owner, secret: true, summary: 'Make an API token; its secret is told once' },
  removeToken: { method: 'DELETE', path: '/tokens/:id', access: owner, summary: 'Revoke an API token' },
  listAudit: { method: 'GET', path: '/audit', access: admin, summary: 'Who did what, the newest first' },
  verifyAudit: { method: 'GET', path: '/audit/verify', access: admin, summary: 'Whether the chain of the audit log is whole' },
  listVenueKeys: { method: 'GET', path: '/venue-keys', access: admin, summary: 'Which venue keys are there; never the keys' },
  putVenueKey: { method: 'PUT', path: '/venue-keys/:venue/:purpose', access: keyHolder, summary: 'Keep a venue key' },
  removeVenueKey: { method: 'DELETE', path: '/venue-keys/:venue/:purpose', access: keyHolder, summary: 'Forget a venue key' },
  listApprovals: { method: 'GET', path: '/approvals', access: admin, summary: 'What waits for a second administrator' },
  approve: { method: 'POST', path: '/approvals/:id/approve', access: keyHolder, summary: 'Approve what another administrator asked for' },
  refuseApproval: { method: 'POST', path: '/approvals/:id/refuse', access: admin, summary: 'Refuse what another administrator asked for' },
  readSettings: { method: 'GET', path: '/settings', access: viewer, summary: 'Settings of this installation' },
  changeSettings: { method: 'PATCH', path: '/settings', access: keyHolder, summary: 'Change settings of this installation' },

  readState: { method: 'GET', path: '/state', access: viewer, summary: 'The run: mode, trading state, money, health' },
  listPositions: { method: 'GET', path: '/positions', access: viewer, summary: 'What is held, by instrument and by book' },
  listOrders: { method: 'GET', path: '/orders', access: viewer, summary: 'Orders, the newest first' },
  readOrder: { method: 'GET', path: '/orders/:id', access: viewer, summary: 'An order by its client order id' },
  listFills: { method: 'GET', path: '/fills', access: viewer, summary: 'Fills, the newest first' },
  listDenials: { method: 'GET', path: '/denials', access: viewer, summary: 'Orders that risk has denied, the newest first' },
  equityCurve: { method: 'GET', path: '/equity', access: viewer, summary: 'Equity over time, thinned to so many points' },
  listLimits: { method: 'GET', path: '/limits', access: viewer, summary: 'How much of each risk limit is used' },
  tightenLimits: { method: 'PATCH', path: '/limits', access: trader, summary: 'Let less pass from now on, by the guards’ limits' },
  loosenLimits: { method: 'POST', path: '/limits/loosen', access: { role: 'trader', liveRole: 'admin', stepUp: 'always' }, summary: 'Change the guards’ limits where one of them lets more pass than now' },
  listHalts: { method: 'GET', path: '/halts', access: viewer, summary: 'When trading was halted and let go on, by whom and why, the newest first' },
  listFeeds: { method: 'GET', path: '/feeds', access: viewer, summary: 'Feeds and venues with their latency' },
  listAlerts: { method: 'GET', path: '/alerts', access: viewer, summary: 'What a person should know, the newest first' },
  acknowledgeAlert: { method: 'POST', path: '/alerts/:id/acknowledge', access: trader, summary: 'Say that an alert was seen' },
  listLogs: { method: 'GET', path: '/logs', access: trader, summary: 'Lines of the log, the newest first' },
  listMarkets: { method: 'GET', path: '/markets', access: viewer, summary: 'What is traded, with steps, order types and last price' },
  readBook: { method: 'GET', path: '/book', access: viewer, summary: 'The best of a market’s order book, where its feed tells one' },
  listTrades: { method: 'GET', path: '/trades', access: viewer, summary: 'Trades of others on a market, the newest first, where its feed tells them' },
  listBars: { method: 'GET', path: '/bars', access: viewer, summary: 'Bars as columns, of any interval that theirs divide' },

  previewOrder: { method: 'POST', path: '/orders/preview', access: trader, idempotency: 'none', summary: 'What an order would cost and what every guard says; changes nothing' },
  placeOrder: { method: 'POST', path: '/orders', access: orders, summary: 'Send an order by hand, through risk like any other' },
  amendOrder: { method: 'PATCH', path: '/orders/:id', access: orders, summary: 'Replace an order by hand' },
  cancelOrder: { method: 'DELETE', path: '/orders/:id', access: trader, summary: 'Cancel an order' },
  cancelAllOrders: { method: 'POST', path: '/orders/cancel-all', access: trader, summary: 'Cancel all open orders' },
  closePosition: { method: 'POST', path: '/positions/:instrument/close', access: orders, summary: 'Close what is held of an instrument' },
  protectPosition: { method: 'PUT', path: '/positions/:instrument/protection', access: orders, summary: 'Set where what is held by hand is left' },
  halt: { method: 'POST', path: '/control/halt', access: trader, urgent: true, summary: 'Stop new entries, orders, or everything' },
  resume: { method: 'POST', path: '/control/resume', access: { role: 'trader', stepUp: 'live', fourEyes: 'live' }, summary: 'Let strategies trade again' },

  listStrategies: { method: 'GET', path: '/strategies', access: viewer, summary: 'Running books with parameters, schema, state and history' },
  readStrategy: { method: 'GET', path: '/strategies/:book', access: viewer, summary: 'One book' },
  addStrategy: { method: 'POST', path: '/strategies', access: orders, summary: 'Let a strategy trade an instrument that it does not trade yet' },
  changeParameters: { method: 'PATCH', path: '/strategies/:book/parameters', access: orders, summary: 'Change parameters from the next bar on' },
  undoParameters: { method: 'POST', path: '/strategies/:book/undo', access: orders, summary: 'Take the last change of parameters back' },
  startStrategy: { method: 'POST', path: '/strategies/:book/start', access: orders, summary: 'Let a stopped strategy trade again' },
  stopStrategy: { method: 'POST', path: '/strategies/:book/stop', access: trader, summary: 'Stop a strategy, and close or keep what it holds' },

  strategyCatalog: { method: 'GET', path: '/strategy-catalog', access: viewer, summary: 'Strategies on offer and their parameters' },
  jobSources: { method: 'GET', path: '/job-sources', access: viewer, summary: 'Bars that a job can run on' },
  listJobs: { method: 'GET', path: '/jobs', access: viewer, summary: 'Long work, the newest first' },
  startJob: { method: 'POST', path: '/jobs', access: trader, summary: 'Start a backtest, a sweep or a verdict' },
  readJob: { method: 'GET', path: '/jobs/:id', access: viewer, summary: 'A job and its progress' },
  cancelJob: { method: 'POST', path: '/jobs/:id/cancel', access: trader, summary: 'Cancel a job' },
  jobResult: { method: 'GET', path: '/jobs/:id/result', access: viewer, summary: 'What the command of a job printed as JSON' },
  listRuns: { method: 'GET', path: '/runs', access: viewer, summary: 'Kept backtests, the newest first' },
  compareRuns: { method: 'GET', path: '/runs/compare', access: viewer, summary: 'Two kept runs side by side' },
  readRun: { method: 'GET', path: '/runs/:id', access: viewer, summary: 'A kept run: judgement, figures, curve' },
  runTrades: { method: 'GET', path: '/runs/:id/trades', access: viewer, summary: 'Round trips of a kept run' },
  runTearSheet: { method: 'GET', path: '/runs/:id/tear-sheet', access: viewer, media: 'text/html', summary: 'The tear sheet of a kept run, a page that stands alone' },
  removeRun: { method: 'DELETE', path: '/runs/:id', access: trader, summary: 'Forget a kept run' },

  dataStatus: { method: 'GET', path: '/data/status', access: viewer, summary: 'Stored series, providers, quotas, cache hit rate' },
  dataCoverage: { method: 'GET', path: '/data/coverage', access: viewer, summary: 'Bars by day, as a calendar' },
  dataGaps: { method: 'GET', path: '/data/gaps', access: viewer, summary: 'Holes between bars' },
  dataQuarantine: { method: 'GET', path: '/data/quarantine', access: viewer, summary: 'Bars that may not be traded on, with all sources' },
  searchSeries: { method: 'GET', path: '/series', access: viewer, summary: 'Find economic series' },
  seriesReleases: { method: 'GET', path: '/series-releases', access: viewer, summary: 'When stored series are due again' },
  readSeries: { method: 'GET', path: '/series/:id', access: viewer, summary: 'Figures of a series as they were known at a moment' },
  performance: { method: 'GET', path: '/performance', access: viewer, summary: 'Figures of the run' },
  performanceMonths: { method: 'GET', path: '/performance/months', access: viewer, summary: 'Returns by month and year' },
  performanceDrawdowns: { method: 'GET', path: '/performance/drawdowns', access: viewer, summary: 'Falls from a peak, the deepest first' },
  performanceSlices: { method: 'GET', path: '/performance/slices', access: viewer, summary: 'Figures by strategy or instrument' },
  listTrips: { method: 'GET', path: '/trips', access: viewer, summary: 'Finished round trips, the newest first' },
  listNotes: { method: 'GET', path: '/journal-notes', access: viewer, summary: 'Notes of the trade journal' },
  addNote: { method: 'POST', path: '/journal-notes', access: trader, summary: 'Write a note on a round trip' },
  changeNote: { method: 'PATCH', path: '/journal-notes/:id', access: trader, summary: 'Change a note, as its author or an administrator' },
  removeNote: { method: 'DELETE', path: '/journal-notes/:id', access: trader, summary: 'Remove a note, as its author or an administrator' },
  exportCsv: { method: 'GET', path: '/export/:what', access: viewer, media: 'text/csv', summary: 'Round trips, fills, orders, equity or notes as CSV' },
} as const satisfies Readonly<Record<string, RouteFacts>>;

/** The name of a route, which is its operation id in the OpenAPI document. */
export type RouteName = keyof typeof ROUTES;
