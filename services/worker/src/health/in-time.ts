/** What the question is answered within `ms`; null when it is not, or fails. */
export function inTime<T>(ask: () => Promise<T>, ms: number): Promise<T | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), ms);
    ask()
      .then(resolve, () => resolve(null))
      .finally(() => clearTimeout(timer));
  });
}
