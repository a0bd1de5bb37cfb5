import assert from 'node:assert/strict';
import { slug } from '../../../src/reports/fileNames.ts';
import { pictureCaption } from '../../../src/reports/pictureCaption.ts';

const pictureOf = (name: string) => `pictures/test/${slug(name)}-12.png`;

describe('the caption of a picture', () => {
  it('names the classes as the model does', () => {
    const classes = ['stop', 'no-entry', "bird's eye"];
    assert.equal(pictureCaption(pictureOf('no-entry becomes stop'), classes), 'no-entry → stop');
    assert.equal(pictureCaption(pictureOf("stop becomes bird's eye"), classes), "stop → bird's eye");
  });

  it('makes do with the words of its name', () => {
    assert.equal(pictureCaption(pictureOf('no-entry becomes stop')), 'no entry → stop');
  });
});
