import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Captures } from '@identity-events/shared/store/captures';
import type { ApiClient } from './api-clients.ts';
import { HttpProblem } from './problem.ts';

/** The record of a capture of the client's tenant. Throws the problem `not-found`, also for another tenant's. */
export async function readOwnCapture(
  captures: Pick<Captures, 'read'>,
  client: ApiClient,
  captureId: string,
): Promise<CaptureRecord> {
  const record = await captures.read(captureId);
  if (record?.tenant !== client.tenant) throw new HttpProblem('not-found');
  return record;
}
