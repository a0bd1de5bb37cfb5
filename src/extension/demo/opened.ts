/** Where the extension remembers, until the demo's window is there, that it has opened the demo, and in which folder. */
export const opened = 'perturb.openedDemo';
