import { expect, test } from 'vitest';
import { withAbsolutePaths } from '../../../config/absolute-paths.ts';
import { resolveConfig } from '../../../config/resolve.ts';

test('every path of a source and a local text encoder is absolute, nothing else changes', () => {
  const config = resolveConfig({
    name: 'x',
    data: {
      text_encoder: './minilm',
      source: {
        type: 'files',
        users: { path: '/abs/users.csv', features: { path: { kind: 'categorical', column: 'path' } } },
        items: {
          path: ['a.csv', 'b/*.csv'],
          features: { tags: { kind: 'multi_categorical', from: { path: '../tags.csv' }, column: 'tag' } },
        },
        interactions: { path: 'events.csv', type: 'path' },
      },
    },
  });
  const { data } = withAbsolutePaths(config, '/data/here');
  expect(data.text_encoder).toBe('/data/here/minilm');
  expect(data.source).toMatchObject({
    users: { path: '/abs/users.csv', features: { path: { kind: 'categorical', column: 'path' } } },
    items: {
      path: ['/data/here/a.csv', '/data/here/b/*.csv'],
      features: { tags: { from: { path: '/data/tags.csv' }, column: 'tag' } },
    },
    interactions: { path: '/data/here/events.csv', type: 'path' },
  });
  const plain = resolveConfig({ name: 'x' });
  expect(withAbsolutePaths(plain, '/data/here')).toEqual(plain);
});
