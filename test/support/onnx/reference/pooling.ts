import type { Operator } from './evaluate.ts';

export const pooling: Readonly<Record<string, Operator>> = {};
