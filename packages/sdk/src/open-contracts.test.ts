import { expect, it } from 'vitest';
import { z } from 'zod';
import { captureListView as strictListView } from '#contracts/capture-list';
import { captureView as strictCaptureView } from '#contracts/capture-view';
import { identityFailed as strictIdentityFailed } from '#contracts/identity-event';
import { captureListView, captureView, identityFailed } from './open-contracts.ts';

const openEnums = (schema: z.ZodType): number =>
  JSON.stringify(z.toJSONSchema(schema, { io: 'input' })).split('"x-open-enum"').length - 1;

it.each([
  ['a capture', strictCaptureView, captureView],
  ['a list of captures', strictListView, captureListView],
  ['identity.failed', strictIdentityFailed, identityFailed],
])('every enumeration of %s that may grow is open to readers', (_, strict, open) => {
  expect(openEnums(strict)).toBe(1);
  expect(openEnums(open)).toBe(0);
});
