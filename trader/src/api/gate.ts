import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ACCOUNT_SCHEMAS } from './schema/accounts.ts';
import type { Answer } from './schema/table.ts';

/** The routes about people and what they may do. */
export type AccountRoute = keyof typeof ACCOUNT_SCHEMAS;

/** Who comes in, and by which door: every request to the API passes it before its body is read. */
export interface Gate {
  /** Adds hooks that refuse every route whose `config.access` the caller does not hold, and set `request.caller`. */
  install(app: FastifyInstance): void;
  readonly handlers: { readonly [R in AccountRoute]: (request: FastifyRequest, reply: FastifyReply) => Promise<Answer<R>> };
}
