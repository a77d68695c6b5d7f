import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { IdentityEventsClient } from '@identity-events/sdk/client';
import { FROM_SOURCE, ROOT } from '@identity-events/tools/paths';
import { run } from '@identity-events/tools/processes/programs';
import { sampleImage } from '@identity-events/vlens-sandbox/sample-image';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuideFolder, openGuideFolder } from './support/guide-folder.ts';
import { readWithJava } from './support/java-consumer.ts';
import { type Listener, startListener } from './support/listener.ts';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

let system: TestSystem;
let client: IdentityEventsClient;
beforeAll(async () => {
  system = await openTestSystem({ name: 'sdk', database: 43, env: { worker: { VLENS_WINDOWS: '1000/1s' } } });
  client = new IdentityEventsClient({ baseUrl: system.system.apiUrl, apiKey: system.apiKey });
});
afterAll(() => system?.close());

const link = (subject: string, scenario = '0000') => ({
  kind: 'link' as const,
  subject,
  userToken: `sandbox-user-${subject}`,
  transactionId: `00000000-0000-4000-8000-00000000${scenario}`,
});

describe('the client', () => {
  it('waits for an outcome, and repeats a submission without a second capture', async () => {
    const options = { idempotencyKey: 'sdk-wait-1' };
    const { id } = await client.submit(link('sdk-wait', '0030'), options);
    expect(await client.wait(id)).toMatchObject({ status: 'failed', reason: { code: 'aml_match', category: 'aml' } });
    expect((await client.submit(link('sdk-wait', '0030'), options)).id).toBe(id);
  });

  it('watches a capture of images until its event is in Kafka', async () => {
    const image = (name: string): Buffer => sampleImage({ seed: `sdk-watch-${name}` });
    const faces = { face1: image('face1'), face2: new Blob([new Uint8Array(image('face2'))]), face3: image('face3') };
    const person = { kind: 'national_id' as const, subject: 'sdk-watch', userToken: 'sandbox-user-sdk-watch' };
    const { id } = await client.submit({ ...person, front: image('front'), back: image('back'), ...faces });
    const views = await Array.fromAsync(client.watch(id));
    expect(views.at(-1)).toMatchObject({ status: 'verified', event: { topic: 'identity.verified' } });
  });

  it('submits many, lists them, and erases a person', async () => {
    const results = await client.submitBatch([
      link('sdk-many'),
      link('sdk-many', '0010'),
      { ...link('sdk-many'), subject: '' },
    ]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true, false]);
    expect(results[2]).toMatchObject({ error: { code: 'invalid-capture', errors: [{ pointer: '#/subject' }] } });
    const ids = results.flatMap((result) => (result.ok ? [result.capture.id] : []));
    await Promise.all(ids.map((id) => client.wait(id)));
    const listed = await Array.fromAsync(client.list({ subject: 'sdk-many', pageSize: 1 }));
    expect(listed.map(({ id }) => id).sort()).toEqual(ids.sort());
    await client.erase(ids[0] ?? '');
    expect(await client.eraseSubject('sdk-many')).toEqual({ erased: 1, remaining: 0 });
    await expect(client.get(ids[0] ?? '')).rejects.toMatchObject({ code: 'gone', status: 410 });
  });
});

describe('a newcomer with the packed SDK and the guides', () => {
  let folder: GuideFolder;
  let subscriber: Listener;
  const env = (): NodeJS.ProcessEnv => ({
    API_URL: system.system.apiUrl,
    API_KEY: system.apiKey,
    KAFKA_BROKERS: system.system.specs.worker.env['KAFKA_BROKERS'],
    GROUP_ID: `newcomer-${Date.now()}`,
  });
  beforeAll(async () => {
    folder = await openGuideFolder();
    folder.takeFrom('submit.md');
    folder.takeFrom('subscribe.md');
    subscriber = startListener([join(folder.path, 'subscriber.ts')], env());
  });
  afterAll(async () => {
    await subscriber?.stop();
    await folder?.remove();
  });

  it('finds the types in order', async () => {
    expect(await folder.complaints(['submit.ts', 'submit-images.ts', 'subscriber.ts'])).toBe('');
  });

  it('submits a transaction, and images, and hears of both', async () => {
    cpSync(join(ROOT, 'examples', 'images'), folder.path, { recursive: true });
    const submitted = await run(process.execPath, ['submit.ts'], { cwd: folder.path, env: env(), timeoutMs: 60_000 });
    expect(submitted).toMatchObject({ ok: true, stdout: expect.stringMatching(/^cap_\S+ verified/) });
    const images = await run(process.execPath, ['submit-images.ts'], {
      cwd: folder.path,
      env: env(),
      timeoutMs: 60_000,
    });
    expect(images).toMatchObject({ ok: true, stdout: expect.stringMatching(/verified 3\n$/) });
    const captureId = submitted.stdout.split(' ')[0] ?? '';
    await system.until(subscriber.heard, (text) => text.includes(captureId) && text.includes('verified customer-78'));
  });

  it('ends its subscriber in good order', async () => {
    expect(await subscriber.stop()).toEqual({ code: 0, signal: null });
  });
});

it('the example subscriber tells of every outcome', async () => {
  const brokers = system.system.specs.worker.env['KAFKA_BROKERS'];
  const example = startListener([FROM_SOURCE, join(ROOT, 'examples/subscriber/src/main.ts')], {
    KAFKA_BROKERS: brokers,
    GROUP_ID: `example-${Date.now()}`,
  });
  try {
    const { id } = await client.submit(link('sdk-example', '0010'));
    await system.until(example.heard, (text) =>
      text.includes(`identity.failed sdk-example ${id} document_not_genuine`),
    );
  } finally {
    expect(await example.stop()).toEqual({ code: 0, signal: null });
  }
});

it('a consumer in Java, with nothing of ours, reads the same event at the place that the capture names', async () => {
  const { id } = await client.submit(link('sdk-java', '0010'));
  const views = await Array.fromAsync(client.watch(id));
  const { event } = views.at(-1) ?? {};
  if (!event) expect.fail('the capture names no place');
  const record = await readWithJava(system.system.specs.worker.env['KAFKA_BROKERS'] ?? '', event);
  expect(record.key).toBe('demo:sdk-java');
  expect(record.headers).toMatchObject({
    'content-type': 'application/json',
    ce_specversion: '1.0',
    ce_id: `${id}.outcome`,
    ce_type: 'identity.failed',
    ce_source: '/identity-events/demo',
    ce_subject: 'sdk-java',
  });
  expect(JSON.parse(record.value)).toMatchObject({ captureId: id, reason: { code: 'document_not_genuine' } });
});
