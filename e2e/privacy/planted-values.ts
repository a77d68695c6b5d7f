import { randomInt } from 'node:crypto';
import { type Finding, type Needle, needleOf } from '../search/needles.ts';

/** Values that were brought into the system, each to be found nowhere, or only where the service needs it. */
export interface PlantedValues {
  readonly needles: readonly Needle[];
  /** Makes up a value that nothing else has, and takes any ten of its characters in a row from which one could tell it. */
  text(what: string, prefix?: string): string;
  /** Takes a value from elsewhere; one that is too short to be told from chance is left out. */
  add(what: string, value: string | Buffer): void;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const pieceChars = 10;
const pieces = 4;
const bytesMin = 8;

export function createPlantedValues(): PlantedValues {
  const needles: Needle[] = [];
  const known = new Set<string>();
  const add = (what: string, value: string | Buffer): void => {
    const bytes = Buffer.from(value as string);
    const name = `${what} ${bytes.toString('hex')}`;
    if (bytes.length < bytesMin || known.has(name)) return;
    known.add(name);
    needles.push(needleOf(what, '', value));
  };
  return {
    needles,
    add,
    text(what, prefix = '') {
      const parts = Array.from({ length: pieces }, randomPiece);
      const value = prefix + parts.join('');
      // Of a value that is quoted in part, as parsers do, a whole piece is there.
      for (const form of [value, ...parts]) add(what, form);
      return value;
    },
  };
}

function randomPiece(): string {
  return Array.from({ length: pieceChars }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/**
 * Ids stand where the service keeps and tells them, and in no job, file name, log or metric. The transaction whose evidence was
 * read is what the audit log is for.
 */
const mayStand: Readonly<Record<string, RegExp>> = {
  subject: /^(redis \{idv\}:(?!captures)|redis file |kafka |kafka file |answer |cli (?!doctor))/,
  transaction: /^(redis \{idv\}:(?!captures)|redis file |kafka |kafka file |answer |cli (?!doctor)|log audit)/,
};

/** True for an id in a place that it is for. */
export function mayBeThere({ what, place }: Finding): boolean {
  return mayStand[what]?.test(place) ?? false;
}
