import { setTimeout as delay } from 'node:timers/promises';
import type { ChaosSystem } from '../chaos-system.ts';
import type { Run } from '../run.ts';
import { type Scenario, secondsSince, withFaults } from '../scenario.ts';

/** Every way in which the sandbox can fail; see its README. */
const faults: readonly Readonly<Record<string, unknown>>[] = [
  { kind: 'latency', latency: 'fixed:5000' },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 503, retryAfterSeconds: 1 },
  { kind: 'status', status: 429, retryAfterSeconds: 1 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 401 },
  { kind: 'error', errorCode: 5000 },
  { kind: 'error', errorCode: 4003 },
  { kind: 'error', errorCode: 4002 },
  { kind: 'hang' },
  { kind: 'reset' },
  { kind: 'reset', when: 'after' },
  { kind: 'truncate' },
  { kind: 'malformed' },
  { kind: 'html' },
  { kind: 'html', status: 200 },
  { kind: 'drip', bytesPerSecond: 10 },
  { kind: 'redirect', location: 'http://127.0.0.1:9/' },
];

const captures = { short: 15, full: 200 };
const lastsMs = { short: 900, full: 10_000 };
const recoverWithinSeconds = 20;
const workers = 2;
const concurrency = 5;
const breaker = {
  VLENS_TIMEOUT_MS: '500',
  VLENS_RETRY_FIRST_MS: '200',
  VLENS_RETRY_MAX_MS: '1000',
  VLENS_BREAKER_FIRST_MS: '200',
  VLENS_BREAKER_MAX_MS: '1000',
  VLENS_ACCOUNT_PROBE_MS: '1000',
};
/** Before the gate closes, everything that is under way may fail; afterwards one capture probes, at most so often. */
const callsMax = (ms: number): number => 2 * workers * concurrency + ms / 200;

/** The provider fails in every way that the sandbox knows, one after the other, and recovers from each. */
export const providerFaults: Scenario = {
  name: 'provider-faults',
  async run(chaos, extent) {
    const fleet = await chaos.fleet({ size: workers, env: { ...breaker, CONCURRENCY: String(concurrency) } });
    await fleet.ready();
    const run = await chaos.begin(25);
    const figures: Record<string, string> = {};
    const found: string[] = [];
    for (const fault of faults) {
      const { calls, seconds } = await fail(chaos, run, fault, { count: captures[extent], ms: lastsMs[extent] });
      const name = Object.values(fault).join(':');
      figures[name] = `${calls} calls, ${seconds} s`;
      if (calls > callsMax(lastsMs[extent])) found.push(`${name}: ${calls} calls to a provider that fails`);
      if (seconds > recoverWithinSeconds) found.push(`${name}: recovering took ${seconds} s`);
    }
    // A call that timed out was not answered, and nobody can know better than to call again.
    const check = await run.end(0, { counts: ({ outcome }) => outcome === 'answered' });
    await fleet.stop();
    return { figures, check: withFaults(check, [...found, ...fleet.odd]) };
  },
};

/** One fault for a while, with captures coming in; resolves to the calls meanwhile and the time until all is done. */
async function fail(
  { sandbox }: ChaosSystem,
  run: Run,
  fault: Readonly<Record<string, unknown>>,
  { count, ms }: { count: number; ms: number },
): Promise<{ calls: number; seconds: number }> {
  const before = (await sandbox.callsSince(0)).length;
  await sandbox.addFault(fault);
  const begun = Date.now();
  await run.load.insistOn(count);
  await delay(ms - (Date.now() - begun));
  await sandbox.clearFaults();
  const recovered = Date.now();
  const calls = (await sandbox.callsSince(before)).length;
  while (run.outcomes() < run.load.accepted.length && secondsSince(recovered) <= recoverWithinSeconds) await delay(20);
  return { calls, seconds: secondsSince(recovered) };
}
