import type { AppFiles, FileEdit, PrintedEdit } from '../application.ts';
import { addToJsonList } from '../edit-json.ts';
import { insertAt } from '../insert.ts';
import type { Package } from './read-node.ts';

/**
 * Lets the test runner of the application skip the tests of modules, which vitest runs in their own folder. `manifest` is
 * the text of package.json as edited so far: jest may be configured there.
 */
export function skipModules(
  files: AppFiles,
  declared: Package,
  manifest: string,
  modules: string,
): (FileEdit | PrintedEdit)[] {
  const has = (name: string) => (declared.devDependencies[name] ?? declared.dependencies[name]) !== undefined;
  const config = (pattern: RegExp) => files.paths.find((path) => pattern.test(path));
  const edits: (FileEdit | PrintedEdit)[] = [];
  if (has('jest')) {
    const file = config(/^jest\.config\.[cm]?[jt]s$/);
    const edit = file === undefined ? inManifest(manifest, modules) : inJest(file, files.read(file) ?? '', modules);
    if (edit !== undefined) edits.push(edit);
  }
  if (has('vitest')) {
    const file = config(/^vitest\.config\.[cm]?[jt]s$/) ?? config(/^vite\.config\.[cm]?[jt]s$/);
    edits.push(inVitest(file, files.read(file ?? '') ?? '', modules));
  }
  return edits;
}

/** Test runners that are not edited, with their configuration. */
const others: Readonly<Record<string, string>> = {
  mocha: 'the option ignore of .mocharc',
  ava: 'the option files of ava',
  jasmine: 'the option spec_files of jasmine',
  tap: 'the option exclude of tap',
  uvu: 'its option --ignore',
};

/** What the user has to set so that other test runners skip the tests of modules. */
export function runnerNotes({ dependencies, devDependencies, scripts }: Package, modules: string): string[] {
  const found = Object.entries(others).filter(([name]) => (devDependencies[name] ?? dependencies[name]) !== undefined);
  const usesNode = Object.values(scripts).some((script) => /\b(?:node|tsx)\b[^&|;]*\s--test\b/.test(script));
  const all = usesNode ? [...found, ['node --test', 'the paths of the script'] as const] : found;
  return all.map(
    ([name, place]) =>
      `${name} is not configured for modules: if it collects the tests in ${modules}, leave them out with ${place}. Vitest runs them.`,
  );
}

const wouldCollect = 'it would collect the tests of modules';

/** `.spec.ts` only, as Nest has it, are no tests of modules. */
const collects = (text: string) => /test/.test(/"?testRegex"?\s*:\s*(.*)/.exec(text)?.[1] ?? 'test');

function inManifest(text: string, modules: string): FileEdit | PrintedEdit | undefined {
  if (!collects(text)) return undefined;
  const [key, item] = ['testPathIgnorePatterns', `/${modules}/`];
  const after = addToJsonList(text, ['jest', key], item, ['/node_modules/']);
  if (after !== undefined) return { file: 'package.json', after };
  return { file: 'package.json', reason: wouldCollect, lines: [`"${key}": ["/node_modules/", "${item}"],`] };
}

function inJest(file: string, text: string, modules: string): FileEdit | PrintedEdit | undefined {
  if (!collects(text)) return undefined;
  const start = /^(?:module\.exports\s*=|export default|(?:const|let)\s+\w+(?:\s*:[^=]+)?\s*=)\s*\{/gm;
  return edited(file, text, 'testPathIgnorePatterns', start, ["'/node_modules/'", `'/${modules}/'`]);
}

function inVitest(file: string | undefined, text: string, modules: string): FileEdit | PrintedEdit {
  const items = ["'**/node_modules/**'", "'**/dist/**'", `'${modules}/**'`];
  return edited(file ?? 'vitest.config.ts', text, 'exclude', /^[ \t]*test\s*:\s*\{/gm, items);
}

/** Adds a list at the start of an object, or the last item to its list. */
function edited(
  file: string,
  text: string,
  key: string,
  start: RegExp,
  items: readonly string[],
): FileEdit | PrintedEdit {
  const line = `${key}: [${items.join(', ')}],`;
  const starts = [...text.matchAll(start)];
  const [object] = starts;
  const lists = [...text.matchAll(new RegExp(`${key}\\s*:\\s*\\[`, 'g'))];
  const [list] = lists;
  if (object === undefined || starts.length > 1 || (list !== undefined && (lists.length > 1 || key === 'exclude')))
    return { file, reason: wouldCollect, lines: [line] };
  if (list !== undefined) {
    const at = list.index + list[0].length;
    return { file, after: `${text.slice(0, at)}${items.at(-1)}, ${text.slice(at)}` };
  }
  const at = object.index + object[0].length;
  const [, indent] = /^[ \t]*\r?\n([ \t]*)\S/.exec(text.slice(at)) ?? [];
  if (indent === undefined) return { file, after: `${text.slice(0, at)} ${line}${text.slice(at)}` };
  return { file, after: insertAt(text, text.indexOf('\n', at) + 1, `${indent}${line}`) };
}
