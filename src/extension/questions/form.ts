/** What an answer is where the user wants to see the question before. */
export const back = Symbol('back');

/** An answer; `undefined` if the user has left. */
export type Answer<T> = T | typeof back | undefined;

/** The answer to a question that stands alone, which has no way back. */
export function alone<T>(answer: Answer<T>): T | undefined {
  return answer === back ? undefined : answer;
}

/** Where a question stands: what it is part of, and which one it is. */
export interface Place {
  readonly title: string;
  /** From 1; missing for a question that stands alone. */
  readonly step?: number;
  readonly steps?: number;
  /** True for a part of the first question, which there is a way back to. */
  readonly isPart?: boolean;
}

/** One question of a form. */
export interface Step<A> {
  /** Whether it is asked, by what was answered before; always where this is missing. */
  applies?(answers: Partial<A>): boolean;
  /** Returns what becomes known. */
  ask(answers: Partial<A>, place: Place): Promise<Answer<Partial<A>>>;
}

/**
 * Asks one question after another, with a way back to each; `undefined` if the user has left.
 * @param title what the form is for.
 */
export async function fill<A>(title: string, steps: readonly Step<A>[]): Promise<Partial<A> | undefined> {
  /** The questions that were asked, with what was known before each. */
  const asked: { readonly at: number; readonly before: Partial<A> }[] = [];
  let answers: Partial<A> = {};
  let at = 0;
  const applies = (step: Step<A>) => step.applies?.(answers) ?? true;
  while (at < steps.length) {
    const step = steps[at] as Step<A>;
    if (!applies(step)) {
      at++;
      continue;
    }
    const left = steps.slice(at).filter(applies).length;
    const answer = await step.ask(answers, { title, step: asked.length + 1, steps: asked.length + left });
    if (answer === undefined) return undefined;
    if (answer === back) {
      const former = asked.pop();
      if (former) ({ at, before: answers } = former);
      continue;
    }
    asked.push({ at, before: answers });
    answers = { ...answers, ...answer };
    at++;
  }
  return answers;
}
