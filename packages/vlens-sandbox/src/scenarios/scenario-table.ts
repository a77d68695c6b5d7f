import type { Effect } from './effect.ts';
import { errorCodes } from './error-codes.ts';

/** One row of the table of magic values. */
export interface Scenario {
  /** What an image carries: `vlens-sandbox:<name>`. The number, as four digits, does as well. */
  readonly name: string;
  /** The last four digits of the transaction id `00000000-0000-4000-8000-00000000NNNN`. */
  readonly number: string;
  /** Whether images can carry it too, or only the id of a transaction to be linked. */
  readonly carriedBy: 'id' | 'id, image';
  /** What the provider then answers. */
  readonly meaning: string;
  readonly effect: Effect;
}

const outcomes: readonly Scenario[] = [
  row('0000', 'verified', 'everything passes', {}),
  row('0010', 'spoof', '`spoofing.fake` is true, both flags false', { fake: true }),
  row('0011', 'spoof-verified', 'the same, but both flags true', { fake: true, flagsStayTrue: true }),
  row('0020', 'liveness-false', '`liveness` is false, both flags false', { notLive: true }),
  row('0021', 'liveness-false-verified', 'the same, but both flags true', { notLive: true, flagsStayTrue: true }),
  row('0025', 'face-differs', '`isMatched` is false, both flags false', { faceDiffers: true }),
  row('0030', 'aml-hit', '`AML_matched` is true with one entry, completed, not verified', { amlHit: true }),
  row('0031', 'aml-hit-verified', 'the same, but both flags true', { amlHit: true, flagsStayTrue: true }),
  row('0040', 'src-invalid', '`SRC.isValid` is false, completed, not verified', { srcInvalid: true }),
  row('0041', 'src-invalid-verified', 'the same, but both flags true', { srcInvalid: true, flagsStayTrue: true }),
  row('0050', 'completed-unverified', 'every check passes, completed, not verified', { refusedBy: 'any' }),
  row('0051', 'ntra-refuses', 'not verified where the tenant requires NTRA', { refusedBy: 'ntra' }),
  row('0052', 'cso-refuses', 'not verified where the tenant requires CSO', { refusedBy: 'cso' }),
  row('0060', 'invalid-verified', 'validation error 1001, yet both flags true', {
    validation: 1001,
    flagsStayTrue: true,
  }),
  row('0061', 'sparse', 'verified, with only the members of the documented liveness example', { sparse: true }),
  idOnly('0070', 'unknown', 'error 5004: no such transaction', { unknown: true }),
  idOnly('0080', 'front-missing', 'the front was never captured, both flags false', { missing: ['front'] }),
  idOnly('0081', 'back-missing', 'the back was never captured, both flags false', { missing: ['back'] }),
  idOnly('0082', 'liveness-missing', 'the faces were never captured, both flags false', { missing: ['liveness'] }),
  idOnly('0090', 'linked-elsewhere', 'error 5004: belongs to another user', { linkedElsewhere: true }),
];

/**
 * Every magic value, in the order of the README's table: outcomes first, then one row for each code of the provider.
 */
export const scenarios: readonly Scenario[] = [
  ...outcomes,
  ...errorCodes.map(({ code, name, message, field }) =>
    field === undefined
      ? row(fourDigits(code), name, `error ${code}: ${message}`, { error: code })
      : row(fourDigits(code), name, `validation error ${code}: ${message}`, { validation: code }),
  ),
];

function row(number: string, name: string, meaning: string, effect: Effect): Scenario {
  return { number, name, carriedBy: 'id, image', meaning, effect };
}

function idOnly(number: string, name: string, meaning: string, effect: Effect): Scenario {
  return { number, name, carriedBy: 'id', meaning, effect };
}

function fourDigits(code: number): string {
  return String(code).padStart(4, '0');
}
