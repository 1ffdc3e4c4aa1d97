// The same module as templates of other scaffolding tools, which are installed for this benchmark only.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const versions = { plop: '4.0.5', hygen: '6.2.11' };

/** Subjects for `measure` that write `files` (path → text) below `folder`, with `name` as a template variable. */
export function peers(folder, files, name) {
  install(folder);
  const out = join(folder, 'out');
  const prepare = () => rmSync(out, { recursive: true, force: true });
  writePlop(folder, files, name);
  writeHygen(folder, files, name);
  return [
    { name: `plop ${versions.plop}`, argv: ['node_modules/plop/bin/plop.js', 'module', name], cwd: folder, prepare },
    {
      name: `hygen ${versions.hygen}`,
      argv: ['node_modules/hygen/dist/bin.js', 'module', 'new', '--name', name],
      cwd: folder,
      prepare,
    },
  ];
}

function install(folder) {
  mkdirSync(folder, { recursive: true });
  if (existsSync(join(folder, 'node_modules/plop')) && existsSync(join(folder, 'node_modules/hygen'))) return;
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: versions }),
  );
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent'], { cwd: folder, stdio: 'inherit' });
}

function writePlop(folder, files, name) {
  const actions = [];
  for (const [path, text] of files) {
    const template = join('plop-templates', `${path}.hbs`);
    write(join(folder, template), text.replaceAll('{{', '\\{{').replaceAll(name, '{{name}}'));
    actions.push({ type: 'add', path: `out/{{name}}/${path}`, templateFile: template });
  }
  write(
    join(folder, 'plopfile.js'),
    `export default (plop) => plop.setGenerator('module', { prompts: [{ type: 'input', name: 'name', message: 'name' }], actions: ${JSON.stringify(actions)} });\n`,
  );
}

function writeHygen(folder, files, name) {
  rmSync(join(folder, '_templates'), { recursive: true, force: true });
  for (const [index, [path, text]] of files.entries()) {
    const body = text.replaceAll('<%', '<%%').replaceAll(name, '<%= name %>');
    write(join(folder, `_templates/module/new/f${index}.ejs.t`), `---\nto: out/<%= name %>/${path}\n---\n${body}`);
  }
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
