/** What every command of `main.ts` is given. */
export type CommandContext = {
  readonly args: readonly string[];
  /** Aborted when the person or the system asks us to stop; a command then ends what it started and returns. */
  readonly signal: AbortSignal;
  /** Writes one line to the terminal. */
  readonly print: (line: string) => void;
};

/** A command resolves with the exit code. */
export type Command = (context: CommandContext) => Promise<number>;
