/** A value that was planted, and what to look for: every form in which it may have been written down. */
export interface Needle {
  /** What it is, such as `user token`. */
  readonly what: string;
  /** Whose it is. */
  readonly captureId: string;
  readonly forms: readonly Buffer[];
}

/** Fewer bytes than this may be anywhere by chance. */
const bytesMin = 8;

/** A value to look for: as it is, in base64 and base64url wherever it begins, in hex, and as a part of a URL. */
export function needleOf(what: string, captureId: string, value: string | Buffer): Needle {
  const bytes = Buffer.from(value as string);
  if (bytes.length < bytesMin) throw new Error(`${what} is too short to be told from chance`);
  const texts = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64Forms(bytes)];
  if (typeof value === 'string') texts.push(encodeURIComponent(value), JSON.stringify(value).slice(1, -1));
  const distinct = new Set(texts.filter((text) => text !== value));
  return { what, captureId, forms: [bytes, ...[...distinct].map((text) => Buffer.from(text))] };
}

/** How bytes look in base64 depends on how many stand before them; what is shared with neighbours is left out. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const whole = text.slice(before === 0 ? 0 : before + 1, (before + bytes.length) % 3 === 0 ? undefined : -1);
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** Something that was looked through. */
export interface Haystack {
  /** Where it is, for people: a key, a file, a record. */
  readonly place: string;
  readonly bytes: Buffer;
}

/** A planted value that was found. */
export interface Finding {
  readonly place: string;
  readonly what: string;
  readonly captureId: string;
}

/** The needles in a haystack, each once. */
export function findNeedles({ place, bytes }: Haystack, needles: readonly Needle[]): Finding[] {
  return needles
    .filter(({ forms }) => forms.some((form) => bytes.includes(form)))
    .map(({ what, captureId }) => ({ place, what, captureId }));
}
