import { readFileSync, writeFileSync } from 'node:fs';
import { type Machine, machineInWords } from '../src/measure/machine.ts';
import type { Finding } from './finding.ts';

const begin = '<!-- What stands between these lines is written by `npm run bench`. -->';
const end = '<!-- End of what is written by `npm run bench`. -->';

/** Puts the findings of a run into the page, between its marks; what people wrote around them stays. */
export function writePerformancePage(
  path: string,
  findings: readonly Finding[],
  machine: Machine,
  minutes: number,
): void {
  const page = readFileSync(path, 'utf8');
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has lost its marks`);
  writeFileSync(path, page.slice(0, from + begin.length) + figuresPart(findings, machine, minutes) + page.slice(to));
}

/** The findings in Markdown. */
function figuresPart(findings: readonly Finding[], machine: Machine, minutes: number): string {
  const verdicts = findings.flatMap(({ title, verdicts: all }) =>
    all.map(({ what, bar, value, kept }) => [title, what, bar, value, kept ? 'yes' : '**no**']),
  );
  return `

Measured on ${new Date().toISOString().slice(0, 10)} in ${minutes.toFixed(0)} minutes on ${machineInWords(machine)}; Redis, Kafka, sandbox and the
generator on the same machine.

${table(['figure', 'value', 'bar', 'measured', 'kept'], verdicts)}
${findings.map(section).join('\n')}
`;
}

function section({ name, title, how, table: { head, rows } }: Finding): string {
  return `
### ${title}

${how} \`npm run bench -- ${name}\`

${table(head, rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
