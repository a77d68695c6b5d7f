import { type CheckName, type CheckResult, type Checks, checkNames } from './identity-event.ts';
import type { ReasonCode } from './reasons.ts';

/** How a capture ends. `checks` tells every check, also those that did not decide. */
export type Decision =
  | { readonly outcome: 'verified' | 'captured'; readonly checks: Checks }
  | {
      readonly outcome: 'failed';
      readonly checks: Checks;
      readonly reason: ReasonCode;
      readonly providerCode: number | null;
    };

/** The decision about a capture that ends without its evidence being weighed: no check counts as run. */
export function failedBy(reason: ReasonCode, providerCode: number | null = null): Decision {
  const checks = Object.fromEntries(checkNames.map((name) => [name, 'not_run'])) as Record<CheckName, CheckResult>;
  return { outcome: 'failed', reason, providerCode, checks };
}
