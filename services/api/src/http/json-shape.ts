const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/** What a JSON body may be made of. */
export interface JsonShape {
  readonly depthMax: number;
  readonly valuesMax: number;
}

/**
 * True when the bytes, should they be JSON in UTF-8, stay within the limits. Told from brackets and commas outside of strings,
 * before anything is parsed: a body of brackets takes twenty times its size in memory once it is.
 */
export function hasJsonShape(bytes: Buffer, { depthMax, valuesMax }: JsonShape): boolean {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte === quote) at = endOfString(bytes, at);
    else if (opening.has(byte)) depth += 1;
    else if (closing.has(byte)) depth -= 1;
    if (byte === comma || opening.has(byte)) values += 1;
    if (depth > depthMax || values > valuesMax) return false;
  }
  return true;
}

/** Where the string ends that begins here: at the next quote that is not escaped, or with the bytes. */
function endOfString(bytes: Buffer, begin: number): number {
  for (let end = bytes.indexOf(quote, begin + 1); end !== -1; end = bytes.indexOf(quote, end + 1)) {
    let escapes = 0;
    while (bytes[end - 1 - escapes] === backslash) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return bytes.length;
}
