/**
 * Preloaded into a process, shifts its wall clock by the milliseconds that stand in the file `CLOCK_SHIFT_FILE`, from moment to
 * moment as they change. Timers and `performance` go on undisturbed, as they do when an operator or NTP sets the clock.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

const RealDate = Date;
const file = process.env['CLOCK_SHIFT_FILE'] ?? '';
let shiftMs = 0;

function look(): void {
  try {
    shiftMs = Number(readFileSync(file, 'utf8'));
  } catch {
    shiftMs = 0;
  }
}

class ShiftedDate extends RealDate {
  constructor(...args: unknown[]) {
    super(...((args.length === 0 ? [ShiftedDate.now()] : args) as [number]));
  }

  static override now(): number {
    return RealDate.now() + shiftMs;
  }
}

look();
setInterval(look, 20).unref();
globalThis.Date = ShiftedDate as DateConstructor;
