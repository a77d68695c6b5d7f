import { join } from 'node:path';
import { ROOT } from '../paths.ts';
import { run } from '../processes/programs.ts';

const TIMEOUT_MS = 60_000;

/** What a check says: fine or not, and the text for the person who must mend it. */
export type CheckResult = { readonly ok: boolean; readonly output: string };

/** What to look at, and how much must be seen for silence to mean that all is well. */
export type ImportCheckOptions = {
  readonly cwd: string;
  readonly folders: readonly string[];
  readonly modulesMin: number;
  readonly dependenciesMin: number;
};

type Report = {
  readonly summary: {
    readonly totalCruised: number;
    readonly totalDependenciesCruised: number;
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
};

/**
 * Holds the imports to the rules of `.dependency-cruiser.mjs`.
 *
 * Fails also when it saw fewer modules or imports than the minimum: a parser that understands nothing forbids nothing.
 */
export async function checkImports({
  cwd,
  folders,
  modulesMin,
  dependenciesMin,
}: ImportCheckOptions): Promise<CheckResult> {
  const command = join(ROOT, 'node_modules', '.bin', 'depcruise');
  const args = ['--config', join(ROOT, '.dependency-cruiser.mjs'), '--output-type', 'json', ...folders];
  const { stdout, output } = await run(command, args, { cwd, timeoutMs: TIMEOUT_MS });
  const report = parse(stdout);
  if (!report) return { ok: false, output };

  const { totalCruised, totalDependenciesCruised, violations } = report.summary;
  const seen = `${totalCruised} modules with ${totalDependenciesCruised} imports seen`;
  if (totalCruised < modulesMin || totalDependenciesCruised < dependenciesMin) {
    return {
      ok: false,
      output: `only ${seen}, at least ${modulesMin} and ${dependenciesMin} are there: the check is blind`,
    };
  }
  const lines = violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  return { ok: violations.length === 0, output: [...lines, seen].join('\n') };
}

function parse(stdout: string): Report | undefined {
  try {
    return JSON.parse(stdout) as Report;
  } catch {
    return undefined;
  }
}
