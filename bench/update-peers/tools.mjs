// The same template for each tool, and the commands that create and update a module from it. The other tools need git
// repositories for the template and the project. They are installed for this comparison only.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const env = {
  ...process.env,
  NO_COLOR: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@localhost',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@localhost',
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'core.autocrlf',
  GIT_CONFIG_VALUE_0: 'false',
};

const manifest = readFileSync(
  fileURLToPath(new URL('../../test/fixtures/packs/mini/module/manifest.yaml.hbs', import.meta.url)),
);

const must = (program, args, cwd) => execFileSync(program, args, { cwd, env, stdio: 'pipe' });
const exitOf = (program, args, cwd) => spawnSync(program, args, { cwd, env, stdio: 'pipe', input: '' }).status;

function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function replaceFiles(folder, files) {
  for (const path of Object.keys(files)) write(join(folder, path), files[path]);
}

function commit(folder, message) {
  if (!existsSync(join(folder, '.git'))) must('git', ['init', '-q', '-b', 'main'], folder);
  must('git', ['add', '-A', '-f'], folder);
  must('git', ['commit', '-q', '--allow-empty', '-m', message], folder);
}

const changeIn = (file) => (from, to) => writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));

/** A template in a git repository, with a tag for each version. */
function tagged(folder, shell, place, versions) {
  write(join(folder, '.keep'), '');
  for (const [index, files] of versions.entries()) {
    for (const name of ['.keep', ...Object.keys(versions[0])]) rmSync(join(folder, place, name), { force: true });
    replaceFiles(folder, shell);
    replaceFiles(join(folder, place), files);
    commit(folder, `Version ${index + 1}`);
    must('git', ['tag', `v${index + 1}`], folder);
  }
}

export function createAiModule(bin) {
  return {
    name: 'create-ai-module',
    set(scratch, { before, after, renames }) {
      const pack = join(scratch, 'pack');
      const host = join(scratch, 'host');
      const module = join(host, 'modules/steps');
      const publish = (files, version) => {
        rmSync(join(pack, 'module'), { recursive: true, force: true });
        replaceFiles(join(pack, 'module'), {
          ...files,
          'manifest.yaml.hbs': manifest,
          'README.md.hbs': '# {{description}}\n',
        });
        write(join(pack, 'pack.yaml'), packYaml(version, version === '2.0.0' ? renames : undefined));
      };
      publish(before, '1.0.0');
      write(join(host, 'ai-modules.yaml'), 'stack: ../pack\n');
      const run = (...args) => exitOf(process.execPath, [bin, ...args, '--yes', '--host', host], scratch);
      const made = run('new', 'steps', '--description', 'Counts steps.', '--author', 'A');
      if (made !== 0) throw new Error(`new ended with ${made}`);
      return {
        folder: module,
        changeAnswer: changeIn(join(module, 'manifest.yaml')),
        save: () => {},
        update: () => {
          publish(after, '2.0.0');
          return run('update', 'steps', '--on-conflict', 'markers');
        },
      };
    },
  };
}

export function copier(python) {
  const program = join(python, 'copier');
  return ofGit('copier', {
    shell: {
      'copier.yml': 'description:\n  type: str\n  default: Counts steps.\n',
      'README.md.jinja': '# {{ description }}\n',
      '{{_copier_conf.answers_file}}.jinja': '{{ _copier_answers|to_nice_yaml }}\n',
    },
    place: '.',
    answers: '.copier-answers.yml',
    make: (template, module) => [program, ['copy', '--defaults', '--vcs-ref', 'v1', template, module]],
    update: [program, ['update', '--defaults', '--vcs-ref', 'v2']],
  });
}

export function cruft(python) {
  const program = join(python, 'cruft');
  return ofGit('cruft', {
    shell: {
      'cookiecutter.json': '{"name": "steps", "description": "Counts steps."}\n',
      '{{cookiecutter.name}}/README.md': '# {{ cookiecutter.description }}\n',
    },
    place: '{{cookiecutter.name}}',
    answers: '.cruft.json',
    make: (template) => [program, ['create', template, '--checkout', 'v1', '--no-input']],
    update: [program, ['update', '--skip-apply-ask', '--checkout', 'v2']],
  });
}

/** A tool with git repositories for templates and projects; `place` is the folder of the module files in the template. */
function ofGit(name, { shell, place, answers, make, update }) {
  return {
    name,
    set(scratch, { before, after }) {
      const template = join(scratch, 'template');
      const module = join(scratch, 'steps');
      tagged(template, shell, place, [before, after]);
      must(...make(template, module), scratch);
      commit(module, 'Made');
      return {
        folder: module,
        changeAnswer: changeIn(join(module, answers)),
        save: () => commit(module, 'Edited'),
        update: () => exitOf(...update, module),
      };
    },
  };
}

function packYaml(version, renames) {
  return `name: steps
version: ${version}
title: Steps
description: The pack of the comparison
questions: [name, description, author]
files:
  - path: module/manifest.yaml.hbs
    policy: owned
${renames === undefined ? '' : `renames: ${JSON.stringify(renames)}\n`}host:
  detect: [{ file: ai-modules.yaml, evidence: it has ai-modules.yaml }]
  modules_dir: modules
  import_style: relative
  imports: {}
commands: { install: [], start: [], add: [npm, install], verify: [] }
`;
}
