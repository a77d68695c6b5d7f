import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import request from 'supertest';
import { expect, it } from 'vitest';
import { apiKey, createApiFixture } from '../http/http.fixture.ts';
import { createApiMetrics } from './api-metrics.ts';

const link = {
  kind: 'link',
  subject: 'user-1',
  userToken: 'end.user.token',
  transactionId: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
};

function open(imageFolder = tmpdir()) {
  const metrics = createApiMetrics(new Registry(), imageFolder);
  const { app } = createApiFixture(undefined, { metrics, onAnswered: metrics.requestAnswered });
  const samples = async (): Promise<string[]> => {
    const page = await request(app).get('/metrics').expect(200).expect('content-type', metrics.contentType);
    return page.text.split('\n').filter((line) => line.startsWith('identity_events_'));
  };
  return { app, samples };
}

it('requests are timed by route pattern and counted by problem; what callers choose becomes no label', async () => {
  const { app, samples } = open();
  const post = () => request(app).post('/v1/captures').set('authorization', `Bearer ${apiKey}`);
  await post().set('idempotency-key', 'key-1').send(link).expect(202);
  await post().send(link).expect(400);
  await request(app).get('/v1/captures/cap_secret').set('authorization', `Bearer ${apiKey}`).expect(404);
  await request(app).get('/somewhere/else').expect(404);
  await request(app).propfind('/v1/captures').expect(405);
  const lines = await samples();
  const counts = lines.filter((line) => /_total|_count/.test(line));
  const name = 'identity_events_http_request_duration_seconds_count';
  expect(counts).toEqual(
    expect.arrayContaining([
      `${name}{method="POST",route="/v1/captures",status_class="2xx"} 1`,
      `${name}{method="POST",route="/v1/captures",status_class="4xx"} 1`,
      `${name}{method="GET",route="/v1/captures/:id",status_class="4xx"} 1`,
      `${name}{method="GET",route="none",status_class="4xx"} 1`,
      `${name}{method="other",route="/v1/captures",status_class="4xx"} 1`,
      'identity_events_http_problems_total{route="/v1/captures",problem="idempotency-key-missing"} 1',
      'identity_events_http_problems_total{route="none",problem="not-found"} 1',
    ]),
  );
  expect(lines.join('\n')).not.toMatch(/secret|somewhere|PROPFIND|user-1|demo/);
});

it('submissions are counted by how they end, bytes of images when they are stored', async () => {
  const registry = new Registry();
  const metrics = createApiMetrics(registry, tmpdir());
  const verdicts = ['accepted', 'replayed', 'accepted'] as const;
  const left = [...verdicts];
  const captures = metrics.countSubmissions({
    accept: async () => ({ verdict: left.shift(), captureId: 'cap_1', expectedBy: 0 }),
  } as never);
  for (const _ of verdicts) await captures.accept({ kind: 'link', lane: 'bulk' } as never, {} as never, []);
  const full = { put: async () => Promise.reject(new Error('full')) };
  const owner = { tenant: 'demo', captureId: 'cap_1' };
  const files = new Map([['front', { bytes: 1_000, parts: [] }]] as const);
  await metrics.countImageBytes({ put: async () => undefined } as never).put(owner, files);
  await expect(metrics.countImageBytes(full as never).put(owner, files)).rejects.toThrow('full');
  const text = await registry.metrics();
  expect(text).toContain('identity_events_captures_submitted_total{kind="link",lane="bulk",verdict="accepted"} 2');
  expect(text).toContain('identity_events_captures_submitted_total{kind="link",lane="bulk",verdict="replayed"} 1');
  expect(text).toContain('identity_events_images_stored_bytes_total 1000');
});

it('the volume of the images is told while it can be asked', async () => {
  const value = async (folder: string): Promise<number | undefined> => {
    const line = (await open(folder).samples()).find((one) =>
      one.startsWith('identity_events_image_store_free_bytes '),
    );
    return line === undefined ? undefined : Number(line.split(' ')[1]);
  };
  expect(await value(tmpdir())).toBeGreaterThan(0);
  expect(await value(join(tmpdir(), 'no', 'such', 'folder'))).toBeUndefined();
});
