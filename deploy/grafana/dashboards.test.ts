import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { describe, expect, it } from 'vitest';
import { readQuery } from '../prometheus/promql.ts';
import { captures } from './dashboards/captures.ts';
import { service } from './dashboards/service.ts';

const dashboards = { captures, service };
const isPanel = (panel: Panel | RowPanel): panel is Panel => panel.type !== 'row';
const panelsOf = (dashboard: Dashboard): Panel[] => (dashboard.panels ?? []).filter(isPanel);

describe.each(Object.entries(dashboards))('the dashboard %s', (name, dashboard) => {
  // Made again by: npm test -- dashboards -u
  it('is the file that Grafana is given', async () => {
    await expect(`${JSON.stringify(dashboard, null, 2)}\n`).toMatchFileSnapshot(`${name}.json`);
  });

  it('has panels with a title, a sentence, a unit, and queries that Prometheus can read', () => {
    const panels = panelsOf(dashboard);
    expect(panels.length).toBeGreaterThan(10);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    for (const { title, description, fieldConfig, targets = [] } of panels) {
      expect(description, title).toMatch(/\.$/);
      expect(fieldConfig?.defaults.unit, title).toBeTruthy();
      expect(targets.length, title).toBeGreaterThan(0);
      for (const { expr } of targets as unknown as { expr: string }[])
        expect(readQuery(expr).metrics, title).not.toEqual([]);
    }
  });

  it('has panels that lie in the grid, none over another', () => {
    const taken = new Set<string>();
    for (const { gridPos, title } of dashboard.panels ?? []) {
      const { x, y, w, h } = gridPos ?? { x: 0, y: 0, w: 0, h: 0 };
      expect(x + w, title ?? '').toBeLessThanOrEqual(24);
      const cells = Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`);
      expect(
        cells.filter((cell) => taken.has(cell)),
        title ?? '',
      ).toEqual([]);
      for (const cell of cells) taken.add(cell);
    }
  });
});

it('every dashboard that Grafana is given is one of these', () => {
  const given = readdirSync(join(import.meta.dirname)).filter((file) => file.endsWith('.json'));
  expect(given.toSorted()).toEqual(Object.keys(dashboards).map((name) => `${name}.json`));
});
