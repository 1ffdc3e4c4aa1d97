import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../io/temp-folder.ts';
import { succeedIn } from './fake-io.ts';
import { mini } from './hosts.ts';

/** Additions to the small pack: files by their path in the pack, and lines of pack.yaml. */
export interface PackVersion {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly meta?: string;
}

const service = [
  '// {{title}}',
  '',
  'export function one() {',
  '  return 1;',
  '}',
  '',
  'export function two() {',
  '  return 2;',
  '}',
  '',
  '// {{description}}',
  '',
].join('\n');

/** The template of a module's service.ts with replacements. */
export function serviceWith(changes: Readonly<Record<string, string>> = {}): string {
  return Object.entries(changes).reduce((text, [from, to]) => text.replace(from, to), service);
}

/** The folder of one version of the small pack. */
export function packFolder(version: string, { files = {}, meta = '' }: PackVersion = {}): string {
  const folder = join(tempFolder(), 'mini');
  cpSync(mini, folder, { recursive: true });
  const text = readFileSync(join(mini, 'pack.yaml'), 'utf8').replace(/version: .*/, `version: ${version}`);
  writeFileSync(join(folder, 'pack.yaml'), `${text}${meta}`);
  for (const [path, content] of Object.entries({ 'module/service.ts.hbs': service, ...files })) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** A version of the small pack with a runtime of the same version, whose archive has these bytes. */
export function packWithRuntime(version: string, { files, meta = '' }: PackVersion = {}, bytes = [0x1f, 0x8b, 0, 255]) {
  const dependency = '{{#if runtime.vendored}}file:vendor/{{runtime.archive}}{{else}}{{runtime.range}}{{/if}}';
  return packFolder(version, {
    files: {
      'host/package.json.hbs': `{\n  "name": {{json name}},\n  "dependencies": {\n    "tiny-runtime": "${dependency}"\n  },\n  "private": true\n}\n`,
      [`runtime/tiny-runtime-${version}.tgz`]: Uint8Array.from(bytes),
      ...files,
    },
    meta: `runtime: { package: tiny-runtime, archive: node, version: ${version} }\n${meta}`,
  });
}

export interface UpdatedHost {
  readonly root: string;
  read(path: string): string;
  write(path: string, text: string): void;
  /** Replaces a text, which must exist. */
  edit(path: string, from: string, to: string): void;
  /** Makes this pack the one that renders the host's modules. */
  use(pack: string): void;
}

/** A host with the module `notes`, rendered by a first version of the pack. Paths are relative to the module. */
export async function hostWithModule(pack = packFolder('1.2.0')): Promise<UpdatedHost> {
  const root = join(tempFolder(), 'host');
  await succeedIn(tempFolder(), ['host', 'init', root, '--stack', pack, '--yes']);
  const host: UpdatedHost = {
    root,
    read: (path) => readFileSync(join(root, 'modules/notes', path), 'utf8'),
    write: (path, text) => writeFileSync(join(root, 'modules/notes', path), text),
    edit(path, from, to) {
      const text = host.read(path);
      if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
      host.write(path, text.replace(from, to));
    },
    use: (folder) => writeFileSync(join(root, 'ai-modules.yaml'), `stack: ${folder}\n`),
  };
  host.use(pack);
  await succeedIn(root, ['new', 'notes', '--description', 'Keeps notes', '--author', 'Ann', '--yes']);
  return host;
}
