/** What the tests of the demo come to. */
export const demoVerdicts = {
  'FGSM 2/255': 'passed',
  'FGSM 8/255': 'passed',
  'I-FGSM curve': 'failed',
  'I-FGSM L2': 'passed',
  'half the signs need 5/255': 'passed',
  'stop stays stop': 'failed',
  'no sign becomes its least likely': 'passed',
} as const;
