import type { Operator } from './evaluate.ts';

export const normalization: Readonly<Record<string, Operator>> = {};
