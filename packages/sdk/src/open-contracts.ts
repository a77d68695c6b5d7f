import { z } from 'zod';
import { captureListView as listView } from '#contracts/capture-list';
import { acceptedView, captureView as view } from '#contracts/capture-view';
import { identityFailed as failed, reason } from '#contracts/identity-event';
import type { ReasonCode } from '#contracts/reasons';

/**
 * The contracts as a reader must take them: enumerations that are open to additions (`x-open-enum`) may hold values
 * that are younger than this package. `open-contracts.test.ts` names every one that is not opened here.
 */
type OpenReasonCode = ReasonCode | (string & {});

const openCode: z.ZodType<OpenReasonCode> = z.string();
const openReason = reason.extend({ code: openCode });

/** Where a capture stands. */
export const captureView = view.extend({ reason: openReason.optional() });
export type CaptureView = z.infer<typeof captureView>;

/** A page of captures. */
export const captureListView = listView.extend({ captures: z.array(captureView) });

/** What became of each capture of a batch; a problem is read like any other answer's. */
export const captureBatchView = z.object({
  results: z.array(
    z.union([
      z.object({ status: z.literal(202), capture: acceptedView }),
      z.object({ status: z.number(), problem: z.unknown() }),
    ]),
  ),
});

/** Data of `identity.failed`. */
export const identityFailed = failed.extend({ reason: openReason });
