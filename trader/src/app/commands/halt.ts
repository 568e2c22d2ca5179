import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defineCommand, type Command } from '../command.ts';
import { readText, value, withDefault } from '../options.ts';
import type { TradingCommand } from '../../ports/journal.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { CommandBox } from '../wiring/command-box.ts';

/** How long a running process is given to take a command. */
const PATIENCE_MS = 3_000;

const REASON = { reason: withDefault(value('TEXT', 'why, for the screen and the journal', readText), 'told so on the command line') };

/** Stops new risk. */
export const haltCommand: Command<typeof REASON> = defineCommand({
  name: 'halt', group: 'Trade', summary: 'stop new risk in the run that trades; what is held stays, with its stops',
  usage: '[--reason TEXT]', examples: ['halt', 'halt --reason "news at 14:30"'], positionals: [], options: REASON,
  run: ({ options, config, terminal, json }) => leave({ kind: 'halt', reason: options.reason }, config.home, terminal, json),
});

/** Closes everything and stops. */
export const flattenCommand: Command<typeof REASON> = defineCommand({
  name: 'flatten', group: 'Trade', summary: 'close every position of the run that trades, and halt it',
  usage: '[--reason TEXT]', examples: ['flatten'], positionals: [], options: REASON,
  run: ({ options, config, terminal, json }) => leave({ kind: 'flatten', reason: options.reason }, config.home, terminal, json),
});

/** Lets a halted run trade again. */
export const resumeCommand = defineCommand({
  name: 'resume', group: 'Trade', summary: 'let a halted run trade again', usage: '', examples: ['resume'], positionals: [], options: {},
  run: ({ config, terminal, json }) => leave({ kind: 'resume' }, config.home, terminal, json),
});

async function leave(command: TradingCommand, home: string, terminal: Terminal, json: boolean): Promise<'ok'> {
  const { CommandBox } = await import('../wiring/command-box.ts');
  const { KillSwitch } = await import('../wiring/kill-switch.ts');
  // It would be undone at once.
  if (command.kind === 'resume') new KillSwitch(home).refuseStart();
  // Whatever trades here is meant, on paper or at a venue; where nothing does, what traded there last will carry it out.
  const boxes = (['live', 'paper'] as const).filter((run) => existsSync(join(home, run, 'journal.jsonl'))).map((run) => new CommandBox(home, run));
  if (boxes.length === 0) boxes.push(new CommandBox(home));
  for (const box of boxes) box.put(command);
  const watched = boxes.filter((box) => box.isWatched());
  const taken = watched.length > 0 && (await Promise.all(watched.map(isTaken))).every(Boolean);
  if (json) terminal.printJson({ command: command.kind, taken });
  else if (taken) terminal.print(`${command.kind}: taken by the run that trades.`);
  else terminal.print(`${command.kind}: no run took it. Nothing is trading in ${home}; the next start will carry it out first.`);
  return 'ok';
}

async function isTaken(box: CommandBox): Promise<boolean> {
  const end = performance.now() + PATIENCE_MS;
  while (box.isFull() && performance.now() < end) await sleep(20);
  return !box.isFull();
}
