import { SeededRandom } from '../random.ts';
import {
  type Bilingual,
  femaleNames,
  type Governorate,
  genders,
  governorates,
  jobs,
  maleNames,
  maritalStates,
  religions,
  streets,
  syntheticSurname,
} from './name-lists.ts';
import { nationalNumber } from './national-number.ts';

/** A person who does not exist, as both sides of the card describe them. Dates are `YYYY-MM-DD`. */
export interface SyntheticIdentity {
  readonly firstName: Bilingual;
  readonly lastNames: Bilingual;
  readonly dateOfBirth: string;
  readonly gender: 'male' | 'female';
  readonly governorate: Governorate;
  /** First line: number and street. */
  readonly street: Bilingual;
  readonly idNumber: string;
  /** Two letters and seven digits; `ZZ` marks it as synthetic. */
  readonly idKey: string;
  readonly job: Bilingual;
  readonly religion: Bilingual;
  readonly maritalStatus: Bilingual;
  /** Only for married women. */
  readonly husbandName: Bilingual | null;
  readonly releaseDate: string;
  /** Seven years after the release. */
  readonly idExpiry: string;
}

/** The person behind a transaction: the same seed and transaction id always give the same one. */
export function syntheticIdentity(seed: string, transactionId: string): SyntheticIdentity {
  const random = new SeededRandom(`identity:${seed}:${transactionId}`);
  const gender = random.pick(['male', 'female'] as const);
  const dateOfBirth = date(random.integer(1955, 2001), random);
  const governorate = random.pick(governorates);
  const married = random.next() < 0.5;
  const releaseYear = random.integer(2024, 2025);
  const releaseDate = date(releaseYear, random);
  return {
    firstName: random.pick(gender === 'male' ? maleNames : femaleNames),
    lastNames: lastNames(random),
    dateOfBirth,
    gender,
    governorate,
    street: street(random),
    idNumber: nationalNumber({
      dateOfBirth,
      governorateCode: governorate.code,
      serial: random.integer(0, 999),
      genderDigit: random.integer(0, 4) * 2 + (gender === 'male' ? 1 : 0),
    }),
    idKey: `ZZ${String(random.integer(0, 9_999_999)).padStart(7, '0')}`,
    job: random.pick(jobs),
    religion: random.pick(religions),
    maritalStatus: married ? maritalStates.married : maritalStates.single,
    husbandName: married && gender === 'female' ? joined(random.pick(maleNames), lastNames(random)) : null,
    releaseDate,
    idExpiry: `${releaseYear + 7}${releaseDate.slice(4)}`,
  };
}

/** The full name in both scripts. */
export function fullName({ firstName, lastNames: last }: SyntheticIdentity): Bilingual {
  return joined(firstName, last);
}

/** The gender in both scripts. */
export function genderOf(identity: SyntheticIdentity): Bilingual {
  return genders[identity.gender];
}

function lastNames(random: SeededRandom): Bilingual {
  return joined(joined(random.pick(maleNames), random.pick(maleNames)), syntheticSurname);
}

function street(random: SeededRandom): Bilingual {
  const number = String(random.integer(1, 99));
  return joined({ arabic: number, english: number }, random.pick(streets));
}

function joined(first: Bilingual, second: Bilingual): Bilingual {
  return { arabic: `${first.arabic} ${second.arabic}`, english: `${first.english} ${second.english}` };
}

/** A day that every month has. */
function date(year: number, random: SeededRandom): string {
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  return `${year}-${twoDigits(random.integer(1, 12))}-${twoDigits(random.integer(1, 28))}`;
}
