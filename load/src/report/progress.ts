import process from 'node:process';
import { createLogUpdate } from 'log-update';
import type { Progress } from '../run-load.ts';
import { inMs } from './figures.ts';

/** Shows how a run goes: rewritten in place on a terminal, a line every few seconds elsewhere. */
export interface ProgressView {
  show(progress: Progress): void;
  done(): void;
}

const linesEverySeconds = 5;

/** `plannedSeconds` is how long sending takes; waiting for the last events comes after it. */
export function createProgressView(plannedSeconds: number, stream: NodeJS.WriteStream = process.stdout): ProgressView {
  if (!stream.isTTY) {
    let shown = 0;
    return {
      show(progress) {
        if ((shown += 1) % linesEverySeconds === 1) stream.write(`${inOneLine(progress, plannedSeconds)}\n`);
      },
      done: () => undefined,
    };
  }
  const update = createLogUpdate(stream);
  return { show: (progress) => update(inLines(progress, plannedSeconds)), done: () => update.done() };
}

const barWidth = 40;

function inLines(progress: Progress, plannedSeconds: number): string {
  const { second, due, accepted, refused, inFlight, open } = progress;
  const part = Math.min(1, second.at / plannedSeconds);
  const bar = '█'.repeat(Math.round(part * barWidth)).padEnd(barWidth, '░');
  return [
    `${bar} ${second.at.toFixed(0)} of ${plannedSeconds} s${part === 1 ? ', waiting for events' : ''}`,
    `sent ${due}   accepted ${accepted}   refused ${refused}   under way ${inFlight}   without event ${open}`,
    `this second: ${second.accepted} accepted, p99 ${ms(second.acceptP99Ms)}   ${second.events} events, p99 ${ms(second.eventP99Ms)}`,
    ...(second.waiting === null
      ? []
      : [
          `queue: ${second.waiting} waiting, ${second.active} active, ${second.delayed} for later   outbox ${second.outbox}`,
        ]),
  ].join('\n');
}

function inOneLine({ second, due, accepted, refused, open }: Progress, plannedSeconds: number): string {
  const place = `${second.at.toFixed(0)} of ${plannedSeconds} s`;
  const queue = second.waiting === null ? '' : `, ${second.waiting} waiting, outbox ${second.outbox}`;
  return `${place}: sent ${due}, accepted ${accepted}, refused ${refused}, without event ${open}, accept p99 ${ms(second.acceptP99Ms)}${queue}`;
}

function ms(value: number | null): string {
  return value === null ? '-' : inMs(value);
}
