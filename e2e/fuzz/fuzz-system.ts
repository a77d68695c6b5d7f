import { createHash } from 'node:crypto';
import { openTestSystem, type TestSystem } from '../support/test-system.ts';
import { type FuzzRun, fuzzRoutes } from './fuzz-routes.ts';

const webhookSecret = 'fuzz-webhook-secret';

/** A system whose provider has no limits: that it takes no more calls for now would be an answer of 503. */
export function openFuzzSystem(database: number): Promise<TestSystem> {
  const provider = { VLENS_WINDOWS: '100000/1s' };
  const secrets = { VLENS_WEBHOOK_SECRETS: createHash('sha256').update(webhookSecret).digest('hex') };
  return openTestSystem({ name: 'fuzz', database, env: { worker: provider, api: { ...provider, ...secrets } } });
}

/** Every route of its API, as a client that may do everything. */
export function fuzzSystem({ system, apiKey }: TestSystem, args: readonly string[]): Promise<FuzzRun> {
  return fuzzRoutes({ apiUrl: system.apiUrl, apiKey, webhookSecret, args });
}
