import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import { subscribeToIdentityEvents } from '@identity-events/sdk/subscribe';
import { createLifecycle } from '@identity-events/shared/runtime/lifecycle';
import { startTracing } from '@identity-events/shared/runtime/start-tracing';
import { Kafka, logLevel } from 'kafkajs';
import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

/** A span as OTLP carries it in JSON. */
interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly service: string;
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Span['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly Omit<Span, 'service'>[] }[];
  }[];
}

const spans: Span[] = [];
const exported: string[] = [];
let receiver: Server;
let test: TestSystem;
const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const lifecycle = createLifecycle(quiet);

/** Takes in what OTLP/HTTP exporters send. */
async function startReceiver(): Promise<string> {
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      exported.push(body);
      for (const { resource, scopeSpans } of (JSON.parse(body) as Export).resourceSpans) {
        const service = String(attribute(resource, 'service.name'));
        spans.push(...scopeSpans.flatMap((scope) => scope.spans).map((span) => ({ ...span, service })));
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
}

function attribute({ attributes }: Pick<Span, 'attributes'>, name: string): unknown {
  const value = attributes.find(({ key }) => key === name)?.value ?? {};
  return Object.values(value)[0];
}

beforeAll(async () => {
  const otel = {
    OTEL_EXPORTER_OTLP_ENDPOINT: await startReceiver(),
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  };
  test = await openTestSystem({ name: 'trace', database: 59, env: { api: otel, worker: otel } });
  for (const [name, value] of Object.entries(otel)) vi.stubEnv(name, value);
  expect(
    await startTracing({ service: 'reader', version: '0', env: process.env, logger: quiet, releases: lifecycle }),
  ).toBe(true);
});
afterAll(async () => {
  await lifecycle.stop(5_000);
  await test.close();
  receiver.close();
  receiver.closeAllConnections();
});

const traceIdOf = (traceparent: string | undefined): string | undefined => traceparent?.split('-')[1];

it('a capture is one trace: request, queue, attempt, provider calls, Kafka, and the subscriber behind it', async () => {
  const callerTraceId = randomBytes(16).toString('hex');
  const callerSpanId = randomBytes(8).toString('hex');
  const subject = `subject-${randomUUID()}`;
  const handled = new Map<string, string | undefined>();
  const subscription = await subscribeToIdentityEvents({
    kafka: new Kafka({
      brokers: (process.env['KAFKA_BROKERS'] ?? '').split(','),
      clientId: 'trace',
      logLevel: logLevel.NOTHING,
    }),
    groupId: `trace-${randomUUID()}`,
    handlers: {
      'identity.verified': ({ data }, context) => void handled.set(data.captureId, context.traceparent),
    },
    since: new Date(),
  });
  onTestFinished(() => subscription.stop());

  const response = await test.captures.ask('/v1/captures', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      traceparent: `00-${callerTraceId}-${callerSpanId}-01`,
    },
    body: JSON.stringify({
      kind: 'link',
      subject,
      userToken: `sandbox-user-${subject}`,
      transactionId: '00000000-0000-4000-8000-000000000000',
    }),
  });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };

  await test.until(
    () => handled.has(id),
    (done) => done,
  );
  const trace = await test.until(
    () => spans.filter(({ traceId }) => traceId === callerTraceId),
    (found) => found.some(({ service }) => service === 'identity-events-reader') && found.length >= 6,
  );
  const byName = new Map(trace.map((span) => [`${span.service} ${span.name}`, span]));
  const parentOf = (name: string) => byName.get(name)?.parentSpanId;
  const spanOf = (name: string) => byName.get(name)?.spanId;
  const request = 'identity-events-api POST /v1/captures';
  const attempt = 'identity-events-worker process capture';
  const send = 'identity-events-worker send identity.verified';
  const read = 'identity-events-reader process identity.verified';
  expect(parentOf(request)).toBe(callerSpanId);
  expect(parentOf('identity-events-api queue capture')).toBe(spanOf(request));
  expect(parentOf(attempt)).toBe(spanOf(request));
  expect(parentOf('identity-events-worker call link')).toBe(spanOf(attempt));
  expect(parentOf(send)).toBe(spanOf(request));
  expect(parentOf(read)).toBe(spanOf(send));
  expect(byName.size).toBe(6);

  const [record] = test.events.recordsOf(id);
  expect(record?.headers['traceparent']).toBe(`00-${callerTraceId}-${spanOf(send)}-01`);
  expect(record?.headers['ce_traceparent']).toBe(`00-${callerTraceId}-${spanOf(request)}-01`);
  expect(traceIdOf(handled.get(id))).toBe(callerTraceId);
  expect(handled.get(id)).toBe(`00-${callerTraceId}-${spanOf(read)}-01`);
  for (const name of [request, attempt]) {
    expect(attribute(byName.get(name) as Span, 'identity_events.capture.id')).toBe(id);
  }
  expect(attribute(byName.get('identity-events-worker call link') as Span, 'http.response.status_code')).toBe(200);
  expect(exported.join('')).not.toContain(subject);
});

it('a caller that does not want its trace recorded is obeyed, and its trace is handed on', async () => {
  const callerTraceId = randomBytes(16).toString('hex');
  const transactionId = '00000000-0000-4000-8000-000000000000';
  const subject = `subject-${randomUUID()}`;
  const response = await test.captures.ask('/v1/captures', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      traceparent: `00-${callerTraceId}-${randomBytes(8).toString('hex')}-00`,
    },
    body: JSON.stringify({ kind: 'link', subject, userToken: `sandbox-user-${subject}`, transactionId }),
  });
  const { id } = (await response.json()) as { id: string };
  const [record] = await test.until(
    () => test.events.recordsOf(id),
    (records) => records.length > 0,
  );
  expect(record?.headers['traceparent']).toMatch(new RegExp(`^00-${callerTraceId}-[0-9a-f]{16}-00$`));
  // One that is recorded, later than the other: when it has arrived, the other would have.
  const wanted = await test.captures.link('0000');
  await test.until(
    () => spans.filter((span) => attribute(span, 'identity_events.capture.id') === wanted).map(({ name }) => name),
    (names) => names.includes('process capture'),
  );
  expect(spans.filter(({ traceId }) => traceId === callerTraceId)).toEqual([]);
});

it("the log's lines of a capture name its trace, and no field is dropped from any line", async () => {
  const id = await test.captures.link('0000');
  const folder = join(test.dataDir, 'logs');
  const lines = () =>
    readdirSync(folder)
      .filter((name) => /^(api|worker)/.test(name))
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'))
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const about = await test.until(
    () => lines().filter(({ captureId }) => captureId === id),
    (found) => ['http.request', 'capture.processed'].every((name) => found.some(({ message }) => message === name)),
  );
  const traceIds = new Set(about.map(({ traceId }) => traceId));
  expect([...traceIds]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/)]);
  expect(lines().filter((line) => 'droppedFields' in line)).toEqual([]);
});
