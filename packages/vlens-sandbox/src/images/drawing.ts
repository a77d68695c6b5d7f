/** What the encoders draw: shades on a grid, with comments in the file's header. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  /** The next shade of grey, 0 to 255. */
  readonly shade: () => number;
  /** Comments to carry, in order. */
  readonly comments: readonly Buffer[];
}
