import { describe, expect, it } from 'vitest';
import { runnerNotes, skipModules } from '../../../../src/core/attach/node/test-runner.ts';
import { type App, filesOf } from '../apps.ts';

function edit(runner: 'jest' | 'vitest', app: App, manifest = '{}\n') {
  const declared = { scripts: {}, dependencies: {}, devDependencies: { [runner]: '1' } };
  return skipModules(filesOf(app), declared, manifest, 'src/ai/modules');
}

describe('runnerNotes', () => {
  it('names test runners that are not edited', () => {
    const scripts = { test: 'tsx --test src/**/*.test.ts', lint: 'node lint.js --tests' };
    const notes = runnerNotes(
      { scripts, dependencies: {}, devDependencies: { mocha: '11', jest: '30' } },
      'ai/modules',
    );
    expect(notes).toEqual([
      'mocha is not configured for modules: if it collects the tests in ai/modules, leave them out with the option ignore of .mocharc. Vitest runs them.',
      'node --test is not configured for modules: if it collects the tests in ai/modules, leave them out with the paths of the script. Vitest runs them.',
    ]);
    expect(runnerNotes({ scripts: {}, dependencies: {}, devDependencies: { vitest: '4' } }, 'ai/modules')).toEqual([]);
  });
});

describe('skipModules', () => {
  it('adds a list to the options of jest', () => {
    expect(edit('jest', { 'jest.config.js': "module.exports = {\n  rootDir: 'src',\n};\n" })).toEqual([
      {
        file: 'jest.config.js',
        after:
          "module.exports = {\n  testPathIgnorePatterns: ['/node_modules/', '/src/ai/modules/'],\n  rootDir: 'src',\n};\n",
      },
    ]);
  });

  it('adds the folder to the list that jest has', () => {
    const text = "export default {\n  testPathIgnorePatterns: ['/dist/'],\n};\n";
    expect(edit('jest', { 'jest.config.ts': text })).toEqual([
      { file: 'jest.config.ts', after: text.replace("['/dist/'", "['/src/ai/modules/', '/dist/'") },
    ]);
  });

  it('changes package.json if it configures jest', () => {
    const manifest = '{\n  "jest": {\n    "rootDir": "src"\n  }\n}\n';
    const [change] = edit('jest', {}, manifest);
    expect(change).toMatchObject({ file: 'package.json' });
    expect(JSON.parse((change as { after: string }).after)).toEqual({
      jest: { rootDir: 'src', testPathIgnorePatterns: ['/node_modules/', '/src/ai/modules/'] },
    });
  });

  it('needs nothing if jest collects other names only', () => {
    expect(edit('jest', {}, '{ "jest": { "testRegex": ".*\\\\.spec\\\\.ts$" } }\n')).toEqual([]);
  });

  it('adds a list to the tests of vitest', () => {
    const text = 'export default defineConfig({\n  test: {\n    globals: true,\n  },\n});\n';
    expect(edit('vitest', { 'vitest.config.ts': text })).toEqual([
      {
        file: 'vitest.config.ts',
        after: text.replace(
          'test: {\n',
          "test: {\n    exclude: ['**/node_modules/**', '**/dist/**', 'src/ai/modules/**'],\n",
        ),
      },
    ]);
  });

  it.each<[string, 'jest' | 'vitest', App]>([
    [
      'the lists of vitest, of which one may belong to coverage',
      'vitest',
      {
        'vitest.config.ts': 'export default {\n  test: { coverage: { exclude: [] } },\n};\n',
      },
    ],
    ['a missing configuration of vitest', 'vitest', {}],
    ['options that are not an object', 'jest', { 'jest.config.js': 'module.exports = make();\n' }],
  ])('prints the list for %s', (_, runner, app) => {
    expect(edit(runner, app)).toMatchObject([{ lines: [expect.stringContaining('src/ai/modules')] }]);
  });
});
