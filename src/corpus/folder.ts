/** Name of the folder of known counterexamples and the baseline. It lies beside the settings, and is committed. */
export const robustnessFolder = 'robustness';
