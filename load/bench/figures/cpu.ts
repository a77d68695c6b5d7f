import { openHttpDoor } from '../../src/doors/http-door.ts';
import { drive } from '../../src/drive.ts';
import { cpuDuring } from '../cpu.ts';
import { atMost, digits } from '../finding.ts';
import { linkSubmissions } from '../preload.ts';
import type { Stage } from '../stage.ts';
import { alternate, medianOf, medianRatio } from '../statistics.ts';
import { waitUntil } from '../wait-until.ts';
import type { Extent, Figure } from './figure.ts';

const perSecond = 150;
const variants = ['ours', 'naive'] as const;

/** What counts as the stack: the provider is not ours, and neither is who submits. */
const stackParts = ['api', 'worker', 'Redis', 'Kafka'];

type Use = Readonly<Record<string, number>>;

/** CPU seconds for a thousand captures from HTTP to Kafka, by process, at a steady rate. */
async function measureUse(stage: Stage, variant: 'ours' | 'naive', { ms }: Extent): Promise<Use> {
  await stage.clear();
  const next = await linkSubmissions('cpu');
  const { url, api, worker } = stage[variant];
  const door = openHttpDoor({ url, apiKey: stage.apiKey, connections: 64, timeoutMs: 10_000 });
  const count = Math.round((perSecond * ms * 2) / 1_000);
  let events = 0;
  stage.onEvent = () => void (events += 1);
  const send = async (): Promise<void> => {
    const answer = await door.submit(next());
    if ('refused' in answer) throw new Error(`a capture was refused: ${answer.refused}`);
  };
  const processes = { ...stage.engines, api: api().pid, worker: worker().pid, sandbox: stage.sandbox.pid };
  const { cpu } = await cpuDuring(processes, async () => {
    const arrivals = Array.from({ length: count }, (_, n) => n / perSecond);
    await drive({ arrivals, send, skip: () => undefined, inFlightMax: count });
    await waitUntil(() => events >= count, 60_000, `${count} events of ${variant}`);
  });
  await door.close();
  return Object.fromEntries(Object.entries(cpu).map(([name, seconds]) => [name, (seconds * 1_000) / count]));
}

function wholeStack(use: Use): number {
  return stackParts.reduce((sum, part) => sum + (use[part] ?? Number.NaN), 0);
}

export const cpu: Figure = async (stage, extent) => {
  await stage.setWorkers(true);
  const rounds = await alternate(variants, extent.rounds, (variant) => measureUse(stage, variant, extent));
  return {
    name: 'cpu',
    title: 'CPU of a thousand `link` captures, from HTTP to Kafka',
    how: `${perSecond} captures per second, evenly; seconds of user and system time of each process by /proc. Medians of ${extent.rounds} rounds in turns.`,
    verdicts: [
      atMost(
        'CPU seconds of the whole stack, of the naive one',
        medianRatio(rounds, ['ours', 'naive'], wholeStack),
        0.8,
        ' times',
      ),
    ],
    table: {
      head: ['', 'whole stack', ...stackParts, 'sandbox'],
      rows: variants.map((variant) => [
        variant,
        `${digits(medianOf(rounds, variant, wholeStack))} s`,
        ...[...stackParts, 'sandbox'].map((part) => `${digits(medianOf(rounds, variant, (use) => use[part] ?? 0))} s`),
      ]),
    },
  };
};
