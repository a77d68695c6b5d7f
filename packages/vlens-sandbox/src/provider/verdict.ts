import type { Effect, StepName } from '../scenarios/effect.ts';
import type { Transaction } from '../state/transaction.ts';

/** Which authorities the tenant requires. */
export interface AuthorityRules {
  readonly ntraRequired: boolean;
  readonly csoRequired: boolean;
}

/** What the provider thinks of a transaction as a whole. */
export interface Verdict {
  readonly finished: readonly StepName[];
  /** Codes of the validation errors. */
  readonly validations: readonly number[];
  readonly fake: boolean;
  readonly live: boolean;
  readonly faceMatches: boolean;
  readonly amlHit: boolean;
  readonly srcValid: boolean;
  readonly completed: boolean;
  readonly verified: boolean;
  readonly sparse: boolean;
}

const STEPS: readonly StepName[] = ['front', 'back', 'liveness'];
/** Compares the sides, so it can only be found once both are there. */
const SIDES_DIFFER = 3101;

/**
 * Judges a transaction. Completed: all steps are there, live, genuine and without validation errors. Verified:
 * completed, owned by a user, no AML hit, SRC valid, and no required authority refuses. Documented are the steps and
 * authorities (docs page "Digital Identity"); that a bad service result takes the flags away is this sandbox's choice,
 * which the `...-verified` scenarios turn around.
 */
export function judge(transaction: Transaction, rules: AuthorityRules): Verdict {
  const finished = STEPS.filter((step) => transaction.steps[step] !== undefined);
  const effects = [transaction.base, ...finished.map((step) => transaction.steps[step]?.effect ?? {})];
  const has = (test: (effect: Effect) => unknown) => effects.some(test);
  const validations = effects.flatMap(({ validation }) => validation ?? []);
  const found = {
    validations,
    fake: has((effect) => effect.fake),
    live: !has((effect) => effect.notLive),
    faceMatches: !has((effect) => effect.faceDiffers),
    amlHit: has((effect) => effect.amlHit),
    srcValid: !has((effect) => effect.srcInvalid),
  };
  const forgiven = has((effect) => effect.flagsStayTrue);
  const capturesPass = validations.length === 0 && !found.fake && found.live && found.faceMatches;
  const checksPass = !found.amlHit && found.srcValid && !has((effect) => isRefused(effect, rules));
  const completed = finished.length === STEPS.length && (forgiven || capturesPass);
  const verified = completed && transaction.ownerId !== null && (forgiven || checksPass);
  return { finished, ...found, completed, verified, sparse: has((effect) => effect.sparse) };
}

/**
 * The validation errors reported when one side has been captured: its own, and 3101 as soon as both sides are there.
 */
export function validationsOfSide(transaction: Transaction, side: 'front' | 'back'): readonly number[] {
  const { front, back } = transaction.steps;
  const own = transaction.steps[side]?.effect.validation;
  const differ = front && back && [front, back].some(({ effect }) => effect.validation === SIDES_DIFFER);
  return [...(own === undefined || own === SIDES_DIFFER ? [] : [own]), ...(differ ? [SIDES_DIFFER] : [])];
}

function isRefused({ refusedBy }: Effect, { ntraRequired, csoRequired }: AuthorityRules): boolean {
  if (refusedBy === 'ntra') return ntraRequired;
  if (refusedBy === 'cso') return csoRequired;
  return refusedBy === 'any';
}
