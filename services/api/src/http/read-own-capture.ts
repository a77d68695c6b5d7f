import { errorCode } from '@identity-events/shared/runtime/errors';
import type { CaptureRecord } from '@identity-events/shared/store/capture-record';
import type { Captures } from '@identity-events/shared/store/captures';
import type { Client } from '@identity-events/shared/tenants/tenant';
import { erasedRemains } from '../captures/erased-remains.ts';
import { HttpProblem } from './problem.ts';

export interface OwnCaptureDeps {
  readonly captures: Pick<Captures, 'read' | 'readErased' | 'readOwner'>;
}

/**
 * The record of a capture of the client's tenant. Throws the problem `gone` when it was erased, `capture-damaged` when it can't be
 * read, and `not-found`, also for another tenant's, whatever became of it: that costs as much as one that never was.
 */
export async function readOwnCapture(
  captures: OwnCaptureDeps['captures'],
  client: Client,
  captureId: string,
): Promise<CaptureRecord> {
  const record = await captures.read(captureId).catch(async (error: unknown) => {
    if (errorCode(error) !== 'record_invalid') throw error;
    const owner = await captures.readOwner(captureId, [client.tenant]);
    throw new HttpProblem(owner === null ? 'not-found' : 'capture-damaged');
  });
  if (record?.tenant === client.tenant) return record;
  const erased = await erasedRemains(captures, captureId);
  throw new HttpProblem(erased?.tenant === client.tenant ? 'gone' : 'not-found');
}
