import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Opening } from './openInParts.ts';
import type { Task } from './tasks.ts';

/** An attack as both sides know it: the steps, their length, and the budget in linf. */
export interface AttackRequest {
  readonly kind: 'attack';
  readonly steps: number;
  readonly stepSize: number;
  readonly epsilon: number;
  /** How many. Foolbox takes them at once, Perturb as it chooses. */
  readonly images: number;
  readonly stopAtSuccess: boolean;
}

/** What a process of the bench can be asked. */
export type Request =
  | { readonly kind: 'hello' | 'gradient' | 'memory' | 'open' }
  | { readonly kind: 'time'; readonly task: Task; readonly batch: number }
  | AttackRequest;

/** What it answers, by what it is asked. */
export interface Answers {
  readonly hello: { readonly name: string };
  readonly gradient: { readonly finite: boolean };
  readonly memory: { readonly bytes: number };
  readonly open: Opening;
  readonly time: { readonly milliseconds: number };
  readonly attack: AttackAnswer;
}

export interface AttackAnswer {
  readonly seconds: number;
  readonly images: number;
  readonly fooled: number;
  readonly gradients: number;
}

/** One side of a comparison: a process that is asked and answers. */
export interface BenchProcess {
  ask<R extends Request>(request: R): Promise<Answers[R['kind']]>;
  stop(): void;
}

export function startProcess(
  [program, ...args]: readonly [string, ...string[]],
  environment: Readonly<Record<string, string>> = {},
): BenchProcess {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  // The end of its answers says as much.
  child.on('error', () => {});
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${program} ${args.join(' ')} ended while it was asked for ${request.kind}`);
      const answer = JSON.parse(value);
      if ('error' in answer) throw new Error(`${args.join(' ')}: ${answer.error}`);
      return answer;
    },
    stop: () => child.stdin.end(),
  };
}
