import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { drive } from './drive.ts';

const everyMs = (count: number, ms: number): number[] => Array.from({ length: count }, (_, i) => (i * ms) / 1_000);

test('a server that stalls does not hold back what is to be sent meanwhile', async () => {
  let freeAt = Number.POSITIVE_INFINITY;
  const latencies: number[] = [];
  const send = async (dueAt: number): Promise<void> => {
    // The first one makes the server stall for 300 ms.
    if (freeAt === Number.POSITIVE_INFINITY) freeAt = performance.now() + 300;
    await delay(Math.max(0, freeAt - performance.now()));
    latencies.push(performance.now() - dueAt);
  };

  await drive({ arrivals: everyMs(40, 5), send, skip: () => undefined, inFlightMax: 100 });

  // A closed model would see one slow answer; here all that came during the stall have waited for it.
  expect(latencies.filter((ms) => ms > 90)).toHaveLength(40);
});

test('what the generator itself could not send in time counts from when it was due', async () => {
  const latencies: number[] = [];
  const send = async (dueAt: number): Promise<void> => {
    if (latencies.length === 0) {
      const blockedUntil = performance.now() + 100;
      while (performance.now() < blockedUntil);
    }
    latencies.push(performance.now() - dueAt);
  };

  await drive({ arrivals: everyMs(10, 5), send, skip: () => undefined, inFlightMax: 100 });

  expect(latencies[1]).toBeGreaterThan(90);
  expect(latencies[9]).toBeGreaterThan(50);
});

test('no more are under way than allowed, and each one that is not sent is told', async () => {
  let underWay = 0;
  let most = 0;
  let skipped = 0;
  const send = async (): Promise<void> => {
    most = Math.max(most, (underWay += 1));
    await delay(200);
    underWay -= 1;
  };

  await drive({ arrivals: everyMs(20, 1), send, skip: () => (skipped += 1), inFlightMax: 5 });

  expect([most, skipped]).toEqual([5, 15]);
});

test('a run that is stopped sends no more and waits for what is under way', async () => {
  const stopping = new AbortController();
  let answered = 0;
  const send = async (): Promise<void> => {
    stopping.abort();
    await delay(20);
    answered += 1;
  };

  await drive({ arrivals: everyMs(1_000, 50), send, skip: () => undefined, inFlightMax: 5, signal: stopping.signal });

  expect(answered).toBe(1);
});
