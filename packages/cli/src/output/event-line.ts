import { styleText } from 'node:util';
import type { EventContext, IdentityEvent } from '@identity-events/sdk/subscribe';
import type { Output } from '../terminal.ts';
import { plain } from './plain.ts';

const colours = {
  'identity.verified': 'green',
  'identity.captured': 'cyan',
  'identity.failed': 'red',
  'identity.redacted': 'yellow',
  'business_request.status_changed': 'blue',
} as const satisfies Record<IdentityEvent['type'], string>;

/** An event in one line; coloured where the output is a terminal that shows colours (`NO_COLOR`, `FORCE_COLOR` are heard). */
export function eventLine(event: IdentityEvent, { partition, offset, replayId }: EventContext, output: Output): string {
  const { time, type, subject, data } = event;
  const coloured = styleText(colours[type], type, { stream: output });
  const place = styleText('dim', `${partition}/${offset}${replayId ? ` replay ${plain(replayId)}` : ''}`, {
    stream: output,
  });
  return [time, coloured, plain(`${data.tenant}:${subject} ${aboutOf(event)}`), place].join('  ');
}

function aboutOf(event: IdentityEvent): string {
  const { type, data } = event;
  if (type === 'business_request.status_changed') return `${event.data.businessRequestId} ${event.data.status}`;
  if (type === 'identity.failed') return `${event.data.captureId} ${event.data.reason.code}`;
  return 'captureId' in data ? data.captureId : '';
}
