import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { ApiError } from './problem.ts';
import type { ProblemField } from './problems.ts';

/** Deepest nesting of a body. */
const DEPTH_MAX = 8;
/** Faults that are told of one request. */
const FIELDS_MAX = 20;

/** Of a route without parameters, or without a query. */
export const NOTHING_ASKED = z.strictObject({});

/** A request that its schema does not take. */
export class SchemaRefusal extends Error {
  readonly issues: readonly z.core.$ZodIssue[];

  constructor(issues: readonly z.core.$ZodIssue[]) {
    super('a value is not one that this route takes');
    this.issues = issues;
  }
}

/** Has the server check requests by their zod schemas, and hand on what these read. */
export function checkBySchema(app: FastifyInstance): void {
  app.setValidatorCompiler<z.ZodType>(({ schema }) => (data) => {
    const read = schema.safeParse(data);
    return read.success ? { value: read.data } : { error: new SchemaRefusal(read.error.issues) };
  });
}

/** The problem of a refused request; `where` is the part of it: params, querystring, body. */
export function schemaProblem({ issues }: SchemaRefusal, where: string): ApiError {
  const part = where === 'querystring' ? 'query' : where;
  const fields = issues.slice(0, FIELDS_MAX).map(({ path, message }): ProblemField => ({ field: [part, ...path].join('.').slice(0, 200), message: message.slice(0, 200) }));
  return new ApiError('bad-value', fields.map(({ field, message }) => `${field}: ${message}`).join('; ').slice(0, 1000), { fields });
}

/** Takes JSON bodies, and none that is nested too deeply or would change the prototype of what it is read into. */
export function takeJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (depthOf(String(body)) > DEPTH_MAX) done(new ApiError('body-too-deep', `a body may be nested ${DEPTH_MAX} deep`));
    else void parse(request, String(body), done);
  });
}

/** How deeply brackets outside of strings are nested; what is no JSON is refused by who parses it. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i++) {
    const letter = json[i];
    if (quoted) {
      if (letter === '\\') i++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') {
      quoted = true;
    } else if (letter === '{' || letter === '[') {
      deepest = Math.max(deepest, ++depth);
    } else if (letter === '}' || letter === ']') {
      depth--;
    }
  }
  return deepest;
}
