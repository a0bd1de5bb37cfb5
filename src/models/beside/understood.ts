import { type Interpolation, interpolations } from '../../data/resample.ts';
import { UserError } from '../../userError.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Reads settings of a file, whose every word must be understood: preprocessing that is nearly right is wrong. */
export class Understood {
  readonly #file: string;
  readonly #json: Json;

  constructor(file: string, json: Json) {
    this.#file = file;
    this.#json = json;
  }

  /** What is stated under a name, or else `missing`. */
  get<T>(name: string, isRight: (value: unknown) => value is T, missing?: T): T {
    const value = this.#json[name] ?? missing;
    if (!isRight(value)) throw this.refused(name);
    return value;
  }

  flag(name: string, missing: boolean): boolean {
    return this.get(name, (value): value is boolean => typeof value === 'boolean', missing);
  }

  number(name: string, missing?: number): number {
    return this.get(name, (value): value is number => isNumber(value) && value > 0, missing);
  }

  /** A number for each of three channels, or for one. */
  channels(name: string, missing: readonly number[]): readonly number[] {
    const isRight = (value: unknown): value is readonly number[] =>
      Array.isArray(value) && (value.length === 3 || value.length === 1) && value.every(isNumber);
    const numbers = this.get(name, isRight, missing);
    return numbers.length === 1 ? [0, 1, 2].map(() => numbers[0] as number) : numbers;
  }

  interpolation(name: string, value: unknown): Interpolation {
    const found = interpolations.find((each) => each === value);
    if (found === undefined) throw this.refused(name);
    return found;
  }

  refused(name: string): UserError {
    const value = JSON.stringify(this.#json[name]) ?? 'nothing';
    return new UserError(
      `${this.#file}: Perturb does not know how to prepare images as it says ("${name}": ${value.slice(0, 100)}). State "preprocessing" of this model in the settings, such as "imagenet", which then counts instead.`,
    );
  }
}

export function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
