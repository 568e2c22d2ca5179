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
  ...TRADING_SCHEMAS, ...ACCOUNT_SCHEMAS, ...RESEARCH_SCHEMAS, ...DATA_SCHEMAS,
} as const satisfies Record<RouteName, RouteSchemas>;

type Schemas = typeof SCHEMAS;

/** What a route answers with. */
export type Answer<R extends RouteName> = z.output<Schemas[R]['answer']>;
/** What its body may be as it is sent. */
export type Body<R extends RouteName> = Schemas[R] extends { readonly body: infer S extends z.ZodType } ? z.input<S> : undefined;
/** What its address line may ask, as a program writes it. */
export type Query<R extends RouteName> = Schemas[R] extends { readonly query: infer S extends z.ZodType } ? { readonly [K in keyof z.input<S>]: z.input<S>[K] | (K extends 'limit' | 'from' | 'to' | 'asOf' | 'points' | 'days' ? number : never) } : undefined;
/** Its parameters in the path. */
export type Params<R extends RouteName> = Schemas[R] extends { readonly params: infer S extends z.ZodType } ? z.input<S> : undefined;
