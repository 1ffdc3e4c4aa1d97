import { expect, it } from 'vitest';
import { lockPath, lockText, mergeBasePath } from '../../../../src/core/lock/lock.ts';
import { serializeMergeBase } from '../../../../src/core/lock/merge-base.ts';
import { parsePackMeta } from '../../../../src/core/pack/pack-meta.ts';
import { changeCode } from '../../../../src/core/pack/update/change-code.ts';
import type { RelPath } from '../../../../src/core/tree/rel-path.ts';
import { type TreeFile, textFile } from '../../../../src/core/tree/tree.ts';
import { packYaml } from '../make-pack.ts';

const meta = await parsePackMeta(
  `${packYaml}code_changes:
  - version: 2.0.0
    replace:
      - { from: "from app.errors import", to: from runtime import }
      - { file: provider.py, from: "provider(config)\\n    end", to: "provider(context, config)\\n    end" }
    report: { app.jobs: Import it from runtime }
`,
  'tiny',
);
const files = {
  'provider.py': 'from app.errors import A\nfrom app.errors import B\nprovider(config)\n    end\n',
  'windows.py': 'from app.errors import A\r\nprovider(config)\r\n    end\r\n',
  'mine.py': 'from app.jobs import job\n',
  'managed.py': 'from app.errors import A\nfrom app.jobs import job\n',
  'manifest.yaml': 'description: from app.errors import\n',
};
const folderOf = (version: string) =>
  new Map<RelPath, TreeFile>(
    Object.entries({
      ...files,
      [lockPath]: lockText({ name: 'tiny', version }),
      [mergeBasePath]: serializeMergeBase(new Map([['managed.py' as RelPath, textFile('')]])),
    }).map(([path, text]) => [path as RelPath, textFile(text)]),
  );

it('changes files that belong to the user, and reports what is left', async () => {
  const folder = folderOf('1.4.0');
  const { tree, notes } = await changeCode(folder, meta, 'modules/notes');
  const changed = [...tree].filter(([path, file]) => file !== folder.get(path));
  expect(Object.fromEntries(changed.map(([path, { content }]) => [path, content]))).toEqual({
    'provider.py': 'from runtime import A\nfrom runtime import B\nprovider(context, config)\n    end\n',
    'windows.py': 'from runtime import A\r\nprovider(config)\r\n    end\r\n',
  });
  expect(notes).toEqual(['modules/notes/mine.py still contains app.jobs. Import it from runtime.']);
});

it.each(['2.0.0', '2.1.0'])('changes nothing in a module of version %s', async (version) => {
  const folder = folderOf(version);
  expect(await changeCode(folder, meta, 'modules/notes')).toEqual({ tree: folder, notes: [] });
});
