import { z } from 'zod';
import { text } from './wire.ts';

// Our name to the provider's; its mixture of cases is real.
const frontMembers = {
  firstName: 'first_name',
  lastNames: 'last_names',
  name: 'name',
  firstNameEnglish: 'first_name_english',
  lastNamesEnglish: 'last_names_english',
  nameEnglish: 'name_english',
  address: 'address',
  address1: 'address_1',
  address2: 'address_2',
  addressEnglish: 'address_english',
  govern: 'govern',
  governEnglish: 'govern_english',
  city: 'city',
  district: 'district',
  idNumber: 'idNumber',
  idKey: 'idKey',
  dateOfBirth: 'dateOfBirth',
  gender: 'gender',
} as const;

const backMembers = {
  maritalStatus: 'maritalStatus',
  maritalStatusEnglish: 'marital_status_english',
  job: 'job',
  jobEnglish: 'job_english',
  jobTitle: 'jobTitle',
  jobTitleEnglish: 'job_title_english',
  religion: 'religion',
  religionEnglish: 'religion_english',
  husbandName: 'husbandName',
  husbandNameEnglish: 'husbandName_english',
  releaseDate: 'releaseDate',
  idExpiry: 'idExpiry',
  idNumber: 'idNumber',
  gender: 'gender',
  genderEnglish: 'gender_english',
} as const;

type Extracted<M> = { readonly [K in keyof M]: string | null };

/** What was read from the front of a card. Personal data: seal it. Dates are as the provider wrote them. */
export type ExtractedFront = Extracted<typeof frontMembers>;

/** What was read from the back of a card. Personal data: seal it. Dates are as the provider wrote them. */
export type ExtractedBack = Extracted<typeof backMembers>;

/** The front of a card on the wire, with the id of its transaction. Source: docs.vlenseg.com, LinkUserWithExistingTransaction. */
export const cardFront = card(frontMembers);

/** The back of a card on the wire, with the id of its transaction. Source: as {@link cardFront}. */
export const cardBack = card(backMembers);

function card<M extends Readonly<Record<string, string>>>(members: M) {
  const shape = Object.fromEntries(Object.values(members).map((wireName) => [wireName, text]));
  return z
    .object({ ...shape, transaction_id: text })
    .nullish()
    .transform((wire) => ({ transactionId: wire?.transaction_id ?? null, fields: pick(members, wire) }));
}

/** Null if nothing at all was read, as when extraction was not asked for. */
function pick<M extends Readonly<Record<string, string>>>(
  members: M,
  wire: Readonly<Record<string, unknown>> | null | undefined,
): Extracted<M> | null {
  if (!wire) return null;
  const fields = Object.entries(members).map(([name, wireName]) => [name, wire[wireName] ?? null] as const);
  if (fields.every(([, value]) => value === null)) return null;
  return Object.fromEntries(fields) as Extracted<M>;
}
