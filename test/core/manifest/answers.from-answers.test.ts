import { describe, expect, it } from 'vitest';
import { manifestFromAnswers } from '../../../src/core/manifest/answers.ts';
import { checkManifestValue } from '../../../src/core/manifest/parse.ts';
import { goodManifest } from './good-manifest.ts';

const defaults = { author: 'Ada', dependencies: ['redis'] };

it.each(['ab', 'document_search', 'module', 'base_ai', 'a1_', 'x'.repeat(50)])('a name alone is enough: %s', (name) => {
  const manifest = manifestFromAnswers({ name }, defaults);
  expect(checkManifestValue(manifest)).toEqual({ manifest, problems: [] });
});

it('returns the standard manifest', () => {
  expect(manifestFromAnswers({ name: 'ocr' }, defaults)).toMatchObject({
    version: '1.0.0',
    author: 'Ada',
    class_name: 'OcrModule',
    dependencies: ['redis'],
    permissions_required: ['ocr:create', 'ocr:read', 'ocr:delete', 'ocr:admin'],
    events_emitted: ['ocr.started', 'ocr.progress', 'ocr.completed', 'ocr.failed', 'ocr.cancelled'],
    events_subscribed: ['user.deleted'],
  });
});

describe('answers', () => {
  it('replace single values', () => {
    const answers = { name: 'ocr', version: '2.0.0', description: 'd', author: 'a', class_name: 'Ocr', cpu: '2' };
    expect(manifestFromAnswers({ ...answers, memory: '1Gi', max_concurrent_jobs: 3 }, defaults)).toMatchObject({
      version: '2.0.0',
      description: 'd',
      author: 'a',
      class_name: 'Ocr',
      resources: { cpu: '2', memory: '1Gi', max_concurrent_jobs: 3 },
    });
  });

  it('add to lists, without duplicates', () => {
    const manifest = manifestFromAnswers(
      {
        name: 'ocr',
        endpoints: ['POST /reindex', 'POST /process'],
        permissions: ['ocr:share'],
        emit: ['ocr.indexed'],
        subscribe: ['file.uploaded', 'user.deleted'],
        dependencies: ['redis', 's3'],
      },
      defaults,
    );
    expect(manifest.endpoints).toHaveLength(8);
    expect(manifest.permissions_required.at(-1)).toBe('ocr:share');
    expect(manifest.events_emitted.at(-1)).toBe('ocr.indexed');
    expect(manifest.events_subscribed).toEqual(['user.deleted', 'file.uploaded']);
    expect(manifest.dependencies).toEqual(['redis', 's3']);
  });

  it('override the standard configuration; the provider overrides both', () => {
    const config = { retry_attempts: 5, top_k: 3, provider: 'local' };
    expect(manifestFromAnswers({ name: 'ocr', config, provider: 'openai' }, defaults).configuration).toEqual({
      timeout_seconds: 300,
      retry_attempts: 5,
      provider: 'openai',
      top_k: 3,
    });
  });
});

describe('a manifest to start from', () => {
  const base = goodManifest('seed', { permissions_required: ['old:create'], class_name: 'Seed' });

  it('is returned unchanged', () => expect(manifestFromAnswers({ name: 'seed' }, defaults, base)).toEqual(base));

  it('keeps its permissions and events if only the name changes', () => {
    expect(manifestFromAnswers({ name: 'ocr' }, defaults, base)).toEqual({ ...base, name: 'ocr' });
  });

  it('is not modified', () => {
    const before = JSON.stringify(base);
    manifestFromAnswers({ name: 'ocr', endpoints: ['GET /x'], config: { a: 1 }, cpu: '4' }, defaults, base);
    expect(JSON.stringify(base)).toBe(before);
  });
});
