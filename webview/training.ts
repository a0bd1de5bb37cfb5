import 'uplot/dist/uPlot.min.css';
import './style/base.css';
import './style/controls.css';
import './style/header.css';
import './style/tables.css';
import './style/charts.css';
import './style/training.css';
import type { ToTraining } from '../src/page/trainingProtocol.ts';
import { createTranslate } from './l10n.ts';
import { post } from './training/host.ts';
import { createTrainingPage, type TrainingPage } from './training/page.ts';

// The page of a training, which follows it to its end.

const root = document.getElementById('root') as HTMLElement;
let page: TrainingPage | undefined;

addEventListener('message', ({ data }) => {
  const message = data as ToTraining;
  if (message.type === 'begin') {
    page = createTrainingPage(createTranslate(message.strings), message.training);
    root.replaceChildren(page.element);
  }
  page?.update(message.training);
});
post({ type: 'ready' });
