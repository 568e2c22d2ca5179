import { z } from 'zod';
import type { RouteName } from '../routes.ts';
import { ACCOUNT_SCHEMAS } from './accounts.ts';
import { DATA_SCHEMAS } from './data.ts';
import { RESEARCH_SCHEMAS } from './research.ts';
import { TRADING_SCHEMAS } from './trading.ts';

/** What a route takes and gives. What is absent is not taken. */
export interface RouteSchemas {
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
}

/** Requests and answers by route: the single source of validation, documents and types. */
export const SCHEMAS = {
  openapi: { answer: z.looseObject({ openapi: z.string() }) },
  docs: { answer: z.string() },
  ...TRADING_SCHEMAS, ...ACCOUNT_SCHEMAS, ...RESEARCH_SCHEMAS, ...DATA_SCHEMAS,
} as const satisfies Record<RouteName, RouteSchemas>;

type Schemas = typeof SCHEMAS;

/** What is handed out is not to be written to. */
type Fixed<T> = unknown extends T ? T : { readonly [K in keyof T]: Fixed<T[K]> };
type Output<S, K extends string> = S extends { readonly [P in K]: infer Z extends z.ZodType } ? z.output<Z> : undefined;
type Input<S, K extends string> = S extends { readonly [P in K]: infer Z extends z.ZodType } ? z.input<Z> : undefined;
/** What an address line carries as text, and a program may give as a number. */
type Counts = 'limit' | 'from' | 'to' | 'asOf' | 'points' | 'days';
type Loose<Q> = Q extends undefined ? undefined : { readonly [K in keyof Q]: Q[K] | (K extends Counts ? number : never) };

/** What a route answers with. */
export type Answer<R extends RouteName> = Fixed<z.output<Schemas[R]['answer']>>;
/** What its body may be as it is sent. */
export type Body<R extends RouteName> = Fixed<Input<Schemas[R], 'body'>>;
/** What its address line may ask, as a program writes it. */
export type Query<R extends RouteName> = Loose<Input<Schemas[R], 'query'>>;
/** Its parameters in the path. */
export type Params<R extends RouteName> = Fixed<Input<Schemas[R], 'params'>>;

/** A request as a handler gets it: checked, with defaults filled in and numbers read. */
export interface Checked<R extends RouteName> {
  readonly params: Output<Schemas[R], 'params'>;
  readonly query: Output<Schemas[R], 'query'>;
  readonly body: Output<Schemas[R], 'body'>;
}
