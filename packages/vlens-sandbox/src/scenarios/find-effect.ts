import type { Effect } from './effect.ts';
import { scenarios } from './scenario-table.ts';

const ALWAYS_VERIFIED = /^11111111-/;
const MAGIC = /^00000000-0000-4000-8000-0000000([01])(\d{4})$/;
const FORCED_ERROR = /^error-(\d{1,4})$/;

const byNumber = new Map(scenarios.map((scenario) => [scenario.number, scenario.effect]));
const byMark = new Map(
  scenarios
    .filter((scenario) => scenario.carriedBy !== 'id')
    .flatMap(({ name, number, effect }): [string, Effect][] => [
      [name, effect],
      [number, effect],
    ]),
);

/**
 * The effect preloaded under a transaction id, or undefined for an id without magic. `...00000000NNNN` is a row of the
 * scenario table; `...00000001NNNN` is the top-level error NNNN, even where the table makes it a validation error;
 * every id that begins with `11111111-` is verified.
 */
export function effectOfTransactionId(id: string): Effect | undefined {
  if (ALWAYS_VERIFIED.test(id)) return {};
  const [, forced, number = ''] = MAGIC.exec(id) ?? [];
  return forced === '1' ? { error: Number(number) } : byNumber.get(number);
}

/**
 * The effect that a scenario inside an image asks for: a row's name or number, or `error-N`; undefined if there is none
 * such.
 */
export function effectOfMark(mark: string): Effect | undefined {
  const [, forced] = FORCED_ERROR.exec(mark) ?? [];
  return forced === undefined ? byMark.get(mark) : { error: Number(forced) };
}
