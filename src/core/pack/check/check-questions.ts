import { Failure } from '../../failure.ts';
import { manifestPath } from '../../lock/merge-base.ts';
import { type Answers, manifestFromAnswers } from '../../manifest/answers.ts';
import { sameTree, type Tree } from '../../tree/tree.ts';
import { contextOf } from '../context/context.ts';
import type { Pack } from '../pack.ts';
import type { QuestionId } from '../pack-meta.ts';
import { renderPack } from '../render.ts';

/** An answer for each question that differs from the default. */
const answers: Readonly<Partial<Record<QuestionId, Omit<Answers, 'name'>>>> = {
  description: { description: 'Another description.' },
  author: { author: 'Grace' },
  input: { input: { schema: { type: 'object', properties: { text: { type: 'string' } } }, types: {} } },
  output: { output: { schema: { type: 'object', properties: { text: { type: 'string' } } }, types: {} } },
  endpoints: { endpoints: ['POST /reindex'] },
  permissions: { permissions: ['documents:read'] },
  emit: { emit: ['sample_module.reindexed'] },
  subscribe: { subscribe: ['file.uploaded'] },
  dependencies: { dependencies: ['left-pad'] },
  resources: { cpu: '2', memory: '2Gi', max_concurrent_jobs: 3 },
  config: { config: { top_k: 5 } },
  provider: { provider: 'openai' },
};

/**
 * The questions whose answers change no file. The manifest counts only if modules import a runtime, which reads it.
 */
export function unusedQuestions(pack: Pack): QuestionId[] {
  const render = (given: Omit<Answers, 'name'>): Tree => {
    const manifest = manifestFromAnswers({ name: 'sample_module', ...given }, { author: 'Ada', dependencies: [] });
    const context = contextOf(manifest, pack.meta, pack.meta.host.imports);
    const tree = new Map([...renderPack(pack, 'module', context).tree, ...renderPack(pack, 'edits', context).tree]);
    if (pack.meta.runtime === undefined) tree.delete(manifestPath);
    return tree;
  };
  try {
    const usual = render({});
    return pack.meta.questions.filter((id) => {
      const given = answers[id];
      return given !== undefined && sameTree(usual, render(given));
    });
  } catch (error) {
    // Reported by another check.
    if (error instanceof Failure) return [];
    throw error;
  }
}
