import { askedBy, type Victim } from './victim.ts';

/**
 * What a test's time goes into: opening the model, reading images, the engine, the attacks themselves, judging what they
 * found, writing, and the audit with all that it needs.
 */
export const activities = ['opening', 'reading', 'engine', 'attack', 'judging', 'writing', 'audit'] as const;
export type Activity = (typeof activities)[number];

/** Seconds spent on each activity; they add up to the whole. */
export type Profile = Readonly<Record<Activity, number>>;

/**
 * Tells what the time of a test goes into: at every moment it counts for one activity, and for the engine while that
 * computes, whatever attacks do meanwhile.
 */
export class Stopwatch {
  readonly #spent = new Map<Activity, number>();
  #current: Activity;
  #since = performance.now();
  #isWhole = false;
  /** How many answers the engine is busy with. */
  #computing = 0;

  /** @param current what the time counts for from now on */
  constructor(current: Activity) {
    this.#current = current;
  }

  /** Counts the time from now on for another activity. Returns the one before. */
  enter(activity: Activity): Activity {
    const before = this.#current;
    if (this.#isWhole || activity === before) return before;
    this.#settle();
    this.#current = activity;
    return before;
  }

  /** Counts the time of some work as the engine's, and returns what the work does. */
  async computing<T>(work: () => Promise<T>): Promise<T> {
    this.#settle();
    this.#computing++;
    try {
      return await work();
    } finally {
      this.#settle();
      this.#computing--;
    }
  }

  /** Counts the time of some work for an activity, but for what that work counts for others. */
  async during<T>(activity: Activity, work: () => Promise<T>): Promise<T> {
    const before = this.enter(activity);
    try {
      return await work();
    } finally {
      this.enter(before);
    }
  }

  /** Counts all the time of some work for one activity. */
  async throughout<T>(activity: Activity, work: () => Promise<T>): Promise<T> {
    const before = this.enter(activity);
    this.#isWhole = true;
    try {
      return await work();
    } finally {
      this.#isWhole = false;
      this.enter(before);
    }
  }

  /** Where the time went so far, in seconds. */
  get profile(): Profile {
    this.#settle();
    const of = (activity: Activity) => (this.#spent.get(activity) ?? 0) / 1000;
    return Object.fromEntries(activities.map((activity) => [activity, of(activity)])) as Record<Activity, number>;
  }

  /** Books the time since it was last done. */
  #settle(): void {
    const now = performance.now();
    const activity = this.#computing > 0 && !this.#isWhole ? 'engine' : this.#current;
    this.#spent.set(activity, (this.#spent.get(activity) ?? 0) + now - this.#since);
    this.#since = now;
  }
}

/** The same victim, whose answers count as time of the engine. */
export function timed(victim: Victim, watch: Stopwatch): Victim {
  return askedBy(victim, {
    answer: (asks) => watch.computing(() => victim.answer(asks)),
    judge: (images) => watch.computing(() => victim.judge(images)),
  });
}
