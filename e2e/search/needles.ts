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

/**
 * A value to look for: as it is, in base64 and base64url wherever it begins, in hex, as a part of a URL or form, and as JSON
 * writes it, in ASCII only, too.
 */
export function needleOf(what: string, captureId: string, value: string | Buffer): Needle {
  const bytes = Buffer.from(value as string);
  if (bytes.length < bytesMin) throw new Error(`${what} is too short to be told from chance`);
  const texts = [bytes.toString('hex'), bytes.toString('hex').toUpperCase(), ...base64Forms(bytes)];
  if (typeof value === 'string') texts.push(...textForms(value));
  const distinct = new Set(texts.filter((text) => text !== value));
  return { what, captureId, forms: [bytes, ...[...distinct].map((text) => Buffer.from(text))] };
}

function textForms(value: string): string[] {
  const url = encodeURIComponent(value);
  const json = JSON.stringify(value).slice(1, -1);
  const asciiJson = json.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const lowerUrl = url.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
  const form = new URLSearchParams([['', value]]).toString().slice(1);
  return [url, lowerUrl, form, json, asciiJson];
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

/** Finds the needles in a haystack, each once. */
export type Finder = (haystack: Haystack) => Finding[];

/** A form ends with this many bytes, by which it is known: ends differ where beginnings are prefixes in common. */
const endBytes = 4;

/** A finder of all these needles at once: it goes through a haystack a single time, however many there are. */
export function createFinder(needles: readonly Needle[]): Finder {
  const all = needles.flatMap((needle) => needle.forms.map((form) => ({ needle, form })));
  const byEnd = Map.groupBy(all, ({ form }) => form.readUInt32BE(form.length - endBytes));
  return ({ place, bytes }) => {
    const found = new Set<Needle>();
    let end = 0;
    for (let at = 0; at < bytes.length; at++) {
      end = ((end << 8) | (bytes[at] as number)) >>> 0;
      for (const { needle, form } of byEnd.get(end) ?? []) if (endsWith(bytes, form, at + 1)) found.add(needle);
    }
    return [...found].map(({ what, captureId }) => ({ place, what, captureId }));
  };
}

function endsWith(bytes: Buffer, form: Buffer, end: number): boolean {
  const begin = end - form.length;
  return begin >= 0 && bytes.compare(form, 0, form.length, begin, end) === 0;
}
