import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisPrefix } from '@identity-events/shared/contracts/capture-job';
import { connectTestRedis, testRedisUrl } from '@identity-events/shared/store/redis.fixture';
import { freePort } from '@identity-events/tools/processes/free-port';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type CliRun, type RunningCli, runCli, runCliOnTerminal, startCli } from './support/run-cli.ts';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

const database = 57;
const images = ['front', 'back', 'face1', 'face2', 'face3'] as const;
let system: TestSystem;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  system = await openTestSystem({ name: 'cli', database, env: { worker: { VLENS_WINDOWS: '1000/1s' } } });
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  for (const name of images) await writeFile(join(folder, `${name}.jpg`), sampleImage({ seed: name }));
  env = {
    IDENTITY_EVENTS_URL: system.system.apiUrl,
    IDENTITY_EVENTS_KEY: 'e2e-key',
    KAFKA_BROKERS: process.env['KAFKA_BROKERS'] ?? '',
  };
});
afterAll(async () => {
  await system?.close();
  await rm(folder, { recursive: true, force: true });
});

/** A run that is ended with its test, whatever became of that. */
function start(args: readonly string[]): RunningCli {
  const run = startCli(args, env);
  onTestFinished(() => void run.child.kill('SIGKILL'));
  return run;
}

const cli = (...args: string[]): Promise<CliRun> => runCli(args, env);
const transaction = (scenario: string): string => `00000000-0000-4000-8000-00000000${scenario}`;
const newSubject = (): string => `cli-${randomUUID().slice(0, 8)}`;
const imagePaths = (): string[] => images.flatMap((name) => [`--${name}`, join(folder, `${name}.jpg`)]);

/** Consumer groups that runs of `tail` are in, or have left behind. */
async function tailGroups(): Promise<string[]> {
  const brokers = (env['KAFKA_BROKERS'] ?? '').split(',');
  const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  await admin.disconnect();
  return groups.map(({ groupId }) => groupId).filter((groupId) => groupId.startsWith('identity-events-tail-'));
}

/** A run that has said as many lines as wanted. */
const hasSaid = (run: RunningCli, lines: number) =>
  system.until(
    () => run.stdout().split('\n').length - 1,
    (said) => said >= lines,
  );

describe('submit', () => {
  it('a link ends with the exit code of its outcome', async () => {
    const link = (scenario: string) =>
      runCli(['submit', 'link', '--subject', newSubject(), '--transaction-id', transaction(scenario), '--wait'], {
        ...env,
        IDENTITY_EVENTS_USER_TOKEN: 'sandbox-user-1',
      });
    const [good, bad] = await Promise.all([link('0000'), link('0030')]);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.lines()).toMatchObject([{ status: 'verified' }]);
    expect(bad.code).toBe(1);
    expect(bad.lines()).toMatchObject([{ status: 'failed', reason: { code: 'aml_match' } }]);
  });

  it('images come from files, the token from standard input; the same key is the same capture', async () => {
    const args = ['submit', 'national_id', '--subject', newSubject(), ...imagePaths()];
    const once = () =>
      runCli([...args, '--user-token-file', '-', '--idempotency-key', args[3] ?? ''], env, 'sandbox-user-2\n');
    const [first] = (await once()).lines();
    expect(first).toMatchObject({ kind: 'national_id', status: 'queued' });
    expect((await once()).lines()).toEqual([first]);
    const { status } = await system.captures.read(String(first?.['id']), '30s');
    expect(status).toBe('verified');
  });

  it('before login no token is asked for; a file that is not there is a usage error', async () => {
    const args = ['submit', 'national_id_ocr', '--subject', newSubject(), ...imagePaths()];
    expect((await cli(...args, '--wait', '60s')).lines()).toMatchObject([{ status: 'captured' }]);
    const missing = await cli(...args, '--front', join(folder, 'missing.jpg'));
    expect(missing).toMatchObject({ code: 2, stdout: '', stderr: 'error: front: can not be read\n' });
  });

  it('a batch tells of each line; one that is refused keeps no other out', async () => {
    const line = (subject: string) =>
      JSON.stringify({
        subject,
        transactionId: transaction('0000'),
        userToken: 'sandbox-user-3',
        idempotencyKey: subject,
      });
    const [one, two] = [newSubject(), newSubject()];
    const again = line(one).replace('0000"', '0070"');
    const input = `${line(one)}\n${line(two)}\n${again}\n`;
    const run = await runCli(['submit', 'batch', '-'], env, input);
    expect(run.code).toBe(1);
    expect(run.lines()).toMatchObject([{ ok: true }, { ok: true }, { error: { code: 'idempotency-key-reused' } }]);
    const spoilt = await runCli(['submit', 'batch', '-'], env, `${line(one)}\n{"subject":"x","userToken":"secret"}\n`);
    expect(spoilt).toMatchObject({ code: 2, stdout: '' });
    expect(spoilt.stderr).toMatch(/^error: line 2: transactionId: /);
  });
});

describe('watch', () => {
  it('tells each change until the event is in Kafka', async () => {
    const run = await cli('watch', await system.captures.link('0000'));
    expect(run.code).toBe(0);
    expect(run.lines().at(-1)).toMatchObject({ status: 'verified', event: { topic: 'identity.verified' } });
  });

  it('ends by Ctrl-C with 130, and after its time with 5', async () => {
    await system.system.parts.worker.stop();
    const captureId = await system.captures.link('0000');
    const watching = start(['watch', captureId]);
    await hasSaid(watching, 1);
    watching.child.kill('SIGINT');
    expect(await watching.ended).toMatchObject({ code: 130, stderr: '' });
    expect((await cli('watch', captureId, '--timeout', '1s')).code).toBe(5);
    const cancelled = await cli('captures', 'cancel', captureId, '--yes');
    expect(cancelled.lines()).toEqual([{ captureId, result: 'cancelled' }]);
    await system.system.restart('worker');
  });
});

describe('tail', () => {
  it('tells events of the wanted type and person, and leaves no group behind', async () => {
    const subject = newSubject();
    const ids = [await system.captures.link('0030', { subject }), await system.captures.link('0000', { subject })];
    await Promise.all(ids.map((id) => system.captures.read(id, '30s')));
    const groups = await tailGroups();
    const run = await cli('tail', '--since', '10m', '--subject', subject, '--max', '2');
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(
      run
        .lines()
        .map(({ type }) => String(type))
        .toSorted((one, other) => one.localeCompare(other)),
    ).toEqual(['identity.failed', 'identity.verified']);
    const one = await cli('tail', '--since', '10m', '--subject', subject, '--type', 'identity.failed', '--max', '1');
    expect(await tailGroups()).toEqual(groups);
    expect(one.lines()).toMatchObject([{ subject, data: { captureId: ids[0] }, kafka: { topic: 'identity.failed' } }]);
  });

  it('goes on with what comes, until Ctrl-C', async () => {
    const subject = newSubject();
    const tailing = start(['tail', '--since', '5m', '--subject', subject, '--no-json']);
    await system.captures.link('0000', { subject });
    await hasSaid(tailing, 1);
    await system.captures.link('0030', { subject });
    await hasSaid(tailing, 2);
    tailing.child.kill('SIGINT');
    const { code, stdout } = await tailing.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/identity\.verified .*demo:cli-.*\n.*identity\.failed .*aml_match/);
  });

  it('ends in peace when nobody reads any more', async () => {
    const tailing = start(['tail', '--since', '10m']);
    await hasSaid(tailing, 1);
    tailing.child.stdout?.destroy();
    await system.captures.link('0000');
    const [code] = (await once(tailing.child, 'exit')) as [number];
    expect(code).toBe(0);
  });
});

describe('captures', () => {
  it('are listed by filter, shown, and erased one by one or all of a person', async () => {
    const subject = newSubject();
    const ids: string[] = [];
    for (const scenario of ['0000', '0030', '0000']) ids.push(await system.captures.link(scenario, { subject }));
    await Promise.all(ids.map((id) => system.captures.read(id, '30s')));
    const listed = (
      await cli('captures', 'list', '--subject', subject, '--status', 'verified', '--since', '1h')
    ).lines();
    expect(listed.map(({ id }) => id)).toEqual([ids[2], ids[0]]);
    expect((await cli('captures', 'show', ids[1] ?? '')).lines()).toMatchObject([{ reason: { code: 'aml_match' } }]);
    expect(await cli('captures', 'cancel', ids[1] ?? '', '--yes')).toMatchObject({ code: 1 });
    expect(await cli('captures', 'erase', ids[0] ?? '')).toMatchObject({ code: 2, stdout: '' });
    expect((await cli('captures', 'erase', ids[0] ?? '', '--yes')).lines()).toMatchObject([{ erased: 1 }]);
    expect((await cli('captures', 'erase', '--subject', subject, '--yes')).lines()).toEqual([{ subject, erased: 2 }]);
    const gone = await cli('captures', 'show', ids[1] ?? '');
    expect(gone.code).toBe(3);
    expect(gone.stderr).toMatch(/^error: 410 The capture has been erased\..* \(gone\)\nrequest /);
  });

  it('are a table on a terminal', async () => {
    const subject = newSubject();
    const id = await system.captures.link('0000', { subject });
    await system.captures.read(id, '30s');
    const { code, stdout } = await runCliOnTerminal(['captures', 'list', '--subject', subject], env);
    expect(code).toBe(0);
    const [head, row] = stdout.split(/\r?\n/);
    expect(head).toMatch(/^CAPTURE +STATUS +KIND +SUBJECT +ACCEPTED +REASON$/);
    expect(row).toMatch(new RegExp(`^${id} +verified +link +${subject} .* -$`));
  });
});

describe('dlq', () => {
  it('what is listed can be shown, tried, redriven and given up', async () => {
    const redis = connectTestRedis(database);
    await system.system.parts.worker.stop();
    const ids: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const captureId = await system.captures.link('0000');
      await redis.hset(`${redisPrefix}:captures:${captureId}`, 'data', '{"v":9}');
      ids.push(captureId);
    }
    await redis.quit();
    await system.system.restart('worker');
    const letters = async () =>
      (await (await system.captures.ask('/v1/ops/dead-letters')).json()) as { deadLetters: unknown[] };
    await system.until(letters, ({ deadLetters }) => deadLetters.length === 3);
    const list = async () => (await cli('dlq', 'list', '--cause', 'unreadable')).lines();
    expect(await list()).toMatchObject(ids.map(() => ({ cause: 'unreadable', record: 'readable' })));
    const [first = '', second = '', third = ''] = ids;
    expect((await cli('dlq', 'show', first)).lines()).toMatchObject([{ captureId: first, cause: 'unreadable' }]);
    const dry = await cli('dlq', 'redrive', '--cause', 'unreadable', '--limit', '2', '--dry-run');
    expect(dry.lines().map(({ result }) => result)).toEqual(['would_redrive', 'would_redrive']);
    expect(await list()).toHaveLength(3);
    expect(await cli('dlq', 'redrive', '--all')).toMatchObject({ code: 2, stdout: '' });
    expect((await cli('dlq', 'redrive', first, '--yes')).lines()).toEqual([{ captureId: first, result: 'redriven' }]);
    const rest = await cli('dlq', 'abandon', '--all', '--per-second', '1', '--yes');
    expect(
      rest
        .lines()
        .map(({ captureId, result }) => `${String(captureId)} ${String(result)}`)
        .toSorted(),
    ).toEqual([`${second} abandoned`, `${third} abandoned`].toSorted());
    expect(await system.captures.read(first, '30s')).toMatchObject({ status: 'verified' });
    expect((await cli('dlq', 'redrive', second, '--yes')).code).toBe(1);
    expect(await list()).toEqual([]);
  });
});

describe('replay', () => {
  it('counts, publishes past outcomes again, and tells where it stands', async () => {
    const subject = newSubject();
    const captureId = await system.captures.link('0000', { subject });
    await system.until(
      () => system.captures.read(captureId),
      ({ event }) => event !== undefined,
    );
    const dry = await cli('replay', 'start', '--subject', subject, '--dry-run');
    expect(dry.lines()).toMatchObject([{ status: 'completed', dryRun: true, replayed: 1 }]);
    expect(await cli('replay', 'start', '--all')).toMatchObject({ code: 2, stdout: '' });
    const [begun] = (await cli('replay', 'start', captureId, '--yes', '--no-wait')).lines();
    const id = String(begun?.['id']);
    const ended = await cli('replay', 'status', id, '--wait');
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.lines()).toMatchObject([{ id, status: 'completed', replayed: 1 }]);
    expect((await cli('replay', 'cancel', id)).lines()).toMatchObject([{ id, status: 'completed' }]);
    const told = await cli('tail', '--since', '10m', '--subject', subject, '--max', '2');
    expect(told.lines().map(({ kafka }) => (kafka as { replayId?: string }).replayId)).toEqual([undefined, id]);
    expect(new Set(told.lines().map(({ id: eventId }) => eventId)).size).toBe(1);
  });
});

describe('doctor', () => {
  it('finds nothing to mend where all is well, and looks at each part', async () => {
    const run = await runCli(['doctor', '--need', 'ops'], { ...env, REDIS_URL: testRedisUrl(database) });
    const findings = run.lines();
    expect(findings.filter(({ state }) => state === 'fault')).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'api',
        'clock',
        'dependencies',
        'contract',
        'events',
        'key',
        'scope ops',
        'kafka',
        'redis',
      ]),
    );
    expect(run.code).toBe(0);
  });

  it('says what is wrong and what to do, with exit code 1', async () => {
    const wrong = await runCli(['doctor'], {
      ...env,
      IDENTITY_EVENTS_KEY: 'nobody',
      KAFKA_BROKERS: '127.0.0.1:1',
      REDIS_URL: 'redis://127.0.0.1:1',
    });
    expect(wrong.code).toBe(1);
    const faults = wrong.lines().filter(({ state }) => state === 'fault');
    expect(faults.map(({ check }) => check)).toEqual(['key', 'kafka', 'redis']);
    for (const { found } of faults.slice(1)) expect(found).toContain('ECONNREFUSED');
    for (const { advice } of faults) expect(advice).toMatch(/\w/);
    const away = await runCli(['doctor', '--no-json'], {
      IDENTITY_EVENTS_URL: `http://127.0.0.1:${await freePort()}`,
      IDENTITY_EVENTS_KEY: 'k',
    });
    expect(away.code).toBe(1);
    expect(away.stdout).toMatch(/FAULT +api +ECONNREFUSED\n +Is the address right/);
  });
});

describe('usage', () => {
  it('missing settings and wrong arguments end with 2, and say what to do', async () => {
    const nothing = await runCli(['captures', 'list'], {});
    expect(nothing).toMatchObject({ code: 2, stdout: '' });
    expect(nothing.stderr).toContain('IDENTITY_EVENTS_URL');
    expect(await cli('captures', 'list', '--status', 'lost')).toMatchObject({ code: 2, stdout: '' });
    expect(await runCli(['tail'], {})).toMatchObject({ code: 2, stdout: '' });
  });

  it('a service that is away ends with 4, a key that lacks the scope with 3', async () => {
    const [refused, away] = await Promise.all([
      runCli(['captures', 'list'], { ...env, IDENTITY_EVENTS_KEY: 'nobody' }),
      runCli(['tail', '--brokers', '127.0.0.1:1'], env),
    ]);
    expect(refused.code).toBe(3);
    expect(away.code).toBe(4);
  });

  it.each(['bash', 'zsh', 'fish'])('has a script that completes in %s', async (shell) => {
    const script = await cli('completion', shell);
    expect(script.code).toBe(0);
    expect(script.stdout).toContain('identity-events complete --');
  });

  it('completes commands, options and the words that they take', async () => {
    const complete = async (...words: string[]) => (await cli('complete', '--', ...words)).stdout.split(/\s+/);
    const [commands, options, words] = await Promise.all([
      complete('captures', 'e'),
      complete('dlq', 'redrive', '--dry'),
      complete('captures', 'list', '--status', ''),
    ]);
    expect(commands).toContain('erase');
    expect(options).toContain('--dry-run');
    expect(words).toEqual(expect.arrayContaining(['queued', 'verified', 'failed']));
  });
});
