import type { ControlError, EngineAnswer, EngineCommand, EngineControl } from '../../ports/engine-control.ts';
import type { SeriesStore } from '../../ports/series-store.ts';
import type { Result } from '../../domain/result.ts';
import { byLine, type Call, type HandledRoute, type Handlers } from '../call.ts';
import { ApiError } from '../problem.ts';
import type { ProblemCode } from '../problems.ts';
import type { DataParts } from './data.ts';
import { tight } from '../tight.ts';

type CommandRoute =
  | 'previewOrder' | 'placeOrder' | 'amendOrder' | 'cancelOrder' | 'cancelAllOrders' | 'closePosition' | 'protectPosition' | 'halt' | 'resume'
  | 'addStrategy' | 'changeParameters' | 'undoParameters' | 'startStrategy' | 'stopStrategy' | 'tightenLimits' | 'loosenLimits';

/** A command less who gives it. */
type Said<C = EngineCommand> = C extends unknown ? Omit<C, 'id' | 'by'> : never;

/** What commands go through, and are checked against. */
export interface CommandParts extends Pick<DataParts, 'seriesStore'> {
  readonly control: EngineControl;
}

/** What changes the run: each becomes one command, journalled by the loop under the id of the request. */
export function commandHandlers({ control, seriesStore }: CommandParts): Handlers<CommandRoute> {
  const ask = async ({ id, caller }: Pick<Call<HandledRoute>, 'id' | 'caller'>, said: Said): Promise<EngineAnswer> =>
    answerOf(await control.request({ ...said, id, by: byLine(caller) }));
  return {
    async previewOrder(call) {
      const { preview } = await ask(call, { kind: 'preview', ticket: tight(call.body) });
      if (preview === null) throw new ApiError('internal', 'the run answered without a preview');
      return preview;
    },
    placeOrder: (call) => ask(call, { kind: 'place', ticket: tight(call.body) }),
    amendOrder: (call) => ask(call, { kind: 'amend', clientOrderId: call.params.id, ...tight(call.body) }),
    cancelOrder: (call) => ask(call, { kind: 'cancel', clientOrderId: call.params.id }),
    cancelAllOrders: (call) => ask(call, { kind: 'cancel-all', ...tight(call.body) }),
    closePosition: (call) => ask(call, { kind: 'close', instrument: call.params.instrument }),
    protectPosition: (call) => ask(call, { kind: 'protect', instrument: call.params.instrument, ...tight(call.body) }),
    halt: (call) => ask(call, { kind: 'halt', ...call.body }),
    resume: (call) => ask(call, { kind: 'resume' }),
    async addStrategy(call) {
      await checkSeries(seriesStore(), call.body.series ?? []);
      return ask(call, { kind: 'add-strategy', ...tight(call.body) });
    },
    changeParameters: (call) => ask(call, { kind: 'set-parameters', book: call.params.book, ...call.body }),
    undoParameters: (call) => ask(call, { kind: 'undo-parameters', book: call.params.book }),
    startStrategy: (call) => ask(call, { kind: 'start-strategy', book: call.params.book, ...tight(call.body) }),
    tightenLimits: (call) => ask(call, { kind: 'set-limits', loosen: false, ...call.body }),
    loosenLimits: (call) => ask(call, { kind: 'set-limits', loosen: true, ...call.body }),
    stopStrategy: (call) => ask(call, { kind: 'stop-strategy', book: call.params.book, ...call.body }),
  };
}

/** The trading loop reads no store while it looks at a command: what is not stored is refused here. */
async function checkSeries(store: SeriesStore | undefined, ids: readonly string[]): Promise<void> {
  const known = ids.length === 0 ? [] : (await store?.list() ?? []).map(({ id }) => id);
  const missing = ids.find((id) => !known.includes(id));
  if (missing === undefined) return;
  const message = `${missing} is not stored: ./algotrendy economic fetch ${missing}`;
  throw new ApiError('not-found', message, { fields: [{ field: 'body.series', message }] });
}

const CODES: Readonly<Record<ControlError['kind'], ProblemCode>> = {
  'not-found': 'not-found', invalid: 'bad-value', denied: 'order-denied', conflict: 'conflict', unsupported: 'not-offered',
  'unknown-outcome': 'outcome-unknown', gone: 'unavailable',
};

function answerOf(result: Result<EngineAnswer, ControlError>): EngineAnswer {
  if (result.ok) return result.value;
  const { kind, message, field, preview } = result.error;
  throw new ApiError(CODES[kind], message, {
    ...(field !== undefined && { fields: [{ field: `body.${field}`, message }] }), ...(preview && { extra: { preview } }),
  });
}
