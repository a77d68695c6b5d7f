import { runChecks } from './checks/run-checks.ts';
import type { CommandContext } from './command.ts';

/** `npm run check`: format, lint, types, import direction and dead code; fails when any of them does. */
export async function check({ print }: CommandContext): Promise<number> {
  const { failed } = await runChecks(print);
  return failed === 0 ? 0 : 1;
}
