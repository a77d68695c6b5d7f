import { fullName, genderOf, type SyntheticIdentity, syntheticIdentity } from '../identities/synthetic-identity.ts';
import type { SandboxState } from '../state/sandbox-state.ts';
import type { Transaction } from '../state/transaction.ts';
import type { SandboxUser } from '../state/user-store.ts';

/** The person on the card of a transaction. */
export function identityOf(transaction: Transaction, state: SandboxState): SyntheticIdentity {
  return syntheticIdentity(state.settings.seed, transaction.id);
}

/** The three ids that stand in every extracted side. */
export function idsOf({ id, requestId, clientTransactionId }: Transaction): object {
  return { transaction_id: id, request_id: requestId, client_transaction_id: clientTransactionId };
}

/** `data.idFrontData` as the response schema of LinkUserWithExistingTransaction documents it. */
export function idFrontData(transaction: Transaction, identity: SyntheticIdentity): object {
  const { firstName, lastNames, street, governorate } = identity;
  const name = fullName(identity);
  return {
    first_name: firstName.arabic,
    last_names: lastNames.arabic,
    name: name.arabic,
    first_name_english: firstName.english,
    last_names_english: lastNames.english,
    name_english: name.english,
    address: `${street.arabic} - ${governorate.arabic}`,
    address_1: street.arabic,
    address_2: governorate.arabic,
    address_english: `${street.english}, ${governorate.english}`,
    govern: governorate.arabic,
    govern_english: governorate.english,
    city: governorate.arabic,
    district: street.arabic,
    idNumber: identity.idNumber,
    idKey: identity.idKey,
    dateOfBirth: midnight(identity.dateOfBirth),
    gender: genderOf(identity).arabic,
    ...idsOf(transaction),
  };
}

/**
 * `data.idBackData` as the same schema documents it. An expired card has expired; sides that differ have different
 * numbers.
 */
export function idBackData(transaction: Transaction, identity: SyntheticIdentity): object {
  const { job, religion, maritalStatus, husbandName } = identity;
  const gender = genderOf(identity);
  const expired = hasValidation(transaction, 3010);
  return {
    maritalStatus: maritalStatus.arabic,
    marital_status_english: maritalStatus.english,
    job: job.arabic,
    job_english: job.english,
    jobTitle: job.arabic,
    job_title_english: job.english,
    religion: religion.arabic,
    religion_english: religion.english,
    husbandName: husbandName?.arabic ?? null,
    husbandName_english: husbandName?.english ?? null,
    releaseDate: midnight(expired ? '2017-12-31' : identity.releaseDate),
    idExpiry: midnight(expired ? '2024-12-31' : identity.idExpiry),
    idNumber: (hasValidation(transaction, 3101) ? anotherCard(transaction) : identity).idNumber,
    gender: gender.arabic,
    gender_english: gender.english,
    ...idsOf(transaction),
  };
}

/** `data.user`; the names and the number are those of the card. Null without a user. */
export function userData(user: SandboxUser | null, identity: SyntheticIdentity): object | null {
  if (user === null) return null;
  return {
    id: user.id,
    name: identity.firstName.english,
    surname: identity.lastNames.english,
    fullName: fullName(identity).english,
    userName: user.phoneNumber,
    emailAddress: user.emailAddress,
    phoneNumber: user.phoneNumber,
    idNumber: identity.idNumber,
    address: `${identity.street.english}, ${identity.governorate.english}`,
  };
}

function anotherCard({ id }: Transaction): SyntheticIdentity {
  return syntheticIdentity('another card', id);
}

function hasValidation({ base, steps }: Transaction, code: number): boolean {
  return [base, steps.front?.effect, steps.back?.effect].some((effect) => effect?.validation === code);
}

function midnight(date: string): string {
  return `${date}T00:00:00Z`;
}
