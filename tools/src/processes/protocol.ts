/** What the watchdog is to run, handed over as its one argument. */
export type WatchdogSpec = {
  readonly command: string;
  readonly args: readonly string[];
  /** How long the child may take after SIGTERM before it gets SIGKILL, in milliseconds. */
  readonly graceMs: number;
  /** True gives the child our standard input too; otherwise it has none. */
  readonly ownTerminal: boolean;
  /** Runs once the child is gone, whatever ended it. */
  readonly cleanup?: { readonly command: string; readonly args: readonly string[] };
};

/** What the watchdog tells its parent. */
export type WatchdogMessage =
  | { readonly type: 'started'; readonly pid: number }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'exited'; readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** What the parent tells the watchdog. */
export type WatchdogOrder = { readonly type: 'signal'; readonly signal: NodeJS.Signals } | { readonly type: 'stop' };
