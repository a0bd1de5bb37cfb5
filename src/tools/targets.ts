import { platformHere } from '../platform.ts';

/** What VS Code installs an extension for, in npm's words. */
export interface Target {
  readonly os: string;
  readonly cpu: string;
  readonly libc?: 'glibc' | 'musl';
  /** Whether ONNX Runtime has a native build; elsewhere it runs in WebAssembly. */
  readonly native: boolean;
}

/** The targets of VS Code for which there is a package; the last one is for all others. */
export const targets = {
  'win32-x64': { os: 'win32', cpu: 'x64', native: true },
  'win32-arm64': { os: 'win32', cpu: 'arm64', native: true },
  'linux-x64': { os: 'linux', cpu: 'x64', libc: 'glibc', native: true },
  'linux-arm64': { os: 'linux', cpu: 'arm64', libc: 'glibc', native: true },
  'alpine-x64': { os: 'linux', cpu: 'x64', libc: 'musl', native: false },
  'darwin-arm64': { os: 'darwin', cpu: 'arm64', native: true },
  'darwin-x64': { os: 'darwin', cpu: 'x64', native: false },
  // What npm calls a processor of this name are builds for WebAssembly.
  universal: { os: 'linux', cpu: 'wasm32', native: false },
} as const satisfies Readonly<Record<string, Target>>;

export type TargetName = keyof typeof targets;

/** Whether there is a target of this name. */
export function isTarget(name: string): name is TargetName {
  return Object.hasOwn(targets, name);
}

/** The target that fits this machine. */
export function targetHere(): TargetName {
  const here = platformHere();
  return isTarget(here) ? here : 'universal';
}
