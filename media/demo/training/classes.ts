/** A class of the demo's classifier, and the drawing in `@rapideditor/mapillary_sprite_source` that shows it. */
export interface SignClass {
  label: string;
  drawing: string;
  /** Colors to exchange in the drawing, from and to. */
  recolor?: [string, string];
}

/** In the order of the model's outputs, which is alphabetical. */
export const SIGN_CLASSES: readonly SignClass[] = [
  { label: 'children', drawing: 'warning--children--g1' },
  { label: 'keep-right', drawing: 'regulatory--keep-right--g1' },
  { label: 'no-entry', drawing: 'regulatory--no-entry--g1' },
  { label: 'no-overtaking', drawing: 'regulatory--no-overtaking--g1' },
  { label: 'pedestrian-crossing', drawing: 'information--pedestrians-crossing--g1' },
  { label: 'priority-road', drawing: 'regulatory--priority-road--g1' },
  { label: 'roadworks', drawing: 'warning--roadworks--g3' },
  { label: 'roundabout', drawing: 'regulatory--roundabout--g1' },
  { label: 'speed-limit-100', drawing: 'regulatory--maximum-speed-limit-100--g1' },
  { label: 'speed-limit-20', drawing: 'regulatory--maximum-speed-limit-20--g1' },
  { label: 'speed-limit-30', drawing: 'regulatory--maximum-speed-limit-30--g1' },
  { label: 'speed-limit-50', drawing: 'regulatory--maximum-speed-limit-50--g1' },
  // Drawn on yellow, as in Sweden: on white, like the other limits, only its number tells it apart.
  { label: 'speed-limit-60', drawing: 'regulatory--maximum-speed-limit-60--g1', recolor: ['gold', '#fff'] },
  { label: 'speed-limit-80', drawing: 'regulatory--maximum-speed-limit-80--g1' },
  { label: 'stop', drawing: 'regulatory--stop--g1' },
  { label: 'traffic-signals', drawing: 'warning--traffic-signals--g1' },
  { label: 'turn-left', drawing: 'regulatory--turn-left--g1' },
  { label: 'yield', drawing: 'regulatory--yield--g1' },
];
