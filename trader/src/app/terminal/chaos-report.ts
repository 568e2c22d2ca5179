import { INVARIANTS, type Invariant } from '../../research/exchange-judge.ts';
import { MUTANTS } from '../../research/exchange-mutants.ts';
import type { ChaosReport } from '../wiring/chaos.ts';
import { formatCount, formatDuration, formatPlural } from './format.ts';
import type { Style } from './style.ts';
import { clip, fit, wrap } from './text.ts';

/** A chaos run for people: how much was tried, what went wrong on the exchange's side, and what on ours. */
export function renderChaos(report: ChaosReport, columns: number, style: Style): string[] {
  const width = Math.max(40, Math.min(columns, 100));
  const sum = (counts: Readonly<Record<string, number>>) => Object.values(counts).reduce((all, one) => all + one, 0);
  const listed = (counts: Readonly<Record<string, number>>) => wrap(Object.entries(counts).filter(([, count]) => count > 0).map(([name, count]) => `${name} ${formatCount(count)}`).join(', ') || 'none', width - 2).map((line) => style.faint(`  ${line}`));
  return [
    style.strong(`${formatPlural(report.seeds, 'seed')} of an exchange that lies`),
    ...(report.mutant === null ? [] : [style.warn(`  with a planted bug, ${report.mutant}: ${MUTANTS[report.mutant].summary}`)]),
    `  ${formatPlural(report.intents, 'intent')}, ${formatPlural(report.orders, 'order')}, ${formatCount(report.accepted)} accepted, ${formatPlural(report.fills, 'fill')}, ${formatCount(report.lost)} declared lost`, '',
    style.heading(`${formatPlural(sum(report.faults), 'fault')} of the exchange and the network`), ...listed(report.faults), '',
    style.heading(`${formatPlural(sum(report.crashes), 'death')} of our process, ${formatCount(report.powerCuts)} of them power cuts`), ...listed(report.crashes), '',
    style.heading('What must hold'),
    ...(Object.keys(INVARIANTS) as Invariant[]).map((invariant) => invariantLine(invariant, report.violations[invariant], width, style)),
    ...failureLines(report, width, style), '',
    style.faint(`${formatDuration(report.wallSeconds * 1000)}, ${formatCount(Math.round(report.seedsPerMinute))} seeds a minute${report.workers > 1 ? ` on ${report.workers} threads` : ''}`),
  ];
}

function invariantLine(invariant: Invariant, violations: number, width: number, style: Style): string {
  const paint = violations === 0 ? style.good : style.bad;
  return clip(`  ${paint(fit(formatCount(violations), 7, 'right'))}  ${INVARIANTS[invariant]}`, width);
}

function failureLines({ failed, failures, mutant }: ChaosReport, width: number, style: Style): string[] {
  if (failed === 0) return mutant === null ? [] : ['', style.bad('The planted bug was not found.')];
  return [
    '', style.heading(mutant === null ? `${formatPlural(failed, 'seed')} failed` : `${formatPlural(failed, 'seed')} found the bug`),
    ...failures.slice(0, 5).map(({ seed, violation }) => clip(`  ${fit(String(seed), 7, 'right')}  ${violation.detail}`, width)),
    style.faint(`  To see what happened: ./algotrendy chaos exchange --trace ${failures[0]?.seed}${mutant === null ? '' : ` --mutant ${mutant}`}`),
  ];
}

/** How a traced seed ended. */
export function renderTrace(seed: number, violations: readonly { readonly rule: string; readonly detail: string }[], style: Style): string[] {
  if (violations.length === 0) return ['', style.good(`Seed ${seed}: everything holds.`)];
  return ['', style.bad(`Seed ${seed}:`), ...violations.map(({ rule, detail }) => `  ${detail} (must hold: ${rule})`)];
}
