import type { Log } from '../engines/engine.ts';
import { waitFor } from '../processes/wait-for.ts';
import { type Expected, linkAfterLogin, samples } from '../samples.ts';
import { collectEvents, type EventCollector, type SeenEvent } from './collect-events.ts';
import { type Submitted, submitSample } from './submit-sample.ts';

const DEADLINE_MS = 60_000;

/** Where to submit and where to read. */
export type ShowOptions = {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly kafkaBrokers: string;
  readonly print: Log;
  readonly signal: AbortSignal;
};

/**
 * Submits every sample, reads the events back from Kafka and prints them side by side; true when each capture has exactly the
 * event that it should have, within a minute.
 */
export async function showSamples({ apiUrl, apiKey, kafkaBrokers, print, signal }: ShowOptions): Promise<boolean> {
  const collector = await collectEvents(kafkaBrokers);
  try {
    const submitted = await Promise.all(samples().map((sample) => submitSample(sample, apiUrl, apiKey)));
    submitted.push(...(await linkCaptured(submitted, collector, { apiUrl, apiKey, signal })));
    const allSeen = (): boolean => submitted.every(({ captureId }) => collector.seen.has(captureId));
    await waitFor(allSeen, { what: 'an event for every sample', deadlineMs: DEADLINE_MS, signal }).catch(
      (error: unknown) => {
        if (signal.aborted) throw error;
        print(String(error));
      },
    );
    const rows = submitted.map((one) => row(one, collector.seen.get(one.captureId)));
    for (const line of table([['capture', 'kind', 'outcome', 'reason', 'ms', ''], ...rows.map(({ cells }) => cells)]))
      print(line);
    return rows.every(({ ok }) => ok);
  } finally {
    await collector.stop();
  }
}

/** Continues the journeys that began before login: each captured transaction is linked to its user. */
async function linkCaptured(
  submitted: readonly Submitted[],
  { seen }: EventCollector,
  { apiUrl, apiKey, signal }: Pick<ShowOptions, 'apiUrl' | 'apiKey' | 'signal'>,
): Promise<Submitted[]> {
  const journeys = submitted.filter(({ sample }) => sample.kind === 'national_id_ocr');
  return Promise.all(
    journeys.map(async ({ sample, captureId }) => {
      const options = { what: `an event for "${sample.title}"`, deadlineMs: DEADLINE_MS, signal };
      const { transactionId = '' } = await waitFor(() => seen.get(captureId), options);
      return submitSample(linkAfterLogin(sample, transactionId), apiUrl, apiKey);
    }),
  );
}

function row({ sample, acceptedAtMs }: Submitted, event: SeenEvent | undefined): { ok: boolean; cells: string[] } {
  const outcome = event?.type.replace('identity.', '') ?? 'no event';
  const expected: { outcome: string; reason?: string } = sample.expected satisfies Expected;
  const ok = outcome === expected.outcome && event?.reason === expected.reason;
  const ms = event ? String(Math.max(0, event.seenAtMs - acceptedAtMs)) : '';
  const verdict = ok ? '' : `<- expected ${expected.outcome} ${expected.reason ?? ''}`;
  return { ok, cells: [sample.title, sample.kind, outcome, event?.reason ?? '', ms, verdict] };
}

/** Columns padded to their widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
