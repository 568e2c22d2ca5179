import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiProblem } from 'trader/contract';
import { withApproval } from './approvals.ts';

test('what waits for a second administrator is sent again with the approval that it was told to bring, once', async () => {
  const brought: (string | undefined)[] = [];
  let approved = false;
  const send = async (approval: string | undefined): Promise<string> => {
    brought.push(approval);
    if (approval !== 'a1' || !approved) throw new ApiProblem({ code: 'second-admin-needed', status: 409, approval: 'a1' });
    return 'resumed';
  };
  await assert.rejects(withApproval('resume {}', send));
  await assert.rejects(withApproval('resume {}', send));
  await assert.rejects(withApproval('resume {"reason":"calm"}', send), 'another request is another demand');
  approved = true;
  assert.equal(await withApproval('resume {}', send), 'resumed');
  await assert.rejects(withApproval('resume {}', send), 'an approval is good once');
  assert.deepEqual(brought, [undefined, 'a1', undefined, 'a1', undefined]);
});
