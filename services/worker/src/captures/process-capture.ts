import { type CaptureKind, isTerminal } from '@identity-events/shared/contracts/capture';
import { type Decision, failedBy } from '@identity-events/shared/contracts/decision';
import type { ReasonCode } from '@identity-events/shared/contracts/reasons';
import type { WaivableCheck } from '@identity-events/shared/contracts/waivable-checks';
import { errorCode } from '@identity-events/shared/runtime/errors';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Captures, FinishedStep } from '@identity-events/shared/store/captures';
import { type EndCaptureDeps, endCapture, imagesHaveGrace } from '@identity-events/shared/store/end-capture';
import { type CollectEvidenceDeps, type Collection, collectEvidence } from './collect-evidence.ts';
import { decideOutcome } from './decide-outcome.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { nextTry } from './retry-policy.ts';

/** What a tenant decides about its captures. */
interface TenantRules {
  /** Checks whose failure is reported and does not decide. */
  readonly waivedChecks: readonly WaivableCheck[];
}

export interface ProcessCaptureDeps extends Omit<CollectEvidenceDeps, 'waived'>, EndCaptureDeps {
  readonly captures: Captures;
  /** Undefined for a tenant that is not served now: its captures wait until it is again, or they expire. */
  readonly rulesOf: (tenant: string) => TenantRules | undefined;
  readonly retry: RetryPolicy;
  readonly random: () => number;
}

/** What became of one attempt. */
export type Attempt =
  | {
      readonly result: 'ended';
      readonly outcome: Decision['outcome'];
      readonly reason: ReasonCode | null;
      readonly kind: CaptureKind;
    }
  /** It had ended before, or was erased: nothing was left to do. */
  | { readonly result: 'nothing_to_do' }
  /** It is not its turn, or the provider is not able: again at `at` (epoch ms), or when it is woken. */
  | { readonly result: 'later'; readonly at: number; readonly cause: string };

/**
 * Carries a capture as far as it goes: the provider steps it still lacks, the decision, the event.
 *
 * May be run any number of times, also by two workers at once: finished steps are not repeated, and a capture ends
 * once. Throws `AppError('redis_unavailable')` and what the image store throws; a bug passes through.
 */
export async function processCapture(
  deps: ProcessCaptureDeps,
  captureId: string,
  signal: AbortSignal,
): Promise<Attempt> {
  const record = await deps.captures.begin(captureId);
  if (!record) return { result: 'nothing_to_do' };
  if (isTerminal(record.status)) {
    if (!imagesHaveGrace(record, deps)) await deps.images.remove({ tenant: record.tenant, captureId });
    return { result: 'nothing_to_do' };
  }
  if (deps.now() >= record.expiresAt) return end(deps, record, failedBy('capture_expired'));
  const rules = deps.rulesOf(record.tenant);
  if (!rules) return { result: 'later', at: nextLook(deps, record), cause: 'tenant_unknown' };
  const { waivedChecks: waived } = rules;
  const collected = await collect({ ...deps, waived }, record, signal);
  switch (collected.result) {
    case 'complete':
      return end(deps, record, decideOutcome(record.kind, collected.evidence, waived), collected.unkept);
    case 'wait':
      return { result: 'later', at: Math.min(collected.at, record.expiresAt), cause: collected.cause };
    case 'fault':
      return retryOrGiveUp(deps, record, collected);
    case 'ended':
      return { result: 'nothing_to_do' };
  }
}

/** Images that are gone are a fault, unless they are gone because somebody ended or erased the capture meanwhile. */
async function collect(
  deps: Pick<ProcessCaptureDeps, 'captures'> & CollectEvidenceDeps,
  record: CaptureRecord,
  signal: AbortSignal,
): Promise<Collection> {
  try {
    return await collectEvidence(deps, record, signal);
  } catch (error) {
    if (errorCode(error) !== 'image_missing') throw error;
    const now = await deps.captures.read(record.id);
    if (now && !isTerminal(now.status)) throw error;
    return { result: 'ended' };
  }
}

/** How long captures of a tenant that is not served wait before they look again. */
const unservedWaitMs = 60_000;

function nextLook({ now }: ProcessCaptureDeps, { expiresAt }: CaptureRecord): number {
  return Math.min(now() + unservedWaitMs, expiresAt);
}

/** Ends the capture, unless another attempt did. */
async function end(
  deps: ProcessCaptureDeps,
  record: CaptureRecord,
  decision: Decision,
  lastStep?: FinishedStep,
): Promise<Attempt> {
  const ended = await endCapture(deps, record, decision, lastStep);
  if (!ended) return { result: 'nothing_to_do' };
  return {
    result: 'ended',
    kind: record.kind,
    outcome: decision.outcome,
    reason: decision.outcome === 'failed' ? decision.reason : null,
  };
}

/** A fault of this capture's call counts towards giving up; a provider that is away for everybody burns nothing. */
async function retryOrGiveUp(
  deps: ProcessCaptureDeps,
  record: CaptureRecord,
  { fault, providerIsAway }: Extract<Collection, { result: 'fault' }>,
): Promise<Attempt> {
  // Back at once: the closed gate sends it to the waiting room, where it keeps its place.
  if (providerIsAway) return { result: 'later', at: deps.now(), cause: fault.code };
  const failedCalls = record.failedCalls + 1;
  const { retryAfterMs, providerCode } = fault;
  const at = nextTry(deps.retry, { failedCalls, now: deps.now(), random: deps.random(), retryAfterMs });
  if (at === 'give_up') return end(deps, record, failedBy('provider_unavailable', providerCode));
  await deps.captures.noteFailedCalls(record.id, failedCalls);
  return { result: 'later', at: Math.min(at, record.expiresAt), cause: fault.code };
}
