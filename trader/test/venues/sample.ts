import { readFileSync } from 'node:fs';

/** JSON as venues send it. */
export type Json = Readonly<Record<string, unknown>>;

const READ = new Map<string, Json>();

/** The JSON of a recorded sample, without the lines that say what was asked. The README beside it says where it comes from. */
export function sample(file: URL): Json {
  const read = READ.get(file.href) ?? JSON.parse(readFileSync(file, 'utf8').replace(/^[<>=].*$|^(GET|false|\/).*$/gm, '')) as Json;
  READ.set(file.href, read);
  return read;
}
