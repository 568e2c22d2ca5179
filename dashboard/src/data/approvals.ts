import { ApiProblem } from 'trader/contract';

/** What a second administrator was asked for, by the request word for word. */
const asked = new Map<string, string>();

/** Sends a request; where an earlier try was told to wait for a second administrator, with the approval that it was told to bring. */
export async function withApproval<T>(words: string, send: (approval: string | undefined) => Promise<T>): Promise<T> {
  try {
    const answer = await send(asked.get(words));
    asked.delete(words);
    return answer;
  } catch (problem) {
    const approval = problem instanceof ApiProblem && problem.code === 'second-admin-needed' ? problem.problem['approval'] : undefined;
    if (typeof approval === 'string') asked.set(words, approval);
    throw problem;
  }
}
