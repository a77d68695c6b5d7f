/** What is used of dclint; its own declarations import without extensions, which `nodenext` can not follow. */
declare module 'dclint' {
  export class DCLinter {
    /** Levels of rules: 0 off, 1 warning, 2 error; those left out keep their own. */
    constructor(config: {
      rules: Readonly<Record<string, 0 | 1 | 2>>;
      quiet: boolean;
      debug: boolean;
      exclude: string[];
    });
    lintFiles(paths: string[], recursive: boolean): { messages: { rule: string; message: string; line: number }[] }[];
  }
}
