/** Reads at most once in `forMs`, however many ask: all of them get the last answer, or wait for the one under way. */
export function readOnce<T>(read: () => Promise<T>, forMs: number, steadyNow: () => number): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | undefined;
  return () => {
    const at = steadyNow();
    if (last === undefined || at - last.at >= forMs) {
      const answer = read();
      last = { at, answer };
    }
    return last.answer;
  };
}
