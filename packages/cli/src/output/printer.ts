import type { Terminal } from '../terminal.ts';
import { write } from '../terminal.ts';

/** How results are to be written; neither: JSON unless a terminal reads them. */
export interface OutputOptions {
  readonly json?: boolean | undefined;
}

/** Writes results for people or for programs. */
export interface Printer {
  /** True when each result is one line of JSON. */
  readonly json: boolean;
  /** One result, once it is written. */
  result(value: object, asText: () => string): Promise<void>;
  /** Many results: a line of JSON each, or one text of them all. */
  results(values: readonly object[], asText: () => string): Promise<void>;
  /** Something for the person in front of it, on stderr; programs are told nothing. */
  note(text: string): void;
}

/** A printer that asks once who reads. */
export function createPrinter({ stdout, stderr }: Terminal, options: OutputOptions): Printer {
  const json = options.json ?? !stdout.isTTY;
  const results = (values: readonly object[], asText: () => string): Promise<void> => {
    const lines = json ? values.map((value) => `${JSON.stringify(value)}\n`).join('') : `${asText()}\n`;
    return write(stdout, lines);
  };
  return {
    json,
    results,
    result: (value, asText) => results([value], asText),
    note: (text) => void (json || stderr.write(`${text}\n`)),
  };
}
