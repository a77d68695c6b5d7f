import type { IncomingMessage } from 'node:http';
import { ApiFailure } from '../provider/api-failure.ts';

/** Three faces and an ID image of the largest size, in base64, with room to spare. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const JSON_TYPE = /^(application\/(json|json-patch\+json)|text\/json)\b/i;

/** A request's target in parts; parameter names in lower case, since the provider's framework ignores case. */
export interface Target {
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

/** Splits a request's URL. */
export function readTarget(url: string): Target {
  const [path = '', search = ''] = url.split('?', 2);
  if (search === '') return { path, query: new Map() };
  const pairs = [...new URLSearchParams(search)].map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  return { path, query: new Map(pairs) };
}

/**
 * Reads a request's JSON body, whatever its content type; `{}` if it is empty. Throws 400 if it is too large or no
 * JSON.
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const text = (await readBytes(request)).toString();
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new ApiFailure(400);
  }
}

/** Throws 415 if the request says that its body is something other than JSON. */
export function requireJsonType(request: IncomingMessage): void {
  const type = request.headers['content-type'];
  if (type !== undefined && !JSON_TYPE.test(type)) throw new ApiFailure(415);
}

/** Rejects if the client goes away first. */
function readBytes(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= BODY_BYTES_MAX) chunks.push(chunk);
    });
    request.on('end', () =>
      length <= BODY_BYTES_MAX
        ? resolve(Buffer.concat(chunks))
        : reject(new ApiFailure(400, 'Request body too large.')),
    );
    request.on('error', reject);
  });
}
