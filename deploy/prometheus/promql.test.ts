import { expect, it } from 'vitest';
import { readQuery } from './promql.ts';

it('finds metrics and labels, and no function', () => {
  const query = 'histogram_quantile(0.9, sum by (le) (rate(a_bucket{route="/x"}[$__rate_interval]))) / on (job) b:c';
  expect(readQuery(query)).toEqual({ metrics: ['a_bucket', 'b:c'], labels: ['le', 'route', 'job'] });
});

it.each(['sum by (a (b)', 'rate(a[5m]', 'a >'])('refuses %s', (query) => {
  expect(() => readQuery(query)).toThrow('not PromQL');
});
