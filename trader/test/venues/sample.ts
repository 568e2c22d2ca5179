import { readFileSync } from 'node:fs';

/** JSON as venues send it. */
export type Json = Readonly<Record<string, unknown>>;

/** The JSON of a recorded sample, without the lines that say what was asked. The README beside it says where it comes from. */
export function sample(file: URL): Json {
  const text = readFileSync(file, 'utf8').replace(/^[<>=].*$|^(GET|false|\/).*$/gm, '');
  return JSON.parse(text) as Json;
}
