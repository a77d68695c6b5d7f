import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createProviderMetrics } from './provider-metrics.ts';

it('a failed call is counted by its code; codes that nobody documented count as one', async () => {
  const registry = new Registry();
  const tell = createProviderMetrics(registry, (code) => [3011, 429].includes(code));
  const call = { endpoint: 'verify_id_front', durationMs: 120, status: null };
  tell({ ...call, outcome: 'ok', errorCode: null });
  for (const errorCode of [3011, 999_001, 999_002, null]) tell({ ...call, outcome: 'fault', errorCode });
  tell({ ...call, outcome: 'fault', errorCode: null, status: 429 });
  tell({ ...call, outcome: 'transport_error', errorCode: 'timeout' });
  const text = await registry.metrics();
  const errors = [...text.matchAll(/^identity_events_provider_errors_total\{.*code="(\w+)"\} (\d+)$/gm)];
  expect(errors.map(([, code, count]) => [code, Number(count)])).toEqual([
    ['3011', 1],
    ['unknown', 2],
    ['none', 1],
    ['429', 1],
    ['timeout', 1],
  ]);
  expect(text).toContain(
    'identity_events_provider_call_duration_seconds_bucket{le="0.25",endpoint="verify_id_front",outcome="ok"} 1',
  );
});
