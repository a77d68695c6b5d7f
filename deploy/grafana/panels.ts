import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
  type Panel,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

/** Grafana's names of units: https://github.com/grafana/grafana/blob/main/packages/grafana-data/src/valueFormats/categories.ts */
type Unit = 'short' | 's' | 'bytes' | 'percentunit' | 'ops' | 'reqps';

/** A graph over time: queries by their legend (a Prometheus label in double braces, or a word). */
export interface Graph {
  readonly title: string;
  /** What a person should make of it. */
  readonly description: string;
  readonly unit: Unit;
  readonly queries: Readonly<Record<string, string>>;
}

/** One number, as of now. */
export interface Figure {
  readonly title: string;
  readonly description: string;
  readonly unit: Unit;
  readonly query: string;
}

/** Panels under a heading. */
export interface Section {
  readonly title: string;
  readonly figures?: readonly Figure[];
  readonly graphs: readonly Graph[];
}

/** The data source is chosen in the dashboard, so that it works in every Grafana. */
const datasource = { type: 'prometheus', uid: '${datasource}' };

/** A dashboard of sections, each a row of figures over graphs, two beside each other. */
export function buildDashboard(uid: string, title: string, sections: readonly Section[]): Dashboard {
  const dashboard = new DashboardBuilder(title)
    .uid(uid)
    .tags(['identity-events'])
    .editable()
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .withVariable(new DatasourceVariableBuilder('datasource').type('prometheus').label('Prometheus'));
  for (const section of sections) {
    dashboard.withRow(new RowBuilder(section.title));
    for (const one of section.figures ?? []) dashboard.withPanel(figurePanel(one));
    for (const graph of section.graphs) dashboard.withPanel(graphPanel(graph));
  }
  return dashboard.build();
}

function graphPanel({ title, description, unit, queries }: Graph): Builder<Panel> {
  const panel = new TimeseriesBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .min(0)
    .height(8)
    .span(12);
  for (const [legend, expr] of Object.entries(queries)) {
    panel.withTarget(new DataqueryBuilder().datasource(datasource).expr(expr).legendFormat(legend));
  }
  return panel;
}

function figurePanel({ title, description, unit, query }: Figure): Builder<Panel> {
  return new StatBuilder()
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .height(4)
    .span(4)
    .withTarget(new DataqueryBuilder().datasource(datasource).expr(query).instant());
}

/** A quantile of a histogram over all processes. */
export function quantile(q: number, histogram: string, by = '', selector = ''): string {
  const labels = by === '' ? 'le' : `le, ${by}`;
  return `histogram_quantile(${q}, sum by (${labels}) (rate(${histogram}_bucket${selector}[$__rate_interval])))`;
}

/** How fast a counter grows, over all processes. */
export function rate(counter: string, by = '', selector = ''): string {
  const over = by === '' ? '' : ` by (${by})`;
  return `sum${over} (rate(${counter}${selector}[$__rate_interval]))`;
}
