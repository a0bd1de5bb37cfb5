import type { Operator } from './evaluate.ts';

export const arithmetic: Readonly<Record<string, Operator>> = {};
