import { execFile } from 'node:child_process';
import { truncate } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ChaosSystem } from '../chaos-system.ts';
import { type Submission, toSubmission } from '../load.ts';
import type { Run } from '../run.ts';
import { type Scenario, withFaults } from '../scenario.ts';

const workers = 2;
const concurrency = 5;
const submissions = { short: 100, full: 1_000 };
/** Less than an image here, more than the API writes into its log between two times that it is emptied. */
const imageBytes = 100_000;
const fileBytesMax = 60_000;
const logEmptiedEvery = 50;
const limitFileSize = promisify(execFile);

/** The image store is full, then Redis is: refusals, no call made twice, and whoever insists afterwards is accepted. */
export const noRoom: Scenario = {
  name: 'no-room',
  async run(chaos, extent) {
    // A capture whose job Redis had no room for is the reconciler's, which would wait a minute.
    const env = { CONCURRENCY: String(concurrency), RECONCILE_EVERY_MS: '1000', RECONCILE_GRACE_MS: '3000' };
    const fleet = await chaos.fleet({ size: workers, env });
    await fleet.ready();
    const run = await chaos.begin(25);
    const count = submissions[extent];
    const imagesBefore = (await chaos.storedImages()).length;

    const { pid } = chaos.system.parts.api;
    const submit = async (submission: Submission, n: number) => {
      if (n % logEmptiedEvery === 1) await truncate(chaos.system.specs.api.logFile);
      return run.load.submit(submission);
    };
    await truncate(chaos.system.specs.api.logFile);
    await limitFileSize('prlimit', ['--pid', String(pid), `--fsize=${fileBytesMax}:unlimited`]);
    const refusedByDisk = await submitAll(submit, count, { kind: 'national_id', imageBytes });
    const linked = await submitAll(submit, count, { kind: 'link' });
    await limitFileSize('prlimit', ['--pid', String(pid), '--fsize=unlimited:unlimited']);

    const used = /used_memory:(\d+)/.exec(await chaos.redis.info('memory'))?.[1];
    await chaos.redis.config('SET', 'maxmemory', String(Number(used) + 30_000));
    const refusedByRedis = await submitAll(submit, count, { kind: 'national_id' });
    await chaos.redis.config('SET', 'maxmemory', '0');
    const half = await countUnaccepted(chaos, run);

    for (const submission of [...refusedByDisk.refused, ...refusedByRedis.refused]) await run.load.insist(submission);
    const check = await run.end(0);
    await fleet.stop();
    const left = await chaos.storedImages();
    return {
      figures: {
        refusedByDisk: refusedByDisk.refused.length,
        refusedByRedis: refusedByRedis.refused.length,
        half,
        imagesLeft: left.length - imagesBefore,
      },
      check: withFaults(check, [
        ...fleet.odd,
        refusedByDisk.refused.length < count && 'captures with images were accepted without room for them',
        half > 0 && `${half} captures exist that were refused`,
        left.length > imagesBefore && `${left.length - imagesBefore} images of refused captures are left`,
        check.repeats > 0 && 'a full Redis had events repeated',
        linked.refused.length > 0 && 'a full image store refused captures without images',
        refusedByRedis.refused.length === 0 && 'Redis was never full',
        ...[...refusedByDisk.odd, ...linked.odd, ...refusedByRedis.odd],
      ]),
    };
  },
};

/** Asks once for each; resolves to what was refused with 503, and sentences for every other answer but 202. */
async function submitAll(
  submit: (submission: Submission, n: number) => Promise<{ readonly status: number | 'none' }>,
  count: number,
  change: Partial<Submission>,
) {
  const refused: Submission[] = [];
  const odd: string[] = [];
  for (let n = 1; n <= count; n += 1) {
    const submission = toSubmission(n, 25, change);
    const { status } = await submit(submission, n);
    if (status === 503) refused.push(submission);
    else if (status !== 202) odd.push(`a submission without room was answered ${status}`);
  }
  return { refused, odd };
}

/** Open records of captures that nobody was told of. */
async function countUnaccepted({ redis }: ChaosSystem, run: Run): Promise<number> {
  const known = new Set(run.load.accepted.map(({ captureId }) => `{idv}:capture:${captureId}`));
  const open: string[] = [];
  for await (const found of redis.scanStream({ match: '{idv}:capture:*', count: 1_000 })) {
    for (const key of found as string[]) {
      if (!known.has(key) && (await redis.hget(key, 'status')) === 'queued') open.push(key);
    }
  }
  return open.length;
}
