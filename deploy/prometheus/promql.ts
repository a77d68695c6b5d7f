import { parser } from '@prometheus-io/lezer-promql';

/** What a query is about. */
export interface QueryParts {
  readonly metrics: readonly string[];
  /** Labels that it selects or groups by. */
  readonly labels: readonly string[];
}

/** The parts of a PromQL query, by Prometheus' own grammar; Grafana's intervals count as five minutes. Throws on a fault. */
export function readQuery(query: string): QueryParts {
  const text = query.replaceAll('$__rate_interval', '5m');
  const [metrics, labels] = [new Set<string>(), new Set<string>()];
  parser.parse(text).iterate({
    enter({ type, from, to }) {
      if (type.isError) throw new Error(`not PromQL at character ${from}: ${text}`);
      if (type.name === 'Identifier') metrics.add(text.slice(from, to));
      if (type.name === 'LabelName') labels.add(text.slice(from, to));
    },
  });
  return { metrics: [...metrics], labels: [...labels] };
}
