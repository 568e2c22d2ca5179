import { parseArgs, type ParseArgsConfig } from 'node:util';

/**
 * The words that a script was called with. `--help` prints how it is called and ends it; what it
 * does not know ends it with what is wrong, how it is called, and exit code 2.
 */
export function scriptWords<const Config extends ParseArgsConfig>(usage: string, config: Config): ReturnType<typeof parseArgs<Config>> {
  if (process.argv.includes('--help')) {
    console.log(usage);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    return refuseWords(usage, error instanceof Error ? error.message : String(error));
  }
}

/** Ends a script that cannot do what its words say. */
export function refuseWords(usage: string, message: string): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}
