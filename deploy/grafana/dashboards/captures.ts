import { buildDashboard, quantile, rate, type Section } from '../panels.ts';

const accepting: Section = {
  title: 'In',
  figures: [
    {
      title: 'Accepted a minute',
      description: 'Captures taken in, lately.',
      unit: 'short',
      query: '60 * sum(rate(identity_events_captures_submitted_total{verdict="accepted"}[5m]))',
    },
    {
      title: 'Open',
      description: 'Captures without an outcome.',
      unit: 'short',
      query: 'sum(max by (tenant, kind, status) (identity_events_open_captures))',
    },
    {
      title: 'Oldest open',
      description: 'Since the oldest capture without an outcome was accepted.',
      unit: 's',
      query: 'max(identity_events_open_captures_oldest_seconds)',
    },
    {
      title: 'Verified, of those that ended',
      description: 'Share within an hour. It tells of people and their cameras more than of this service.',
      unit: 'percentunit',
      query:
        'sum(increase(identity_events_captures_ended_total{outcome="verified"}[1h])) / sum(increase(identity_events_captures_ended_total[1h]))',
    },
    {
      title: 'Overdue',
      description: 'Captures later than they should be. Above 0 for long: something is stuck.',
      unit: 'short',
      query: 'max(identity_events_overdue_captures)',
    },
    {
      title: 'Dead letters',
      description: 'Jobs that somebody has to look at.',
      unit: 'short',
      query: 'max(identity_events_queue_jobs{state="failed"})',
    },
  ],
  graphs: [
    {
      title: 'Submissions',
      description: 'By how they ended; replayed: the same request again.',
      unit: 'ops',
      queries: { '{{verdict}} {{kind}}': rate('identity_events_captures_submitted_total', 'verdict, kind') },
    },
    {
      title: 'Outcomes',
      description: 'By outcome, and by reason where a capture failed.',
      unit: 'ops',
      queries: { '{{outcome}} {{reason}}': rate('identity_events_captures_ended_total', 'outcome, reason') },
    },
  ],
};

const waiting: Section = {
  title: 'Waiting',
  graphs: [
    {
      title: 'From acceptance to outcome',
      description: 'What a person waits for. Grows with the backlog before the budget.',
      unit: 's',
      queries: {
        median: quantile(0.5, 'identity_events_capture_duration_seconds'),
        '99 %': quantile(0.99, 'identity_events_capture_duration_seconds'),
      },
    },
    {
      title: 'From acceptance to the first call',
      description: 'By lane: interactive captures must stay low while bulk ones wait.',
      unit: 's',
      queries: { '{{lane}} 99 %': quantile(0.99, 'identity_events_capture_first_call_wait_seconds', 'lane') },
    },
    {
      title: 'Waiting for a turn at Vlens',
      description: 'Captures by tenant and lane.',
      unit: 'short',
      queries: { '{{tenant}} {{lane}}': 'max by (tenant, lane) (identity_events_provider_waiting_captures)' },
    },
    {
      title: 'Age of who waits longest for a turn',
      description: 'By tenant and lane. One tenant must not grow with another.',
      unit: 's',
      queries: { '{{tenant}} {{lane}}': 'max by (tenant, lane) (identity_events_provider_waiting_oldest_seconds)' },
    },
    {
      title: 'Jobs',
      description: 'By state. Captures that wait for the budget are delayed.',
      unit: 'short',
      queries: { '{{state}}': 'max by (state) (identity_events_queue_jobs)' },
    },
    {
      title: 'Age of the first job',
      description: 'Waiting since acceptance, active since its start, failed since its death; delayed: how late it is.',
      unit: 's',
      queries: { '{{state}}': 'max by (state) (identity_events_queue_oldest_seconds)' },
    },
  ],
};

const provider: Section = {
  title: 'Vlens',
  graphs: [
    {
      title: 'Budget used',
      description: 'Turns granted in the last minute, of the calls that a minute allows.',
      unit: 'percentunit',
      queries: {
        '{{tenant}}':
          'sum by (tenant) (increase(identity_events_provider_turns_total{verdict="granted"}[1m])) / on (tenant) max by (tenant) (identity_events_provider_budget_calls{window_seconds="60"})',
      },
    },
    {
      title: 'Gates',
      description: '1: closed, no call but a probe. Vlens is down, busy, or refuses the account.',
      unit: 'short',
      queries: { '{{tenant}}': 'max by (tenant) (identity_events_provider_gate_closed)' },
    },
    {
      title: 'Calls',
      description: 'By endpoint and outcome.',
      unit: 'ops',
      queries: {
        '{{endpoint}} {{outcome}}': rate('identity_events_provider_call_duration_seconds_count', 'endpoint, outcome'),
      },
    },
    {
      title: 'Time of a call',
      description: '95th percentile by endpoint.',
      unit: 's',
      queries: { '{{endpoint}}': quantile(0.95, 'identity_events_provider_call_duration_seconds', 'endpoint') },
    },
    {
      title: 'Errors by code',
      description: "Vlens' codes and, where there was no answer, ours. unknown: a code without a line in our table.",
      unit: 'ops',
      queries: { '{{code}}': rate('identity_events_provider_errors_total', 'code') },
    },
    {
      title: 'Put off, by cause',
      description: 'Attempts that ended without an outcome. budget: it was not their turn.',
      unit: 'ops',
      queries: { '{{cause}}': rate('identity_events_attempts_put_off_total', 'cause') },
    },
  ],
};

const out: Section = {
  title: 'Out',
  graphs: [
    {
      title: 'From outcome to Kafka',
      description: 'By percentile. Grows while Kafka is away.',
      unit: 's',
      queries: {
        median: quantile(0.5, 'identity_events_event_lag_seconds'),
        '99 %': quantile(0.99, 'identity_events_event_lag_seconds'),
      },
    },
    {
      title: 'Outbox',
      description: 'Events not yet in Kafka.',
      unit: 'short',
      queries: { events: 'max(identity_events_outbox_events)' },
    },
    {
      title: 'Events published',
      description: 'By type; replayed: published again on request.',
      unit: 'ops',
      queries: {
        '{{type}}': rate('identity_events_events_published_total', 'type'),
        '{{type}} replayed': rate('identity_events_events_replayed_total', 'type'),
      },
    },
    {
      title: 'Batches',
      description: 'Given to Kafka, by result, with the time they took (99th percentile).',
      unit: 's',
      queries: { '{{result}}': quantile(0.99, 'identity_events_publish_duration_seconds', 'result') },
    },
  ],
};

/** From the request to Kafka, in the order of the flow: for who is on duty, and for who plans. */
export const captures = buildDashboard('identity-events-captures', 'Identity events: captures', [
  accepting,
  waiting,
  provider,
  out,
]);
