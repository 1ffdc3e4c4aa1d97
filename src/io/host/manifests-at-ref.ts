import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { dirname, join, relative, resolve } from 'node:path';
import { Failure } from '../../core/failure.ts';
import type { ManifestAtRef, ManifestsAtRef } from '../../core/lint/against/compare-modules.ts';
import { maxManifestBytes } from '../../core/manifest/schema.ts';
import { contentOf, textOf } from '../fs/read-file.ts';
import { type ReadCheckup, shownPath } from './read-checkup.ts';

const manifestName = 'manifest.yaml';

/**
 * Reads the manifests that the modules of a checkup had at a git ref: those below the folder of the host, also in other
 * folders than now. `A...` means the commit at which the branch left `A`. Throws `ref-unusable`.
 */
export function manifestsAtRef(cwd: string, { root, checkup }: ReadCheckup, ref: string): ManifestsAtRef {
  const files = checkup.manifests.map(({ file, folder }) => ({ file, folder, path: resolve(cwd, file) }));
  const first = files[0];
  if (first === undefined) return { ref, manifests: [], elsewhere: new Map() };
  const modulesDirs = new Set(
    files.flatMap(({ path, folder }) => (folder === undefined ? [] : [dirname(dirname(path))])),
  );
  const top = root ?? [...modulesDirs][0] ?? dirname(first.path);
  const git = gitIn(top, ref);
  const commit = git.commit();
  const prefix = git.prefix();
  const inTop = (path: string): string => `${prefix}${relative(top, path).replaceAll('\\', '/')}`.replace(/\/$/, '');
  const entries = git.entries(commit, prefix);
  const given = new Set(files.map(({ path }) => inTop(path)));
  const isManifest = ({ path, kind }: Entry) =>
    kind === 'file' && (given.has(path) || path.endsWith(`/${manifestName}`) || path === manifestName);
  const found = entries.filter(isManifest);
  const texts = git.texts(found.map(({ id }) => id));
  const near = new Set([...modulesDirs].map(inTop));
  return {
    ref,
    manifests: found.map(({ path, id }): ManifestAtRef => {
      const file = shownPath(cwd, join(top, path.slice(prefix.length)));
      const parts = path.split('/');
      const folder = parts.at(-1) === manifestName ? parts.at(-2) : undefined;
      const isNear = folder !== undefined && near.has(parts.slice(0, -2).join('/'));
      return { file, folder, isNear, ...readable(file, texts.get(id)) };
    }),
    elsewhere: new Map(
      files.flatMap(({ file, path }) => {
        const reason = elsewhere(inTop(path), entries, ref);
        return reason === undefined ? [] : [[file, reason] as const];
      }),
    ),
  };
}

function readable(file: string, bytes: Buffer | undefined): Pick<ManifestAtRef, 'text' | 'reason'> {
  if (bytes === undefined) return { reason: 'git cannot read it' };
  if (bytes.length > maxManifestBytes) return { reason: `it has ${bytes.length} bytes` };
  try {
    return { text: textOf(file, contentOf(bytes)) };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { reason: (error.args as { reason?: string }).reason ?? error.message };
  }
}

/** Why the repository does not have a file that is in a folder of the working tree. */
function elsewhere(path: string, entries: readonly Entry[], ref: string): string | undefined {
  const above = entries.find(
    (entry) => entry.kind !== 'file' && (path === entry.path || path.startsWith(`${entry.path}/`)),
  );
  if (above === undefined) return undefined;
  return `at ${ref}, ${above.path} is a ${above.kind === 'link' ? 'link' : 'submodule'}`;
}

interface Entry {
  readonly path: string;
  readonly id: string;
  readonly kind: 'file' | 'link' | 'submodule';
}

/** Variables that hooks of git set, and that lead to another repository, or read paths differently. */
const ofHooks =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|NAMESPACE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|GRAFT_FILE|SHALLOW_FILE|(?:NO)?GLOB_PATHSPECS|(?:LITERAL|ICASE)_PATHSPECS)$/;

function gitIn(dir: string, ref: string) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofHooks.test(name)));
  const run = (args: readonly string[], input?: string): SpawnSyncReturns<Buffer> =>
    spawnSync('git', args, { cwd: dir, env: { ...env, LC_ALL: 'C' }, maxBuffer: 2 ** 30, windowsHide: true, input });
  const unusable = (reason: string, hint: string): Failure => new Failure('ref-unusable', { ref, reason, hint });
  const failed = ({ error, stderr }: SpawnSyncReturns<Buffer>): Failure => {
    if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
      return unusable('git is not installed', 'Install git.');
    const said = (stderr?.toString('utf8') ?? error?.message ?? '').trim().split('\n')[0] ?? '';
    if (/not a git repository/.test(said))
      return unusable(`${dir} is not in a git repository`, 'Run the command in a clone of the repository.');
    return unusable(said.replace(/^(?:fatal|error): /, '') || 'git failed', 'Run git in this folder to see more.');
  };
  const output = (args: readonly string[], input?: string): Buffer => {
    const result = run(args, input);
    if (result.status !== 0) throw failed(result);
    return result.stdout;
  };
  const line = (args: readonly string[]): string => output(args).toString('utf8').replace(/\n$/, '');
  const missing = (name: string): Failure => {
    const isShallow = line(['rev-parse', '--is-shallow-repository']) === 'true';
    if (!isShallow)
      return unusable(
        `there is no commit ${name}`,
        'Name a branch, a tag or a commit. Perhaps it has to be fetched first.',
      );
    return unusable(
      `this is a shallow clone, which does not have it`,
      'Fetch the history: `git fetch --unshallow`, or `fetch-depth: 0` of actions/checkout.',
    );
  };
  const commitOf = (name: string): string => {
    const result = run(['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
    if (result.error !== undefined) throw failed(result);
    if (result.status !== 0) throw missing(name);
    return result.stdout.toString('utf8').trim();
  };

  return {
    commit(): string {
      // Fails first outside a repository.
      line(['rev-parse', '--git-dir']);
      if (!ref.endsWith('...')) return commitOf(ref);
      const base = commitOf(ref.slice(0, -3));
      const result = run(['merge-base', base, 'HEAD']);
      if (result.status !== 0) throw missing(ref);
      return result.stdout.toString('utf8').trim();
    },

    /** The path of the folder in the repository: empty, or with a slash at its end. */
    prefix: () => line(['rev-parse', '--show-prefix']),

    entries(commit: string, prefix: string): Entry[] {
      const inFolder = prefix === '' ? [] : ['--', `:(literal)${prefix.slice(0, -1)}`];
      const listed = output(['ls-tree', '-r', '-z', '--full-tree', commit, ...inFolder]).toString('utf8');
      return listed.split('\0').flatMap((entry): Entry[] => {
        const [, mode, id, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(entry) ?? [];
        if (mode === undefined || id === undefined || path === undefined) return [];
        return [{ path, id, kind: mode === '120000' ? 'link' : mode === '160000' ? 'submodule' : 'file' }];
      });
    },

    /** The contents of objects, by id. */
    texts(ids: readonly string[]): Map<string, Buffer> {
      const unique = [...new Set(ids)];
      if (unique.length === 0) return new Map();
      return readBatch(output(['cat-file', '--batch'], unique.map((id) => `${id}\n`).join('')));
    },
  };
}

/** The output of `git cat-file --batch`: a line with id, type and size before each content. */
function readBatch(output: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [id = '', type = '', size = '0'] = output.toString('utf8', at, end).split(' ');
    at = end + 1;
    if (type !== 'blob') continue;
    found.set(id, output.subarray(at, at + Number(size)));
    at += Number(size) + 1;
  }
  return found;
}
