/** A figure and what it is held against. */
export interface Finding {
  /** As on the command line. */
  readonly name: string;
  readonly title: string;
  /** How it was measured, in a sentence or two. */
  readonly how: string;
  readonly verdicts: readonly Verdict[];
  /** Everything measured, with a head. */
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** One value against its bar. */
export interface Verdict {
  readonly what: string;
  readonly bar: string;
  readonly value: string;
  readonly kept: boolean;
}

/** A value that must be so much at least. */
export function atLeast(what: string, value: number, bar: number, unit = ''): Verdict {
  return { what, bar: `at least ${bar}${unit}`, value: `${digits(value)}${unit}`, kept: value >= bar };
}

/** A value that may be so much at most. */
export function atMost(what: string, value: number, bar: number, unit = ''): Verdict {
  return { what, bar: `at most ${bar}${unit}`, value: `${digits(value)}${unit}`, kept: value <= bar };
}

/** Three digits, whole numbers from a thousand on. */
export function digits(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
