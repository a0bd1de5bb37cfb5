/** What can compute: the processor, an accelerator, or the WebAssembly build, which runs wherever Node.js does. */
export const providers = ['cpu', 'coreml', 'directml', 'cuda', 'webgpu', 'wasm'] as const;
export type Provider = (typeof providers)[number];

/** What can be asked for: `auto` takes the first accelerator that computes correctly. */
export const providerChoices = ['auto', ...providers] as const;
export type ProviderChoice = (typeof providerChoices)[number];
