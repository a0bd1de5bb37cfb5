import type { Operator } from './evaluate.ts';

export const shapes: Readonly<Record<string, Operator>> = {};
