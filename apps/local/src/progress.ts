/** What a person sees of a long command: one line a step, with the seconds since the start, on standard error. */
export interface Progress {
  say(text: string): void;
  /** Runs a named step and says when it ends and how long it took. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
}

/** Progress on a stream; `since` is a `performance.now()` reading. */
export function createProgress(
  since = performance.now(),
  write: (line: string) => unknown = (line) => process.stderr.write(line),
): Progress {
  const seconds = (from: number) => (performance.now() - from) / 1000;
  const say = (text: string) => void write(`${seconds(since).toFixed(0).padStart(4)} s  ${text}\n`);
  return {
    say,
    async step(name, work) {
      const from = performance.now();
      say(`${name} …`);
      const result = await work();
      say(`${name}: done in ${seconds(from).toFixed(1)} s`);
      return result;
    },
  };
}
