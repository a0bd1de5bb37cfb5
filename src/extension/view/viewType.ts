/** The type of the view's panels, under which VS Code restores them. */
export const viewType = 'perturb.perturbationView';
