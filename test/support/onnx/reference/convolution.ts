import type { Operator } from './evaluate.ts';

export const convolution: Readonly<Record<string, Operator>> = {};
