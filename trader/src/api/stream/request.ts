import { z } from 'zod';
import type { ClientMessage } from './messages.ts';

const id = z.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const channel = z.string().min(1).max(100);

const message = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('subscribe'), id, channel,
    resume: z.strictObject({ epoch: z.string().max(200), sequence: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER) }).optional(),
  }),
  z.strictObject({ type: z.literal('unsubscribe'), id, channel }),
  z.strictObject({ type: z.literal('ping'), id }),
]);

/** Reads what a client sent; undefined where it is none of the messages. */
export function parseRequest(text: string): ClientMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { success, data } = message.safeParse(value);
  if (!success) return undefined;
  if (data.type !== 'subscribe') return data;
  const { resume, ...rest } = data;
  return resume === undefined ? rest : { ...rest, resume };
}
