import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { findModelFile } from '../../../src/models/findModelFile.ts';
import { rejectsWith } from '../../support/rejectsWith.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const recipe = ['converted from', 'torch.export.save(program, "model.pt2")', 'model.save("model.keras")'];

describe('Models of formats that cannot be opened', () => {
  const folder = temporaryFolder();

  it('are recognized in OpenVINO’s, by the file or its folder', async () => {
    await mkdir(folder.at('openvino'));
    const file = await folder.write(
      path.join('openvino', 'model.xml'),
      '<?xml version="1.0"?>\n<net name="net" version="11">',
    );
    await folder.write(path.join('openvino', 'model.bin'), 'weights');
    for (const at of [file, folder.at('openvino')]) await rejectsWith(findModelFile(at), file, 'OpenVINO', ...recipe);
  });

  it('are recognized in Core ML’s, which may be a folder', async () => {
    const file = await folder.write('net.mlmodel', '\x08\x04');
    await mkdir(folder.at('net.mlpackage'));
    await folder.write(path.join('net.mlpackage', 'Manifest.json'), '{}');
    await mkdir(folder.at('packed'));
    await mkdir(folder.at(path.join('packed', 'net.mlpackage')));
    for (const at of [file, folder.at('net.mlpackage'), folder.at('packed')]) {
      await rejectsWith(findModelFile(at), at, 'a Core ML model', ...recipe);
    }
  });

  it('are not seen in other XML files', async () => {
    await rejectsWith(folder.write('page.xml', '<html>').then(findModelFile), 'page.xml: this format is not supported');
  });
});
