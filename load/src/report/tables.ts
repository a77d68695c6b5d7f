import Table from 'cli-table3';
import type { RunResult } from '../result.ts';
import { type Figure, figuresOf } from './figures.ts';

/** The figures of a run, for the terminal. */
export function tableOf(result: RunResult): string {
  const table = plainTable(['', result.profile.name]);
  for (const { name, text } of figuresOf(result)) table.push([name, text]);
  for (const [why, count] of Object.entries(result.refused)) table.push([`  ${why}`, String(count)]);
  return table.toString();
}

/** Two runs side by side, with how much of the first one's value the second one has. */
export function tableOfTwo(a: RunResult, b: RunResult): string {
  const table = plainTable(['', `a: ${a.profile.name}`, `b: ${b.profile.name}`, 'b / a']);
  for (const { name, a: left, b: right, ratio } of pairs(a, b)) table.push([name, left, right, ratio]);
  return table.toString();
}

/** Each figure of two runs, with their ratio where there is one. */
export function pairs(a: RunResult, b: RunResult): { name: string; a: string; b: string; ratio: string }[] {
  const second = new Map(figuresOf(b).map((figure) => [figure.name, figure]));
  return figuresOf(a).flatMap((first) => {
    const other = second.get(first.name);
    return other ? [{ name: first.name, a: first.text, b: other.text, ratio: ratioOf(first, other) }] : [];
  });
}

function ratioOf(a: Figure, b: Figure): string {
  return a.value === 0 ? '' : (b.value / a.value).toFixed(2);
}

function plainTable(head: string[]): Table.Table {
  const colAligns = head.map((_, i) => (i === 0 ? ('left' as const) : ('right' as const)));
  return new Table({ head, colAligns, style: { head: [], border: [], compact: true } });
}
