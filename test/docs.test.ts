import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../src/cli/program/program.ts';
import { parseManifest } from '../src/core/manifest/parse.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const markdownIn = (folder: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const pages = ['.', 'docs', 'docs/adr', 'docs/recipes'].flatMap(markdownIn);

/** The text of a page without code blocks, and the code blocks. */
function split(page: string): { prose: string; blocks: { language: string; text: string }[] } {
  const blocks: { language: string; text: string }[] = [];
  const prose = read(page).replace(/^(`{3,})(\w*)\n(.*?)^\1$/gms, (_, _ticks, language: string, text: string) => {
    blocks.push({ language, text });
    return '';
  });
  return { prose, blocks };
}

it('generated parts are up to date', () => {
  const check = () =>
    execFileSync('node', ['scripts/docs.mjs', '--check'], { cwd: root, encoding: 'utf8', stdio: 'pipe' });
  expect(check()).toBe('');
});

describe('links', () => {
  const anchorsOf = (page: string): string[] =>
    [...split(page).prose.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    );

  it.each(pages)('in %s are not broken', (page) => {
    const text = split(page).prose.replace(/`[^`\n]*`/g, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? page : join(dirname(page), file);
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  it('lead from README.md to every page', () => {
    const seen = new Set(['README.md']);
    for (const page of seen) {
      for (const [, link = ''] of split(page).prose.matchAll(/\]\(([^)#\s]+\.md)/g))
        if (!/^https?:/.test(link)) seen.add(join(dirname(page), link));
    }
    expect(pages.filter((page) => !seen.has(page))).toEqual([]);
  });
});

describe('command lines', () => {
  /** Splits a line into words like a shell, with quotes, and what follows a pipe, a redirection or a comment sign. */
  const wordsOf = (line: string): string[] =>
    [...line.replace(/ +[#|>] .*$/, '').matchAll(/(?:'([^']*)'|"([^"]*)"|[^\s'"])+/g)].map(([word]) =>
      word.replace(/'([^']*)'|"([^"]*)"/g, (_, single?: string, double?: string) => single ?? double ?? ''),
    );

  const starts =
    /^(?:\$ )?(?:npx |npm |node dist\/)?(?:create-ai-module(?:\.cjs|@latest)?|create ai-module(?:@latest)? --) /;
  const linesOf = (page: string): string[] => {
    const { prose, blocks } = split(page);
    const shown = blocks
      .filter(({ language }) => language === 'sh' || language === 'console')
      .flatMap(({ text }) => text.replace(/ \\\n */g, ' ').split('\n'));
    const quoted = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text.replace(/^npm run build && /, ''));
    return [...shown, ...quoted].filter((line) => starts.test(line)).map((line) => line.replace(starts, ''));
  };
  const lines = pages.flatMap((page) => linesOf(page).map((line) => [page, line] as const));

  /** The error of commander, without running actions; `undefined` if it accepts the arguments. */
  async function usageError(args: readonly string[]): Promise<string | undefined> {
    const output = { write: () => {}, isTty: false };
    const program = buildProgram({ out: output, err: output } as never, () => {});
    for (const command of program.commands.flatMap((child) => [child, ...child.commands])) command.action(() => {});
    return program.parseAsync([...args], { from: 'user' }).then(
      () => undefined,
      (error: { exitCode?: number; message: string }) => (error.exitCode === 0 ? undefined : error.message),
    );
  }

  it('are found', () => expect(lines.length).toBeGreaterThan(15));

  it.each(lines)('%s: %s', async (_page, line) => {
    expect(await usageError(wordsOf(line))).toBeUndefined();
  });

  it.each(pages)('npm scripts in %s exist', (page) => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const ours = page === 'docs/hosts.md' ? [] : [...read(page).matchAll(/npm (?:run (?!--)([\w:-]+)|(test)\b)/g)];
    const named = ours.map(([, run, test]) => run ?? test ?? '');
    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });
});

describe('docs/manifest.md', () => {
  it('shows a valid manifest', async () => {
    const [example] = split('docs/manifest.md').blocks;
    expect((await parseManifest(example?.text ?? '', 'manifest.yaml')).diagnostics).toEqual([]);
  });
});

describe('docs/hosts.md', () => {
  const documented = [...read('docs/hosts.md').matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \|/gm)].flatMap(([, cell = '']) =>
    cell.replaceAll('`', '').split(', '),
  );

  it('documents every variable of the hosts of all packs', () => {
    const packs = readdirSync(join(root, 'templates'));
    const variables = packs.flatMap((pack) =>
      [...read(`templates/${pack}/host/.env.example.hbs`).matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(
        ([, name]) => name,
      ),
    );
    expect(variables.length).toBeGreaterThan(0);
    expect(variables.filter((name) => !documented.includes(name ?? ''))).toEqual([]);
  });
});

it('pages in messages exist', () => {
  const named = [...read('src/core/failure-catalogue.ts').matchAll(/docs\/[a-z]+\.md/g)].map(([path]) => path);
  expect(named.filter((path) => !pages.includes(path))).toEqual([]);
});
