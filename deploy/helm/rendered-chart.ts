import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchHelm } from '@identity-events/tools/engines/helm';
import { run } from '@identity-events/tools/processes/programs';
import { parseAllDocuments } from 'yaml';

/** An object as it would be sent to the cluster. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec?: unknown;
}

const CHART = join(import.meta.dirname, 'identity-events');

/** What is changed before the chart is rendered. */
export interface Change {
  /** `--set` of Helm. */
  readonly set?: string;
  /** A file of the chart in which a text is replaced; it must be there. */
  readonly edit?: readonly [file: string, part: string, instead: string];
}

/** Lints and renders a copy of the chart with values of its folder `ci`, strictly. Throws `Error` with what Helm says. */
export async function renderChart(values: string, { set, edit }: Change = {}): Promise<Manifest[]> {
  const helm = await fetchHelm(() => undefined);
  const folder = await mkdtemp(join(tmpdir(), 'chart-'));
  try {
    await cp(CHART, folder, { recursive: true });
    if (edit) await replace(join(folder, edit[0]), edit[1], edit[2]);
    const args = [folder, '--values', join(folder, 'ci', `${values}-values.yaml`), ...(set ? ['--set', set] : [])];
    await helmSays(helm, ['lint', '--strict', '--quiet', ...args]);
    const text = await helmSays(helm, ['template', 'test', ...args]);
    return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function helmSays(helm: string, args: string[]): Promise<string> {
  const { ok, output, stdout } = await run(helm, args, { timeoutMs: 60_000 });
  if (!ok) throw new Error(output);
  return stdout;
}

async function replace(file: string, part: string, instead: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(part)) throw new Error(`${file} has no ${part}`);
  await writeFile(file, text.replaceAll(part, instead));
}
