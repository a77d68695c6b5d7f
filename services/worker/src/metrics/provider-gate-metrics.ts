import { fewValues, metricsPrefix } from '@identity-events/shared/runtime/metrics';
import type { ProviderGate } from '@identity-events/shared/store/provider-gate';
import { Counter, type Registry } from 'prom-client';

/** Codes of ours and of the provider's table: there are fewer. */
const codesMost = 64;

/** Looks at the provider's gate. */
export interface ProviderGateMetrics {
  /** The same, and counts turns that are granted or put off. */
  countTurns<G extends ProviderGate>(gate: G): G;
  /** A tenant's gate closed or opened. */
  gateChanged(tenant: string, closed: boolean, code: string): void;
}

export function createProviderGateMetrics(registry: Registry): ProviderGateMetrics {
  const turns = new Counter({
    name: `${metricsPrefix}provider_turns_total`,
    help: 'Answers to captures that asked for a provider call: granted, or put_off until it is their turn.',
    labelNames: ['tenant', 'lane', 'verdict'] as const,
    registers: [registry],
  });
  const changes = new Counter({
    name: `${metricsPrefix}provider_gate_changes_total`,
    help: 'Times a gate closed or opened, with the code of what did it.',
    labelNames: ['tenant', 'change', 'code'] as const,
    registers: [registry],
  });
  const few = fewValues(codesMost);
  return {
    countTurns: (gate) => ({
      ...gate,
      async take(capture, prepare) {
        const turn = await gate.take(capture, prepare);
        turns.inc({ tenant: capture.tenant, lane: capture.lane, verdict: turn.go ? 'granted' : 'put_off' });
        return turn;
      },
    }),
    gateChanged: (tenant, closed, code) =>
      changes.inc({ tenant, change: closed ? 'closed' : 'opened', code: few(code) }),
  };
}
