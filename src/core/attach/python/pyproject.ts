import type { RuntimeArchive } from '../dependency-change.ts';
import { addToTomlList, addToTomlTable } from '../edit-toml.ts';

/** The packages of `others` that a text does not mention, in the form of pip. */
export function missingIn(text: string, { others }: RuntimeArchive): string[] {
  return Object.entries(others)
    .filter(([name]) => !new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'i').test(text))
    .map(([name, range]) => `${name}${range}`);
}

/** Adds the runtime and what modules need to a list in pyproject.toml. */
export function addToProject(text: string, runtime: RuntimeArchive): string | undefined {
  const items = [projectRequirement(runtime), ...missingIn(text, runtime)];
  return items.reduce<string | undefined>(
    (edited, item) => (edited === undefined ? undefined : addToTomlList(edited, 'project', 'dependencies', item)),
    text,
  );
}

/** In the form of pip: a path, or a version range. */
export function requirement({ name, path, range }: RuntimeArchive, extras = ''): string {
  return path === undefined ? `${name}${extras}${range}` : `./${path}${extras}`;
}

export function projectRequirement({ name, path, version, range }: RuntimeArchive, extras = ''): string {
  return path === undefined ? `${name}${extras}${range}` : `${name}${extras}==${version}+vendored`;
}

/** The extras of the runtime that tests of modules need: `[embedded,testing]`, or nothing. */
export function testingExtras({ name, testing }: RuntimeArchive): string {
  return (
    Object.keys(testing)
      .find((one) => one.startsWith(`${name}[`))
      ?.slice(name.length) ?? ''
  );
}

/** Lists of pyproject.toml with what developers need. */
const testingLists = [
  ['dependency-groups', 'dev'],
  ['dependency-groups', 'test'],
  ['dependency-groups', 'tests'],
  ['tool.uv', 'dev-dependencies'],
  ['project.optional-dependencies', 'dev'],
  ['project.optional-dependencies', 'test'],
  ['project.optional-dependencies', 'tests'],
] as const;

/** Adds what tests of modules need to a list of pyproject.toml; `undefined` if it has none for developers. */
export function withTesting(text: string, runtime: RuntimeArchive): string | undefined {
  const extras = testingExtras(runtime);
  if (extras === '') return text;
  for (const [table, key] of testingLists) {
    const edited = addToTomlList(text, table, key, projectRequirement(runtime, extras));
    if (edited !== undefined) return edited;
  }
  return undefined;
}

/** Lets uv find the archive. */
export function withSource(text: string, { name, path }: RuntimeArchive): string {
  return path === undefined ? text : addToTomlTable(text, 'tool.uv.sources', `${name} = { path = "${path}" }`);
}

/** Why lines for pyproject.toml are printed. */
export const listMissing = 'its list of dependencies was not found';
