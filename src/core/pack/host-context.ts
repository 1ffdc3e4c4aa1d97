import { kebabCase, snakeCase, titleOf } from '../text/names.ts';
import type { PackMeta } from './pack-meta.ts';

/** All that a host template can see. */
export interface HostContext {
  /** kebab-case, good as a package name of npm and PyPI. */
  readonly name: string;
  /** The same in snake_case. */
  readonly snakeName: string;
  /** The same for people: `My host`. */
  readonly title: string;
  /** The pack that renders. */
  readonly pack: { readonly name: string; readonly version: string };
}

/**
 * `folder` is the last part of the host's path; what is no good as a name falls back to `ai-host`, and a name that the
 * pack reserves gets `-host` appended.
 */
export function hostContextOf(folder: string, meta: PackMeta): HostContext {
  const plain = plainName(folder);
  const name = meta.host.reserved_names.includes(plain) ? `${plain}-host` : plain;
  return {
    name,
    snakeName: snakeCase(name),
    title: titleOf(snakeCase(name)),
    pack: { name: meta.name, version: meta.version },
  };
}

/** What the folder alone would be called: kebab-case in ASCII, which npm and PyPI accept. */
export function plainName(folder: string): string {
  const plain = kebabCase(folder.normalize('NFKD').replace(/[^\x20-\x7e]/g, ''))
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^[^a-z]+|-+$/g, '');
  return plain.length < 2 ? 'ai-host' : plain.slice(0, 60).replace(/-+$/, '');
}
