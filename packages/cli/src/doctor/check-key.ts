import type { ApiScope } from '#contracts/scopes';
import { type Finding, fault, note, ok } from './finding.ts';
import type { Answer, Probe } from './probe.ts';

/** For each scope a request that needs it, changes nothing, and tells nothing personal. */
const requests: Readonly<Record<ApiScope, { readonly path: string; readonly method?: string }>> = {
  'captures:read': { path: '/v1/captures?limit=1' },
  // Without Idempotency-Key it is refused before anything is read.
  'captures:write': { path: '/v1/captures', method: 'POST' },
  'identity:read': { path: '/v1/captures/none/identity' },
  // Without its parameters it is refused before anybody is asked.
  'evidence:read': { path: '/v1/identities/images' },
  ops: { path: '/v1/ops/dead-letters?limit=1' },
};
const scopes = Object.keys(requests) as ApiScope[];

/** Whether the key is known, and what it allows; scopes that are wanted and missing are faults. */
export async function checkKey(probe: Probe, wanted: readonly ApiScope[]): Promise<Finding[]> {
  const answers = await Promise.all(scopes.map((scope) => probe(requests[scope].path, requests[scope])));
  const states = answers.map(stateOf);
  if (states.includes('unknown')) {
    return [
      fault(
        'key',
        'the service does not know it',
        'Look at the key, and whether it is of this installation (docs/guides/tenants-and-clients.md).',
      ),
    ];
  }
  return [
    ok('key', 'is known to the service'),
    ...scopes.map((scope, index) => finding(scope, states[index], wanted.includes(scope))),
  ];
}

type State = 'allowed' | 'forbidden' | 'unknown' | 'unclear';

/** 401 and 403 come before anything else of a request is looked at. */
function stateOf(answer: Answer): State {
  if (!answer.reached || answer.status === 429 || answer.status >= 500)
    return isNotConfigured(answer) ? 'allowed' : 'unclear';
  if (answer.status === 401) return 'unknown';
  return answer.status === 403 ? 'forbidden' : 'allowed';
}

function isNotConfigured(answer: Answer): boolean {
  return answer.reached && answer.status === 501;
}

function finding(scope: ApiScope, state: State | undefined, isWanted: boolean): Finding {
  const check = `scope ${scope}`;
  if (state === 'allowed') return ok(check, 'allowed');
  if (state === 'unclear')
    return (isWanted ? fault : note)(check, 'no answer that tells', 'Mend what else is found, and ask again.');
  return (isWanted ? fault : note)(check, 'not allowed', `Ask the operator for a key with ${scope}, if you need it.`);
}
