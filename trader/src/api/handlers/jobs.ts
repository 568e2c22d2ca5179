import type { Result } from '../../domain/result.ts';
import type { DataDesk } from '../../ports/data-desk.ts';
import type { JobBoard, JobError, JobFact } from '../../ports/jobs.ts';
import type { StrategyDefinition } from '../../ports/strategy.ts';
import { byLine, found, type Handlers } from '../call.ts';
import { pageOf } from '../paging.ts';
import { ApiError } from '../problem.ts';
import type { ProblemCode } from '../problems.ts';
import { tight } from '../tight.ts';

/** What jobs are started from. */
export interface JobParts {
  readonly jobs: JobBoard;
  readonly catalog: readonly StrategyDefinition[];
  readonly desk: DataDesk;
}

type JobRoute = 'strategyCatalog' | 'jobSources' | 'listJobs' | 'startJob' | 'readJob' | 'cancelJob' | 'jobResult';

/** Long work: started here, done elsewhere. */
export function jobHandlers({ jobs, catalog, desk }: JobParts): Handlers<JobRoute> {
  return {
    strategyCatalog: () => ({
      items: catalog.map(({ name, summary, parameters, series = [], columnKernel }) => ({ name, summary, parameters, series, hasKernel: columnKernel !== undefined })),
    }),
    jobSources: async () => ({ items: await desk.sources(), venues: desk.venues() }),
    listJobs: ({ query }) => pageOf(jobs.list().filter(({ request }) => query.kind === undefined || request.kind === query.kind), query, ({ id }) => id),
    startJob: async ({ id, body, caller }) => answerOf(await jobs.start(id, tight(body), byLine(caller))),
    readJob: ({ params: { id } }) => found(jobs.get(id), `job ${id}`),
    cancelJob: async ({ params: { id } }) => answerOf(await jobs.cancel(id)),
    async jobResult({ params: { id } }) {
      const job = found(jobs.get(id), `job ${id}`);
      return { job, result: await jobs.result(id) ?? null };
    },
  };
}

const CODES: Readonly<Record<JobError['kind'], ProblemCode>> = { 'not-found': 'not-found', invalid: 'bad-value', conflict: 'conflict', full: 'too-many-jobs' };

function answerOf(result: Result<JobFact, JobError>): JobFact {
  if (result.ok) return result.value;
  const { kind, message, field } = result.error;
  throw new ApiError(CODES[kind], message, { ...(field !== undefined && { fields: [{ field: `body.${field}`, message }] }), ...(kind === 'full' && { retryAfterMs: 10_000 }) });
}
