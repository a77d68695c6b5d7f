import Table from 'cli-table3';
import { plain } from './plain.ts';

const nothing = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '' };
const bare = {
  ...nothing,
  ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
  ...{ left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: '  ' },
};

/** Columns under their heads, without lines between them. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const style = { head: [], border: [], 'padding-left': 0, 'padding-right': 0 };
  const all = new Table({ head: [...head], chars: bare, style });
  for (const row of rows) all.push(row.map((cell) => plain(cell)));
  return all.toString().replace(/ +$/gm, '');
}

/** Names with what they stand for, one a line; those that stand for nothing are left out. */
export function list(members: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  const width = Math.max(...given.map(([name]) => name.length));
  return given.map(([name, value]) => `${name.padEnd(width)}  ${plain(value ?? '')}`).join('\n');
}
