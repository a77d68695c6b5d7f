import { secrets, type Variable, variablesOfSchemas } from './env-file.ts';
import { isSecret } from './helm/values-schema.ts';

const headings: Readonly<Record<Variable['section'], string>> = {
  both: '## API and worker',
  api: '## API',
  worker: '## Worker',
};
const sections = ['both', 'api', 'worker'] as const;

/** The page that lists every environment variable of the services, from their schemas and the comments there. */
export function settingsPage(): string {
  const variables = variablesOfSchemas();
  const tables = sections.map((section) => tableOf(headings[section], variables.filter(isOf(section))));
  return `${[introduction, ...tables].join('\n\n')}\n`;
}

const introduction = `# Settings

Every environment variable that the services read. An empty one counts as not set. A start with a missing or faulty one is refused with one
sentence for each, none of which quotes a value. OpenTelemetry's further variables (\`OTEL_*\`) are read by its exporters;
[the command line](guides/cli.md) has a few of its own.

Generated from the services' \`config.ts\`: \`npm test -- settings-page -u\`.`;

const isOf =
  (section: Variable['section']) =>
  (variable: Variable): boolean =>
    variable.section === section;

function tableOf(heading: string, variables: readonly Variable[]): string {
  return [heading, '', '| variable | default | meaning |', '|---|---|---|', ...variables.map(rowOf)].join('\n');
}

function rowOf({ name, comment, required, value }: Variable): string {
  const secret = secrets.includes(name) || isSecret(name) ? ' Secret.' : '';
  return `| \`${name}\` | ${required ? 'required' : value && `\`${value}\``} | ${inCell(comment)}${secret} |`;
}

/** A pipe would end the cell, and what is in angle brackets would be taken for HTML. */
const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
