import type { WaivableCheck } from '@identity-events/shared/contracts/waivable-checks';
import { AppError } from '@identity-events/shared/runtime/errors';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Captures, FinishedStep } from '@identity-events/shared/store/captures';
import type { ProviderGate } from '@identity-events/shared/store/provider-gate';
import { isConclusive } from './decide-outcome.ts';
import { type StepEvidence, type StepName, stepEvidence, stepsOf } from './evidence.ts';
import { TransientProviderFault } from './transient-provider-fault.ts';

/** The provider, as this feature needs it. */
export interface ProviderCalls {
  /** Resolves to a call that has all it needs at hand. Throws what the image store and the sealer throw. */
  prepare(step: StepName, capture: CaptureRecord): Promise<PreparedCall>;
}

/** What one call brought. */
interface StepResult {
  readonly evidence: StepEvidence;
  /** The fields of the person's card, sealed; absent when the tenant does not keep them, and when none were read. */
  readonly sealedIdentity?: string;
}

/**
 * Makes the call and resolves to what it brought, also when that is the provider's final "no".
 * Throws `TransientProviderFault` when the same call may succeed later.
 */
type PreparedCall = (signal: AbortSignal) => Promise<StepResult>;

export interface CollectEvidenceDeps {
  /** True once no further call may be begun: the process is to end. */
  readonly isStopping?: () => boolean;
  readonly now: () => number;
  /** Checks of the capture's tenant that decide nothing. */
  readonly waived: readonly WaivableCheck[];
  readonly captures: Pick<Captures, 'keepStep'>;
  readonly gate: ProviderGate;
  readonly provider: ProviderCalls;
}

/** How far a capture's evidence has come. */
export type Collection =
  | {
      readonly result: 'complete';
      readonly evidence: readonly StepEvidence[];
      /** The step that decides, to be kept with the decision. */
      readonly unkept?: FinishedStep | undefined;
    }
  /** It is not the capture's turn; again at `at` (epoch ms), or when it is woken. */
  | { readonly result: 'wait'; readonly at: number; readonly cause: string }
  /** A call failed in a way that may pass. `providerIsAway`: it would have failed for every capture. */
  | { readonly result: 'fault'; readonly fault: TransientProviderFault; readonly providerIsAway: boolean }
  /** Another attempt ended the capture meanwhile. */
  | { readonly result: 'ended' };

/**
 * Collects the evidence of a capture's steps, in order. Steps that the record holds are not called again; each other
 * one waits for its turn and is written to the record as the very next thing after its answer. Complete early when a
 * step already decides.
 *
 * The step that decides is left to be written with the decision, which is made of it without waiting for anything: one round trip to Redis
 * less for each capture, of the two of a `link` after its call.
 */
export async function collectEvidence(
  deps: CollectEvidenceDeps,
  capture: CaptureRecord,
  signal: AbortSignal,
): Promise<Collection> {
  const evidence: StepEvidence[] = [];
  for (const step of stepsOf[capture.kind]) {
    const kept = capture.steps.get(step);
    const next =
      kept === undefined ? await callAndKeep(deps, capture, step, signal) : { evidence: readKept(step, kept) };
    if ('result' in next) return next;
    evidence.push(next.evidence);
    if (next.unkept) return { result: 'complete', evidence, unkept: next.unkept };
    if (isConclusive(next.evidence, deps.waived)) break;
  }
  return { result: 'complete', evidence };
}

/** Not at once, or the same worker would take it up again. */
const handBackMs = 500;

/** What a step brought, and that it is still to be kept. */
interface Gained {
  readonly evidence: StepEvidence;
  readonly unkept?: FinishedStep;
}

async function callAndKeep(
  { captures, gate, provider, isStopping, now, waived }: CollectEvidenceDeps,
  capture: CaptureRecord,
  step: StepName,
  signal: AbortSignal,
): Promise<Gained | Exclude<Collection, { result: 'complete' }>> {
  // Handed back: another worker goes on from the steps that are written down.
  if (isStopping?.()) return { result: 'wait', at: now() + handBackMs, cause: 'stopping' };
  let call: PreparedCall | undefined;
  const turn = await gate.take(capture, async () => {
    call = await provider.prepare(step, capture);
  });
  if (!turn.go) return { result: 'wait', at: turn.at, cause: turn.cause };
  const { tenant } = capture;
  const { standing } = turn;
  try {
    call ??= await provider.prepare(step, capture);
    const { evidence, sealedIdentity } = await call(signal);
    const decides = step === stepsOf[capture.kind].at(-1) || isConclusive(evidence, waived);
    // With a report due, keeping comes first.
    if (decides && standing === 'well') return { evidence, unkept: { step, evidence, sealedIdentity } };
    const underWay = await captures.keepStep(capture, step, evidence, sealedIdentity);
    if (standing !== 'well') await gate.report({ tenant, standing, state: 'well', code: 'ok' });
    return underWay ? { evidence } : { result: 'ended' };
  } catch (error) {
    if (!(error instanceof TransientProviderFault)) throw error;
    const { code, state, retryAfterMs } = error;
    const { closed } = await gate.report({ tenant, standing, state, code, retryAfterMs });
    return { result: 'fault', fault: error, providerIsAway: closed };
  }
}

function readKept(step: StepName, kept: unknown): StepEvidence {
  const parsed = stepEvidence.safeParse(kept, { reportInput: false });
  if (parsed.success) return parsed.data;
  throw new AppError('evidence_invalid', `The kept evidence of ${step} can not be read.`, { retriable: false });
}
