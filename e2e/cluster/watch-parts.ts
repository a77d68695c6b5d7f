import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@identity-events/shared/runtime/logger';
import { connectFailingFast } from '@identity-events/shared/runtime/redis';
import { answersOk } from '@identity-events/tools/system/part';
import { countUnderWay, type Run } from '../chaos/run.ts';
import type { ClusterSystem } from './cluster-system.ts';

/** What every worker's log says of a capture, the last of it. */
export function linesAbout(captureId: string, logFiles: readonly string[]): readonly string[] {
  return logFiles.flatMap((logFile) =>
    readLines(logFile)
      .filter((line) => line.includes(captureId))
      .slice(-linesOfEachCapture),
  );
}

/** Looks at every part once a second, so that a run that fails explains itself. */
export interface PartsWatch {
  /** Notes what is done to the system, between the looks. */
  mark(what: string): void;
  /** The latest looks, what the consumer met, and the ends of the workers' logs. */
  story(): string;
  stop(): Promise<void>;
}

const everyMs = 1_000;
const answerWithinMs = 900;
const looksKept = 120;
const linesOfEachLog = 40;
const linesOfEachCapture = 5;
/** One for each capture or batch; the others tell of trouble. */
const usual = /"(capture\.processed|relay\.published)"/;

export function watchParts(system: ClusterSystem, run: Run): PartsWatch {
  const { cluster, fleet, apiUrls, events } = system;
  const redis = connectFailingFast(cluster.address, answerWithinMs, createLogger('cluster', 'error'));
  const stopping = new AbortController();
  const looks: string[] = [];
  let latest = '';
  /** What has not changed is told once. */
  const note = (word: string): void => {
    if (word === latest) return;
    latest = word;
    looks.push(`${new Date().toISOString()} ${word}`);
    if (looks.length > looksKept) looks.shift();
  };

  async function look(): Promise<void> {
    const [underWay, published, ready] = await Promise.all([
      orUnknown(async () => toFields(await countUnderWay(redis))),
      orUnknown(async () => String(await events.published())),
      orUnknown(async () => (await Promise.all([...apiUrls, ...fleet.urls].map(isReady))).join('')),
    ]);
    const counts = toFields({ accepted: run.load.accepted.length, consumed: events.records.length });
    note(`${counts} published=${published} ${underWay} ready=${ready}`);
  }

  async function keepLooking(): Promise<void> {
    while (!stopping.signal.aborted) {
      await Promise.all([look(), delay(everyMs)]);
    }
  }

  const looking = keepLooking();
  return {
    mark: note,
    story: () => [...looks, 'consumer:', ...events.story, ...fleet.logFiles.flatMap(endOfLog)].join('\n'),
    async stop() {
      stopping.abort();
      await looking;
      redis.disconnect();
    },
  };
}

const isReady = async (url: string): Promise<0 | 1> => ((await answersOk(`${url}/readyz`)) ? 1 : 0);

function toFields(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name}=${count}`)
    .join(' ');
}

/** `?` for whoever does not answer in time. */
async function orUnknown(ask: () => Promise<string>): Promise<string> {
  return Promise.race([ask().catch(() => '?'), delay(answerWithinMs, '?')]);
}

function endOfLog(logFile: string): readonly string[] {
  return [
    `${basename(logFile)}:`,
    ...readLines(logFile)
      .filter((line) => !usual.test(line))
      .slice(-linesOfEachLog),
  ];
}

function readLines(logFile: string): readonly string[] {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n');
}
