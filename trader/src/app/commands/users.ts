import { isIP } from 'node:net';
import { Secret } from '../../domain/secret.ts';
import { defineCommand, type Context } from '../command.ts';
import { flag, readChoice, value } from '../options.ts';
import { Refusal } from '../refusal.ts';
import { didYouMean } from '../suggestion.ts';
import type { Entry, Person } from '../wiring/account-desk.ts';

const ROLES = ['viewer', 'trader', 'admin'] as const;
const OPTIONS = {
  role: value('ROLE', 'with add: viewer, trader or admin; a viewer where none is given', readChoice(...ROLES)),
  invite: flag('with add and reset: print a one-time link instead of asking for a password'),
};
type UsersContext = Context<typeof OPTIONS>;

const ACTIONS = ['list', 'add', 'reset', 'role', 'remove', 'unban'];
/** The ways to write a name: what the dashboard takes as well. */
const NAME = /^[^\p{C}]{1,64}$/u;

/** Adds, lists, resets and removes the people who may sign in. */
export const usersCommand = defineCommand({
  name: 'users',
  group: 'Look after',
  summary: 'list, add, reset or remove people who may sign in to the dashboard, and set their roles',
  usage: 'list|add|reset|role|remove|unban [NAME [ROLE]]',
  examples: ['users list', 'users add ana --role admin', 'users add ben --role viewer --invite', 'users reset ana', 'users role ben trader', 'users remove ben', 'users unban 192.168.1.7'],
  positionals: [
    { name: 'ACTION', help: 'list, add, reset, role, remove or unban' },
    { name: 'NAME', help: 'whom; for unban an address', optional: true },
    { name: 'ROLE', help: 'for role: viewer, trader or admin', optional: true },
  ],
  options: OPTIONS,
  notes: [
    'A password is asked for without being shown, or read from the first line of standard input; it is never taken from the command line, which other processes can see.',
    'reset gives somebody who is shut out a new way in: it ends their sessions, revokes their tokens and takes their second factor, their recovery codes and every lock away. unban lets an address in again that has failed too often.',
    'Whoever may read $ALGOTRENDY_HOME is above all roles: this command asks for nobody\'s leave, and every change stands in the audit log. docs/users.md has the rest.',
  ],
  async run(context) {
    const [action = '', given] = context.positionals;
    const name = given?.trim();
    if (!ACTIONS.includes(action)) throw new Refusal('usage', `users does not know what to do with "${action}"`, { hint: didYouMean(action, ACTIONS) ?? `Give ${ACTIONS.join(', ')}.` });
    if (action === 'list') return list(context);
    if (name === undefined || !NAME.test(name)) throw new Refusal('usage', action === 'unban' ? 'which address?' : 'whom? Give a name of at most 64 characters');
    switch (action) {
      case 'add':
      case 'reset':
        return letIn(context, action, name);
      case 'unban':
        return unban(context, name);
      default:
        return change(context, action, name);
    }
  },
});

async function list({ config, terminal, json }: UsersContext): Promise<'ok'> {
  const { AccountDesk } = await import('../wiring/account-desk.ts');
  const { renderTable } = await import('../terminal/table.ts');
  const { formatTime } = await import('../terminal/format.ts');
  const users = await AccountDesk.with(config, (desk) => desk.people());
  if (json) terminal.printJson({ users });
  else if (users.length === 0) terminal.print('Nobody can sign in yet. npm start prints a link for the first administrator, or: ./algotrendy users add NAME --role admin');
  else {
    const rows = users.map((user) => [user.name, user.role, stateOf(user), user.secondFactor ? 'yes' : 'no', user.lastSeenAt === null ? 'never' : formatTime(user.lastSeenAt)]);
    terminal.print(...renderTable([{ title: 'name' }, { title: 'role' }, { title: 'state' }, { title: 'second factor' }, { title: 'last seen (UTC)' }], rows, { width: terminal.tableColumns, style: terminal.style }));
  }
  return 'ok';
}

async function letIn(context: UsersContext, action: 'add' | 'reset', name: string): Promise<'ok'> {
  const { config, terminal, json, options } = context;
  const { AccountDesk } = await import('../wiring/account-desk.ts');
  const entry: Entry = options.invite ? 'invitation' : { password: new Secret(await readPassword(name, context)) };
  const { person, path } = await AccountDesk.with(config, (desk) => (action === 'add' ? desk.add(name, options.role ?? 'viewer', entry) : desk.reset(name, entry)));
  if (json) terminal.printJson({ user: person, path });
  else terminal.print(`${person.name} (${person.role}) ${path === null ? 'can sign in' : 'can choose a password within two days, once'}.`, ...(path === null ? [] : [`Open http://127.0.0.1:7070${path}`, 'in place of http://127.0.0.1:7070 whatever address the dashboard has.']));
  return 'ok';
}

async function change({ config, terminal, json, positionals }: UsersContext, action: string, name: string): Promise<'ok'> {
  const { AccountDesk } = await import('../wiring/account-desk.ts');
  const role = action === 'role' ? ROLES.find((known) => known === positionals[2]) : undefined;
  if (action === 'role' && role === undefined) throw new Refusal('usage', `which role for ${name}?`, { hint: `Give ${ROLES.join(', ')}, as in: ./algotrendy users role ${name} trader` });
  const user = await AccountDesk.with(config, (desk) => (role === undefined ? desk.remove(name) : desk.setRole(name, role)));
  if (json) terminal.printJson({ user });
  else terminal.print(role === undefined ? `${user.name} is removed, with all sessions and tokens.` : `${user.name} is ${role} now.`);
  return 'ok';
}

async function unban({ config, terminal, json }: UsersContext, address: string): Promise<'ok'> {
  const { AccountDesk } = await import('../wiring/account-desk.ts');
  if (isIP(address) === 0) throw new Refusal('usage', `"${address}" is no address`, { hint: 'Give one such as 192.168.1.7; ./algotrendy audit list says which failed.' });
  const wasBanned = await AccountDesk.with(config, (desk) => desk.unban(address));
  if (json) terminal.printJson({ unbanned: address });
  else terminal.print(wasBanned ? `${address} may sign in again.` : `${address} was not banned: it may sign in.`);
  return 'ok';
}

function stateOf({ disabled, ready }: Person): string {
  return disabled ? 'locked out' : ready ? 'can sign in' : 'invited';
}

/** From a person, or the first line of what is piped in. */
async function readPassword(name: string, { terminal }: UsersContext): Promise<string> {
  if (process.stdin.isTTY) {
    const { askSecret } = await import('../terminal/secret-prompt.ts');
    const password = await askSecret(`Password for ${name}`, process.stdin, terminal.stderr);
    if (password !== await askSecret('Once more', process.stdin, terminal.stderr)) throw new Refusal('usage', 'the two are not the same', { hint: 'Nothing was changed. Try again.' });
    return password;
  }
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return text.split(/\r?\n/)[0] ?? '';
}
