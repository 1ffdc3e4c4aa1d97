import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { copyHost } from '../conformance/host/copy-host.ts';
import { npxOfBin } from './built-bin.ts';
import { generatedHost, pythonOf, type Stack } from './generated-host.ts';
import { describeWhere, missingPython } from './needs.ts';
import { environmentBeside, mypyCache } from './python-tools.ts';

const folder = fileURLToPath(new URL('../../docs/recipes', import.meta.url));
const read = (page: string): string => readFileSync(join(folder, page), 'utf8');
/** In the order of the index: a recipe may continue with an earlier one. */
const pages = [...read('README.md').matchAll(/^\| \[[^\]]+\]\(([\w-]+\.md)\)/gm)].map(([, page = '']) => page);

/** The blocks of a page: those before its first section, and those of the section of the stack. */
function blocksOf(page: string, section: string): { language: string; text: string }[] {
  let current = section;
  return [...read(page).matchAll(/^## ([^\n]*)$|^```(\w+)\n(.*?)^```$/gms)].flatMap(
    ([, title, language = '', text = '']) => {
      if (title !== undefined) current = title;
      return title === undefined && current === section ? [{ language, text }] : [];
    },
  );
}

it('the index lists every recipe', () => {
  expect([...pages].sort()).toEqual(
    readdirSync(folder)
      .filter((name) => name !== 'README.md')
      .sort(),
  );
});

function describeRecipes(stack: Stack, section: string, checks: readonly string[], tests: string): void {
  describe(`the recipes for ${section}`, { timeout: 600_000 }, async () => {
    const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'recipes-')));
    const original = await generatedHost(stack, 'recipes', []);
    const host = copyHost(original);
    // What a recipe installs is not in the environment that other hosts have as well.
    if (stack === 'fastapi') await environmentBeside(pythonOf(original), join(host, '.venv'));
    const folders = [dirname(pythonOf(host)), join(host, 'node_modules/.bin')];
    const path = [...folders, dirname(pythonOf(original)), process.env.PATH].join(delimiter);
    const npx = await npxOfBin(scratch);
    afterAll(() => {
      rmSync(scratch, { recursive: true, force: true });
      rmSync(host, { recursive: true, force: true });
    });

    async function shell(script: string): Promise<string> {
      const env = {
        ...process.env,
        ...npx,
        PATH: path,
        MYPY_CACHE_DIR: mypyCache,
        VITEST: undefined,
        NODE_ENV: undefined,
      };
      const options = { cwd: host, env, maxBuffer: 1e8 };
      const { stdout, stderr } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], options).catch(
        (error) => Promise.reject(new Error(`${script}\n${error.stdout}${error.stderr}`)),
      );
      return `${stdout}${stderr}`;
    }

    it.each(pages)('%s: its commands run without warnings, and its files have a path', async (page) => {
      const blocks = blocksOf(page, section);
      expect(blocks.length).toBeGreaterThan(1);
      for (const { language, text } of blocks) {
        if (language === 'sh') expect(await shell(text)).not.toMatch(/\bwarning\b/);
        else {
          const [, file = ''] = /^(?:\/\/|#|--) (\S+)\n/.exec(text) ?? [];
          expect(file).toMatch(/^(?:src|app)\/ai\/modules\//);
          mkdirSync(dirname(join(host, file)), { recursive: true });
          writeFileSync(join(host, file), text.slice(text.indexOf('\n') + 1));
        }
      }
    });

    it.each(checks)('their files pass %s', async (check) => void (await shell(check)));

    it('their modules pass validate', async () => {
      expect(await shell('npx create-ai-module validate --strict')).toMatch(/\d manifests valid/);
    });

    it('the tests of their modules pass', async () => {
      expect(await shell(tests)).toMatch(/\d passed/);
    });
  });
}

describeRecipes('fastify', 'Fastify', ['tsc --noEmit', 'biome check'], 'vitest run src/ai/modules');
await describeWhere('the recipes for FastAPI', missingPython(), () =>
  describeRecipes(
    'fastapi',
    'FastAPI',
    ['ruff check', 'ruff format --check', 'python -m mypy --strict'],
    'python -m pytest -q -W error app/ai/modules',
  ),
);
