// The dashboard's only door. It brings no schema library along: the schemas are there as types.
export { API_BASE, ApiProblem, createClient, type ApiClient, type CallInput, type ClientOptions } from './client.ts';
export { PROBLEMS, type Problem, type ProblemCode, type ProblemField } from './problems.ts';
export { ROUTES, type Access, type Role, type RouteFacts, type RouteName } from './routes.ts';
export type { Answer, Body, Params, Query } from './schema/table.ts';
export type {
  RunMode, RunFact, TradingFact, AccountFact, MarketFact, BarRow, BookFact, BookChange, PositionFact, OrderFact, FillFact, DenialFact, LimitGauge,
  FeedFact, LogFact, HealthFact, EquityRow, EngineSnapshot,
} from '../ports/engine-feed.ts';
export type { DepthFact, PriceLevel, TradeFact } from '../ports/market-facts.ts';
export type { HaltFact, LimitChange, LimitSetting, LimitSettings } from '../ports/steering-facts.ts';
export type { EngineAnswer, GuardVerdict, OrderPreview, OrderTicket, SlippageBand, TicketSize } from '../ports/engine-control.ts';
export type { JobFact, JobRequest } from '../ports/jobs.ts';
export type { PropFirmGauge } from '../domain/prop-firm.ts';
export { personName } from '../domain/person-name.ts';
export { limitName, ruleMeaning, ruleName } from '../domain/rule-name.ts';
export type { ParameterSpec, ParameterSpecs } from '../domain/parameters.ts';
