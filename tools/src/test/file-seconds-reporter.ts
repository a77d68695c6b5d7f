import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import type { FileSeconds } from './slowest-files.ts';

/** Writes what each file of a run took to a file; vitest's JSON leaves out imports and hooks, which are most of many files. */
export class FileSecondsReporter implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    writeFileSync(this.#file, JSON.stringify(modules.map(secondsOf)));
  }
}

function secondsOf(module: TestModule): FileSeconds {
  const { environmentSetupDuration, prepareDuration, setupDuration, collectDuration, duration } = module.diagnostic();
  const ms = environmentSetupDuration + prepareDuration + setupDuration + collectDuration + duration;
  return { file: module.relativeModuleId, seconds: ms / 1000 };
}
