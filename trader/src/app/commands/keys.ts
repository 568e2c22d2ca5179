import { Secret } from '../../domain/secret.ts';
import { ACCOUNT_OPTIONS, readAccount } from '../account-option.ts';
import { defineCommand, type Context } from '../command.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';
import type { KeyedAccount, KeyReport } from '../wiring/venue-keys.ts';
import { VENUE_NAMES } from '../wiring/venue-hosts.ts';

type KeysContext = Context<typeof ACCOUNT_OPTIONS>;

/** Keeps, lists, tests and forgets a venue's keys. */
export const keysCommand = defineCommand({
  name: 'keys',
  group: 'Look after',
  summary: 'add, list, test or remove the keys of a venue\'s account',
  usage: 'add|list|test|remove [VENUE --live|--testnet|--paper]',
  examples: ['keys add binance --testnet', 'keys list', 'keys test alpaca --paper', 'keys remove coinbase --live'],
  positionals: [
    { name: 'ACTION', help: 'add, list, test or remove' },
    { name: 'VENUE', help: `one of ${VENUE_NAMES.join(', ')}; list shows all`, optional: true },
  ],
  options: ACCOUNT_OPTIONS,
  notes: [
    'Keys are asked for without being shown, or read from standard input: the key on the first line, its secret on the next. They are never taken from the command line, which other processes can see, and never printed.',
    'Before anything is kept, the venue is asked what the keys may do: those that can withdraw are refused. They go to $ALGOTRENDY_HOME/secrets.env, which its owner alone may read. docs/keys.md has the rest.',
  ],
  async run(context) {
    const [action] = context.positionals;
    switch (action) {
      case 'list':
        return list(context);
      case 'add':
      case 'test':
        return ask(context, action);
      case 'remove':
        return remove(context);
      default:
        throw new Refusal('usage', `keys does not know what to do with "${action}"`, { hint: didYouMean(action ?? '', ['add', 'list', 'test', 'remove']) ?? 'Give add, list, test or remove.' });
    }
  },
});

async function list({ config, terminal, json }: KeysContext): Promise<'ok'> {
  const { listKeys } = await import('../wiring/secret-stores.ts');
  const { accountText } = await import('../wiring/venue-keys.ts');
  const keys = listKeys(config);
  if (json) terminal.printJson({ keys });
  else if (keys.length === 0) terminal.print('No keys are kept.');
  else terminal.print(...keys.map((account) => `${accountText(account)}: from the ${account.from}`));
  return 'ok';
}

async function ask(context: KeysContext, action: 'add' | 'test'): Promise<'ok'> {
  const { config, terminal, json } = context;
  const account = readAccount(context.positionals[1], context.options);
  const { accountText, addKeys, parseKeys, testKept } = await import('../wiring/venue-keys.ts');
  const { surroundings } = await import('../wiring/surroundings.ts');
  const unreadable: string[] = [];
  const around = surroundings(config, (what) => void unreadable.push(what));
  const report = action === 'test' ? await testKept(account, config, around)
    : await addKeys(account, parseKeys(await readTwo(account, context), (value) => new Secret(value)), config, around);
  if (json) terminal.printJson({ ...report, kept: true });
  else terminal.print(`${accountText(account)}: the keys work${action === 'add' ? ', and are kept' : ''}.`, ...wordsOf(report));
  return 'ok';
}

async function remove(context: KeysContext): Promise<'ok'> {
  const { config, terminal, json } = context;
  const account = readAccount(context.positionals[1], context.options);
  const { accountText, removeKeys } = await import('../wiring/venue-keys.ts');
  await removeKeys(account, config);
  if (json) terminal.printJson({ removed: account });
  else terminal.print(`${accountText(account)}: forgotten here. At the venue they still work: delete them there if they are to end.`);
  return 'ok';
}

function wordsOf({ check, hints }: KeyReport): readonly string[] {
  const say = (can: boolean | undefined) => (can === undefined ? 'not said' : can ? 'yes' : 'no');
  return [`  may trade: ${say(check.canTrade)}   may withdraw: ${say(check.canWithdraw)}   bound to addresses: ${say(check.addressBound)}   clocks differ by ${Math.abs(check.clockSkewMs)} ms`, ...hints.map((hint) => `  ${hint}`)];
}

/** Both halves, from a person or from what is piped in. */
async function readTwo(account: KeyedAccount, { terminal }: KeysContext): Promise<string> {
  const { accountText } = await import('../wiring/venue-keys.ts');
  if (process.stdin.isTTY) {
    const { askSecret } = await import('../terminal/secret-prompt.ts');
    const key = await askSecret(`Key for ${accountText(account)}`, process.stdin, terminal.stderr);
    return `${key}\n${await askSecret('Its secret', process.stdin, terminal.stderr)}`;
  }
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return text;
}
