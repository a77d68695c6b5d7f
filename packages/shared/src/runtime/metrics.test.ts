import { expect, it } from 'vitest';
import { createRegistry, fewValues, metricsPageOf } from './metrics.ts';

it('a registry tells the build, the process and Node', async () => {
  const page = metricsPageOf(createRegistry('api', '1.2.3'));
  const text = await page.text();
  expect(page.contentType).toContain('text/plain; version=0.0.4');
  expect(text).toContain(`identity_events_build_info{service="api",version="1.2.3",node="${process.versions.node}"} 1`);
  expect(text).toMatch(/^process_cpu_user_seconds_total /m);
  expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
});

it('a label has at most so many values, and one for all the rest', () => {
  const few = fewValues(2);
  expect(['a', 'b', 'c', 'a', 'd', 'b'].map(few)).toEqual(['a', 'b', 'other', 'a', 'other', 'b']);
});
