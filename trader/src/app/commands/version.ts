import { readFileSync } from 'node:fs';
import { defineCommand } from '../command.ts';

/** Prints what is installed. */
export const versionCommand = defineCommand({
  name: 'version',
  group: 'Look after',
  summary: 'print the version of AlgoTrendy and of the Node it runs on',
  usage: '[--json]',
  examples: ['version'],
  positionals: [],
  options: {},
  async run({ terminal, json }) {
    const versions = { version: productVersion(), node: process.versions.node, platform: `${process.platform}-${process.arch}` };
    if (json) terminal.printJson(versions);
    else terminal.print(`AlgoTrendy ${versions.version}, Node ${versions.node}, ${versions.platform}`);
    return 'ok';
  },
});

/** The version that the package states. */
export function productVersion(): string {
  const file = new URL('../../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
