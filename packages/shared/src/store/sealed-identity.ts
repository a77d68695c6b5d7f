import { type IdentityFields, identityFields } from '../contracts/identity-view.ts';
import { AppError } from '../runtime/errors.ts';
import { type CaptureRecord, fieldContext } from './capture-record.ts';
import { openText, type Sealer, sealText } from './seal.ts';

type Whose = Pick<CaptureRecord, 'id' | 'tenant'>;

/** One side of a card as it was read. */
export type CardSide = Readonly<Record<string, string | null>>;

/** Seals what a step read from a person's card, bound to capture and step; only fields that may be kept are taken over. */
export function sealIdentity(sealer: Sealer, whose: Whose, step: string, sides: readonly CardSide[]): string {
  const present = sides.flatMap((side) => Object.entries(side)).filter(([, value]) => value !== null);
  return sealText(sealer, JSON.stringify(identityFields.parse(Object.fromEntries(present))), contextOf(whose, step));
}

/** What the steps of a capture read together. Throws `AppError('seal_broken')`. */
export function openIdentity(sealer: Sealer, whose: Whose, sealed: ReadonlyMap<string, string>): IdentityFields {
  const parts = [...sealed].map(([step, value]) => parse(openText(sealer, value, contextOf(whose, step))));
  return Object.assign({}, ...parts) as IdentityFields;
}

function contextOf({ tenant, id }: Whose, step: string): string {
  return fieldContext(tenant, id, `identity:${step}`);
}

function parse(text: string): IdentityFields {
  const parsed = identityFields.safeParse(JSON.parse(text), { reportInput: false });
  if (parsed.success) return parsed.data;
  throw new AppError('record_invalid', 'Kept fields of a card can not be read.', { retriable: false });
}
