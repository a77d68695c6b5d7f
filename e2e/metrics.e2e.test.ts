import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readQuery } from '@identity-events/deploy/prometheus/promql';
import { fetchPromtool } from '@identity-events/tools/engines/promtool';
import { ROOT } from '@identity-events/tools/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { openTestSystem, type TestSystem } from './support/test-system.ts';

let system: TestSystem;
let pages: readonly string[];
let page: string;

/** Captures of several kinds that end in several ways, and then what both services tell of them. */
beforeAll(async () => {
  system = await openTestSystem({
    name: 'metrics',
    database: 45,
    env: { worker: { VLENS_WINDOWS: '1000/1s,10000/1m' } },
  });
  const { captures } = system;
  const ids = [await captures.link('0000'), await captures.link('0070'), await captures.nationalId()];
  const { apiUrl, workerUrl } = system.system;
  for (const id of ids) await captures.read(id, '30s');
  const worker = await system.until(
    () => scrape(workerUrl),
    (text) => text.includes('\nidentity_events_watched_captures 0\n'),
  );
  pages = [await scrape(apiUrl), worker];
  page = pages.join('\n');
});
afterAll(() => system?.close());

async function scrape(url: string): Promise<string> {
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  return response.text();
}

const read = (path: string): string => readFileSync(join(ROOT, 'deploy', path), 'utf8');
const rules = parse(read('prometheus/alerts.yml')) as {
  groups: { rules: { alert: string; expr: string }[] }[];
};
const alerts = rules.groups.flatMap((group) => group.rules.map(({ alert, expr }) => [alert, expr] as const));

interface Board {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
}
const panels = ['captures', 'service'].flatMap((name) =>
  (JSON.parse(read(`grafana/${name}.json`)) as Board).panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => [title, expr] as const),
  ),
);

/** Names of series that the page has, or will have once there is something to count. */
function namesIn(text: string): Set<string> {
  const types = [...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)];
  const suffixes = (type = ''): string[] =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'] : type === 'summary' ? ['', '_sum', '_count'] : [''];
  return new Set(types.flatMap(([, name, type]) => suffixes(type).map((suffix) => `${name}${suffix}`)));
}

/** Labels of the series of that name, once there is one. */
function labelsOf(name: string): string[] {
  const [, labels = ''] = new RegExp(`^${name}\\{(.*)\\} `, 'm').exec(page) ?? [];
  return [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label);
}

// `up`, job and instance are Prometheus' own; ALERTS of its rules.
const ownLabels = ['job', 'instance'];

describe.each([...alerts, ...panels])('%s', (_name, query) => {
  it('asks for metrics and labels that the services have', () => {
    const { metrics, labels } = readQuery(query);
    const names = namesIn(page);
    const strange = metrics.filter((name) => name !== 'up' && !names.has(name));
    expect(strange, query).toEqual([]);
    const told = metrics.map(labelsOf);
    // A counter of what did not happen in this run has no series yet.
    if (told.some((of) => of.length === 0)) return;
    expect(
      labels.filter((label) => ![...told.flat(), ...ownLabels].includes(label)),
      query,
    ).toEqual([]);
  });
});

it('a capture can be followed in what the services tell', () => {
  for (const line of [
    'identity_events_captures_submitted_total{kind="national_id",lane="interactive",verdict="accepted"} 1',
    'identity_events_captures_ended_total{kind="national_id",outcome="verified",reason="none"} 1',
    'identity_events_captures_ended_total{kind="link",outcome="failed",reason="transaction_rejected"} 1',
    'identity_events_events_published_total{type="identity.verified"} 2',
    'identity_events_provider_turns_total{tenant="demo",lane="interactive",verdict="granted"} 5',
    'identity_events_queue_jobs{state="failed"} 0',
    'identity_events_outbox_events 0',
    'identity_events_redis_up 1',
  ]) {
    expect(page.split('\n')).toContain(line);
  }
});

it('what the services tell names no person, capture or transaction', () => {
  expect(page).not.toMatch(/cap_[0-9a-f]{8}|sandbox-user|link-[0-9a-f]{8}|person-|00000000-0000-4000/);
});

it('Prometheus can read the pages, and finds no fault with a metric of ours', async () => {
  const promtool = await fetchPromtool(() => undefined);
  for (const input of pages) {
    const { status, stderr } = spawnSync(promtool, ['check', 'metrics'], { input, encoding: 'utf8' });
    // 1: it can't read it. 3: it can, and has remarks.
    expect([0, 3], stderr).toContain(status);
    expect(stderr.split('\n').filter((line) => line.startsWith('identity_events_'))).toEqual([]);
  }
});
