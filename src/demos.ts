/** The demo workspaces, all of them synthetic. */
export const demos = {
  signs: {
    /** Below `media`. */
    folder: 'demo',
    title: 'Traffic signs',
    /** What it shows, in a line. */
    story: 'A classifier of traffic signs: small changes turn a stop sign into another one.',
    /** What is said when it was opened. */
    welcome: 'The tests of this demo attack a model that recognizes traffic signs. Run them to see what fools it.',
    /** What the models look at, for the command line. */
    synthetic: 'The signs are synthetic.',
  },
  faces: {
    folder: 'demos/faces',
    title: 'Face recognition',
    story: 'Verification by distance to enrolled images: strangers are let in, and residents are locked out.',
    welcome: 'The tests of this demo attack a model that recognizes faces. Run them to see whom it lets in.',
    synthetic: 'The faces are drawn, and nobody’s.',
  },
  filter: {
    folder: 'demos/filter',
    title: 'Content filter',
    story: 'A filter with a safety net that rejects what looks attacked, and an attacker who knows of it.',
    welcome: 'The tests of this demo attack a model that filters pictures. Run them to see what gets past it.',
    synthetic: 'The pictures are drawn, and harmless.',
  },
} as const;

export type DemoName = keyof typeof demos;
