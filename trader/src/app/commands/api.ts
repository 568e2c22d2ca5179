import { API_OPTIONS, readApiChoice } from '../api-options.ts';
import { defineCommand } from '../command.ts';

/** Another process that serves what one that trades tells of. */
export const apiCommand = defineCommand({
  name: 'api',
  group: 'Trade',
  summary: 'serve the API of a run that another process trades, for more readers',
  usage: '[options]',
  examples: ['api --api-port 7171'],
  positionals: [],
  options: { 'api-port': API_OPTIONS['api-port'], 'api-host': API_OPTIONS['api-host'], 'api-origin': API_OPTIONS['api-origin'] },
  notes: [
    'Both processes are given the same Redis by ALGOTRENDY_SECRET_REDIS_URL, and the same $ALGOTRENDY_HOME, which has the people. Limits, sessions and the run are shared. It tells and takes no orders: those go to the process that trades, which serves too and needs none of this.',
  ],
  async run({ options, config, terminal, json }) {
    const choice = readApiChoice({ ...options, 'no-api': false }, false);
    if (choice === undefined) return 'ok';
    const { openFollowingApi } = await import('../wiring/api-service.ts');
    const { productVersion } = await import('./version.ts');
    const api = await openFollowingApi({ ...choice, home: config.home, version: productVersion(), realMoney: false }, (level, text) => { terminal.note(`${level}: ${text}`); });
    if (json) terminal.printJson({ kind: 'api', url: api.url });
    else terminal.print(`Dashboard: ${api.url}`);
    await new Promise<void>((stop) => { for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stop(); }); });
    await api.close();
    return 'ok';
  },
});
