import { z } from 'zod';

// The provider's members, read tolerantly: any may be missing or null, and numbers may come as text or the reverse. A member
// of another type is refused, never guessed at.

/** Text or null; a number becomes text. */
export const text = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : String(value)));

/** True, false or null; nothing else counts as an answer. */
export const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? null);

/** A number or null; a numeral as text becomes a number. */
export const number = z
  .union([z.number(), z.string().regex(/^-?\d{1,15}$/)])
  .nullish()
  .transform((value) => (value === null || value === undefined ? null : Number(value)));

/** A name from the provider's vocabulary, such as a field's; other text becomes `unknown`, for it could be anybody's. */
export const word = text.transform((value) =>
  value === null || /^[a-z][\w.]{0,63}$/i.test(value) ? value : 'unknown',
);
