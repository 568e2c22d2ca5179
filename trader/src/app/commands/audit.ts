import { defineCommand, type Context } from '../command.ts';
import { readInteger, readText, value, withDefault } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';

const OPTIONS = {
  anchor: value('SEQUENCE:HASH', 'with verify: an entry that was noted earlier, which must still stand', readAnchor),
  actor: value('NAME', 'with list: only what this person did', readText),
  action: value('NAME', 'with list: only this, as placeOrder', readText),
  limit: withDefault(value('N', 'with list: entries at most', readInteger(1)), '50'),
};
type AuditContext = Context<typeof OPTIONS>;

/** Shows the audit log, and checks that its chain is whole. */
export const auditCommand = defineCommand({
  name: 'audit',
  group: 'Look after',
  summary: 'list who did what through the dashboard, and check that nothing of it was changed',
  usage: 'verify|list [options]',
  examples: ['audit verify', 'audit list --limit 20', 'audit list --actor ana --action placeOrder'],
  positionals: [{ name: 'ACTION', help: 'verify or list' }],
  options: OPTIONS,
  notes: [
    'Each entry holds the hash of the one before it. verify goes along all of them, and prints the last one as SEQUENCE:HASH. Keep that elsewhere: whoever can write the file can also write it anew from the start, and only what you noted shows it, with --anchor.',
    'An entry that was changed, moved, left out or cut off at the end makes verify fail with exit code 1.',
  ],
  async run(context) {
    const [action = ''] = context.positionals;
    if (action === 'verify') return verify(context);
    if (action === 'list') return list(context);
    throw new Refusal('usage', `audit does not know what to do with "${action}"`, { hint: didYouMean(action, ['verify', 'list']) ?? 'Give verify or list.' });
  },
});

async function verify({ config, terminal, json, options }: AuditContext): Promise<'ok' | 'failure'> {
  const { AccountDesk } = await import('../wiring/account-desk.ts');
  const { anchor } = options;
  const { entries, whole, brokenAt, head, anchored } = await AccountDesk.with(config, async (desk) => ({
    ...await desk.verify(), anchored: anchor === undefined ? null : await desk.hashAt(anchor.sequence) === anchor.hash,
  }));
  const sound = whole && anchored !== false;
  if (json) terminal.printJson({ entries, whole, brokenAt, head: `${entries}:${head}`, anchored });
  else if (!whole) terminal.print(`The chain is broken at entry ${brokenAt}: it is not what was written, or it is gone. What stands before it is whole.`);
  else if (anchored === false) terminal.print(`Entry ${anchor?.sequence} is not the one that you noted: the log was written anew.`);
  else terminal.print(`The chain is whole: ${entries} ${entries === 1 ? 'entry' : 'entries'}${anchored === true ? ', and the one that you noted still stands' : ''}.`, `Keep this elsewhere: ${entries}:${head}`);
  return sound ? 'ok' : 'failure';
}

async function list({ config, terminal, json, options }: AuditContext): Promise<'ok'> {
  const { AccountDesk } = await import('../wiring/account-desk.ts');
  const { renderTable } = await import('../terminal/table.ts');
  const { formatTime } = await import('../terminal/format.ts');
  const { limit, actor, action } = options;
  const entries = await AccountDesk.with(config, (desk) => desk.audit({ limit, actor, action }));
  if (json) terminal.printJson({ entries });
  else if (entries.length === 0) terminal.print('There is no such entry.');
  else {
    const rows = entries.map((entry) => [String(entry.sequence), formatTime(entry.at), entry.actor, entry.action, entry.outcome, entry.subject, entry.address, entry.detail]);
    const columns = [{ title: '#', align: 'right' }, { title: 'time (UTC)' }, { title: 'who' }, { title: 'what' }, { title: 'outcome' }, { title: 'to what', rank: 2 }, { title: 'from', rank: 1 }, { title: 'why', rank: 3 }] as const;
    terminal.print(...renderTable(columns, rows, { width: terminal.tableColumns, style: terminal.style }));
  }
  return 'ok';
}

function readAnchor(text: string, name: string): { readonly sequence: number; readonly hash: string } {
  const [, sequence, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (sequence === undefined || hash === undefined) throw new Refusal('usage', `--${name} takes what verify printed, SEQUENCE:HASH, not "${text}"`);
  return { sequence: Number(sequence), hash };
}
