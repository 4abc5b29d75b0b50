import type { WorkerContext } from '../context.ts';
import { type Observation, storeObservations } from './book.ts';
import { pruneHistory } from './history.ts';
import { lookFromBalancer } from './look.ts';
import { Schedule } from './schedule.ts';
import { fadeStale } from './stale.ts';
import { loadTargets, type Target } from './targets.ts';
import { judge } from './verdict.ts';

const tickMs = 50;
const flushEveryMs = 250;
const reloadEveryMs = 10_000;
const fadeEveryMs = 1_000;
const pruneEveryMs = 600_000;

/** Asks backends for their health for as long as it runs. One at a time in the whole installation: its caller holds the lease `poller`. */
export interface Poller {
  /** Something about apps or backends changed: read them again soon. */
  refresh(): void;
  stop(): Promise<void>;
}

export function startPoller(worker: WorkerContext): Poller {
  const poller = new RunningPoller(worker);
  return { refresh: () => poller.refresh(), stop: () => poller.stop() };
}

class RunningPoller {
  readonly #worker: WorkerContext;
  readonly #schedule = new Schedule();
  readonly #targets = new Map<string, Target>();
  readonly #underWay = new Set<string>();
  readonly #stopped = new AbortController();
  readonly #timers: NodeJS.Timeout[];
  readonly #busy = new Set<Promise<unknown>>();
  readonly #running = new Set<string>();
  #waiting: Observation[] = [];

  constructor(worker: WorkerContext) {
    this.#worker = worker;
    const { prisma, clock } = worker;
    const every = (ms: number, name: string, work: () => Promise<unknown>) =>
      setInterval(() => this.#once(name, work), ms);
    this.#timers = [
      setInterval(() => this.#tick(), tickMs),
      every(flushEveryMs, 'store', () => this.#flush()),
      every(reloadEveryMs, 'reload', () => this.#reload()),
      every(fadeEveryMs, 'fade', () => fadeStale(prisma, clock())),
      every(pruneEveryMs, 'prune', () => pruneHistory(prisma, clock())),
    ];
    this.refresh();
    this.#once('prune', () => pruneHistory(prisma, clock()));
  }

  refresh(): void {
    this.#once('reload', () => this.#reload());
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stopped.abort();
    await Promise.all(this.#busy);
    await this.#flush();
  }

  /** Runs `work` unless it runs already; a failure is tried again at its next turn. */
  #once(name: string, work: () => Promise<unknown>): void {
    if (this.#running.has(name)) return;
    this.#running.add(name);
    const done = work()
      .catch((error: unknown) => this.#worker.log.warn({ error, work: name }, 'the poller will try again'))
      .finally(() => {
        this.#running.delete(name);
        this.#busy.delete(done);
      });
    this.#busy.add(done);
  }

  async #reload(): Promise<void> {
    const loaded = await loadTargets(this.#worker.prisma);
    const ids = new Set(loaded.map(({ backendId }) => backendId));
    for (const id of this.#targets.keys()) if (!ids.has(id)) this.#targets.delete(id);
    for (const target of loaded) {
      const known = this.#targets.get(target.backendId);
      // What was just seen may not be stored yet, unless somebody else (a fading, a deployment) wrote since.
      const isOurs =
        known !== undefined && this.#waiting.some((seen) => seen.target.backendId === target.backendId);
      const { health, streak, reason } = isOurs ? known : target;
      this.#targets.set(target.backendId, { ...target, health, streak, reason });
    }
    this.#schedule.set(
      loaded.map(({ backendId, intervalMs }) => ({ id: backendId, everyMs: intervalMs })),
      Date.now(),
    );
  }

  #tick(): void {
    for (const id of this.#schedule.due(Date.now())) {
      const target = this.#targets.get(id);
      if (target === undefined || this.#underWay.has(id)) continue;
      this.#underWay.add(id);
      const done = this.#observe(target).finally(() => {
        this.#underWay.delete(id);
        this.#busy.delete(done);
      });
      this.#busy.add(done);
    }
  }

  async #observe(asked: Target): Promise<void> {
    const look = await lookFromBalancer(this.#worker, asked);
    const target = this.#targets.get(asked.backendId);
    if (target === undefined || this.#stopped.signal.aborted) return;
    const verdict = judge(target, look, target.thresholds);
    const isNews = verdict.health !== target.health || verdict.reason !== target.reason;
    this.#targets.set(target.backendId, { ...target, ...verdict });
    this.#waiting.push({ target, at: this.#worker.clock(), look, verdict, isNews });
  }

  async #flush(): Promise<void> {
    const observations = this.#waiting;
    if (observations.length === 0) return;
    await storeObservations(this.#worker.prisma, observations);
    this.#waiting = this.#waiting.slice(observations.length);
  }
}
