import { buildDashboard, quantile, rate, type Section } from '../panels.ts';

const ours = '{job=~"identity-events-.+"}';

const http: Section = {
  title: 'API',
  graphs: [
    {
      title: 'Requests',
      description: 'By route and class of status.',
      unit: 'reqps',
      queries: {
        '{{route}} {{status_class}}': rate(
          'identity_events_http_request_duration_seconds_count',
          'route, status_class',
        ),
      },
    },
    {
      title: 'Time to take a capture in',
      description: 'POST /v1/captures, until the answer has ended.',
      unit: 's',
      queries: Object.fromEntries(
        [0.5, 0.9, 0.99].map((q) => [
          `${q * 100} %`,
          quantile(q, 'identity_events_http_request_duration_seconds', '', '{method="POST",route="/v1/captures"}'),
        ]),
      ),
    },
    {
      title: 'Refused',
      description: 'By the problem in the answer.',
      unit: 'ops',
      queries: { '{{problem}}': rate('identity_events_http_problems_total', 'problem') },
    },
    {
      title: 'Room for images',
      description: 'Left on the volume. Full: captures with images are refused.',
      unit: 'bytes',
      queries: {
        free: 'min(identity_events_image_store_free_bytes)',
        size: 'max(identity_events_image_store_size_bytes)',
      },
    },
  ],
};

const workers: Section = {
  title: 'Workers',
  graphs: [
    {
      title: 'Attempts',
      description: 'By result. thrown: a fault of our surroundings, or a bug.',
      unit: 'ops',
      queries: { '{{result}}': rate('identity_events_attempt_duration_seconds_count', 'result') },
    },
    {
      title: 'Jobs lost and dead',
      description: 'Stalled: the worker gave no sign of life. Dead letters by cause.',
      unit: 'ops',
      queries: {
        stalled: rate('identity_events_stalled_jobs_total'),
        'lock lost': rate('identity_events_job_locks_lost_total'),
        'dead: {{cause}}': rate('identity_events_dead_letters_total', 'cause'),
      },
    },
  ],
};

const processes: Section = {
  title: 'Processes',
  graphs: [
    {
      title: 'Processor',
      description: 'Seconds of processor a second. Node uses one core for its work.',
      unit: 'percentunit',
      queries: { '{{job}} {{instance}}': `rate(process_cpu_seconds_total${ours}[$__rate_interval])` },
    },
    {
      title: 'Event loop',
      description: '99th percentile of how late it is. Above 0.1 s: too much work for one process.',
      unit: 's',
      queries: { '{{job}} {{instance}}': `nodejs_eventloop_lag_p99_seconds${ours}` },
    },
    {
      title: 'Memory',
      description: 'Resident.',
      unit: 'bytes',
      queries: { '{{job}} {{instance}}': `process_resident_memory_bytes${ours}` },
    },
    {
      title: 'Garbage collection',
      description: 'Seconds a second.',
      unit: 'percentunit',
      queries: {
        '{{job}} {{instance}}': `sum by (job, instance) (rate(nodejs_gc_duration_seconds_sum${ours}[$__rate_interval]))`,
      },
    },
    {
      title: 'Versions',
      description: 'Processes by build; two lines while a new one is rolled out.',
      unit: 'short',
      queries: { '{{service}} {{version}}': 'count by (service, version) (identity_events_build_info)' },
    },
    {
      title: 'Redis',
      description: '1 while every worker reaches it.',
      unit: 'short',
      queries: { up: 'min(identity_events_redis_up)' },
    },
  ],
};

/** The processes: for who sizes them, and for who looks for what is slow. */
export const service = buildDashboard('identity-events-service', 'Identity events: service', [
  http,
  workers,
  processes,
]);
