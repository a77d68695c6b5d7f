import { openHttpDoor } from '../../src/doors/http-door.ts';
import { drive } from '../../src/drive.ts';
import { atMost, digits } from '../finding.ts';
import { linkSubmissions } from '../preload.ts';
import { lastCall, providerTimes } from '../sandbox-calls.ts';
import type { Stage } from '../stage.ts';
import { percentile } from '../statistics.ts';
import { waitUntil } from '../wait-until.ts';
import type { Figure } from './figure.ts';

const perSecond = 20;
const warmUp = 40;

interface Journey {
  readonly transactionId: string;
  /** When the 202 came, on the clock of `performance.now()`. */
  readonly acceptedAt: number;
  readonly sentAt: number;
  eventAt?: number;
}

/** What an idle system takes from its 202 to the event in a consumer's hands, without what the provider took. */
async function measureJourneys(stage: Stage, variant: 'ours' | 'naive', count: number) {
  await stage.clear();
  const next = await linkSubmissions('latency');
  const door = openHttpDoor({ url: stage[variant].url, apiKey: stage.apiKey, connections: 16, timeoutMs: 10_000 });
  const events = new Map<string, number>();
  stage.onEvent = ({ captureId, at }) => void events.set(captureId, at);
  const journeys = new Map<string, Journey>();
  const since = await lastCall(stage.sandbox.url);
  const send = async (): Promise<void> => {
    const submission = next();
    const sentAt = performance.now();
    const answer = await door.submit(submission);
    if ('refused' in answer) throw new Error(`a capture was refused: ${answer.refused}`);
    const { transactionId } = submission.fields as { transactionId: string };
    journeys.set(answer.captureId, { transactionId, sentAt, acceptedAt: performance.now() });
  };
  const total = warmUp + count;
  const arrivals = Array.from({ length: total }, (_, n) => n / perSecond);
  await drive({ arrivals, send, skip: () => undefined, inFlightMax: total });
  await waitUntil(() => [...journeys.keys()].every((id) => events.has(id)), 30_000, 'the last event');
  await door.close();
  const provider = await providerTimes(stage.sandbox.url, since);
  return [...journeys].slice(warmUp).map(([captureId, { transactionId, acceptedAt, sentAt }]) => {
    const at = (events.get(captureId) ?? Number.NaN) - (provider.get(transactionId) ?? Number.NaN);
    return { fromAccept: Math.max(0, at - acceptedAt), fromSend: at - sentAt };
  });
}

export const latency: Figure = async (stage, { captures }) => {
  await stage.setWorkers(true);
  const count = Math.min(600, captures);
  const journeys = {
    ours: await measureJourneys(stage, 'ours', count),
    naive: await measureJourneys(stage, 'naive', Math.ceil(count / 2)),
  };
  const of = (variant: 'ours' | 'naive', what: 'fromAccept' | 'fromSend', percent: number): number =>
    percentile(
      journeys[variant].map((one) => one[what]),
      percent,
    );
  return {
    name: 'latency',
    title: 'Accept to event in Kafka, idle system',
    how: `${perSecond} \`link\` captures per second, evenly, ${count} of them; from the arrival of the 202 to the record in a consumer's hands, minus the time that the sandbox took by its own call log.`,
    verdicts: [
      atMost('p50', of('ours', 'fromAccept', 50), 10, ' ms'),
      atMost('p99', of('ours', 'fromAccept', 99), 50, ' ms'),
    ],
    table: {
      head: ['', 'accept to event p50', 'p99', 'send to event p50', 'p99'],
      rows: (['ours', 'naive'] as const).map((variant) => [
        variant,
        `${digits(of(variant, 'fromAccept', 50))} ms`,
        `${digits(of(variant, 'fromAccept', 99))} ms`,
        `${digits(of(variant, 'fromSend', 50))} ms`,
        `${digits(of(variant, 'fromSend', 99))} ms`,
      ]),
    },
  };
};
