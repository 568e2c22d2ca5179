import { readFileSync } from 'node:fs';
import type { PropFirmRules } from '../src/domain/prop-firm.ts';

const FILE = 'ftmo_2026-11-21.json';
const { asOf, programs } = JSON.parse(readFileSync(new URL(`../../data/prop-firms/${FILE}`, import.meta.url), 'utf8')) as { readonly asOf: string; readonly programs: readonly Omit<PropFirmRules, 'asOf' | 'file'>[] };

/** The rules of one of FTMO's programs as the shipped file has them. Throws where there is none of that id. */
export function ftmo(id: string): PropFirmRules {
  const program = programs.find((each) => each.id === id);
  if (program === undefined) throw new Error(`no program ${id}`);
  return { ...program, asOf, file: FILE };
}
