import { type Credential, type Endpoint, type EndpointName, endpoints } from './endpoints.ts';
import { type BodyMember, toJsonBody } from './json-body.ts';
import type { CallOptions, VlensClientOptions } from './options.ts';
import type { HttpRequest } from './transport.ts';

/** What one call sends, beside its path. */
export interface CallInput {
  readonly body?: Readonly<Record<string, BodyMember>>;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly options?: CallOptions & { readonly accessToken?: string };
}

/**
 * Lays out one call: URL, headers, body.
 *
 * Headers are those of docs.vlenseg.com "conventions": `ApiKey` always, `Authorization` if the call has a token,
 * `Content-Type` on POST, `TenancyName` where a page asks for it.
 *
 * @throws TypeError if the access token can't be sent as a header; the message does not quote it.
 */
export function toHttpRequest(name: EndpointName, input: CallInput, client: VlensClientOptions): HttpRequest {
  const endpoint: Endpoint = endpoints[name];
  const { accessToken } = input.options ?? {};
  const headers: Record<string, string> = { Accept: 'application/json', ApiKey: client.apiKey };
  if (endpoint.method === 'POST') headers['Content-Type'] = 'application/json';
  if (endpoint.sendsTenancyName && client.tenancyName) headers['TenancyName'] = client.tenancyName;
  if (accessToken !== undefined) headers['Authorization'] = `Bearer ${headerText('accessToken', accessToken)}`;
  return {
    endpoint: name,
    method: endpoint.method,
    url: toUrl(client.baseUrl, endpoint.path, input.query),
    headers,
    body: input.body ? toJsonBody(input.body) : null,
  };
}

/** The credential that a 401 or 403 to this call speaks of. */
export function credentialOf(name: EndpointName, { options }: CallInput): Credential {
  const { credential } = endpoints[name];
  return credential === 'api-key' && options?.accessToken !== undefined ? 'user' : credential;
}

/** Holds once a client with these options can send. @throws TypeError otherwise; the message quotes no secret. */
export function assertUsable({ baseUrl, apiKey, tenancyName }: VlensClientOptions): void {
  const url = URL.parse(baseUrl);
  const isPlain = url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
  if (!isPlain) throw new TypeError('baseUrl must be an http(s) URL without credentials, query or fragment');
  headerText('apiKey', apiKey);
  if (tenancyName !== undefined) headerText('tenancyName', tenancyName);
}

function toUrl(baseUrl: string, path: string, query: CallInput['query'] = {}): URL {
  const url = new URL(baseUrl.replace(/\/$/, '') + path);
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) url.searchParams.set(key, String(value));
  }
  return url;
}

function headerText(name: string, value: string): string {
  if (/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) return value;
  throw new TypeError(`${name} must be printable ASCII, and not empty`);
}
