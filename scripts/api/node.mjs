import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { buildRuntimes } from '../build-runtimes.mjs';

const entryPoints = {
  'ai-module-runtime': 'index.d.ts',
  'ai-module-runtime/attach': 'attach.d.cts',
  'ai-module-runtime/testing': 'testing/index.d.ts',
};

/** The public names of the Node runtime, from the declarations in its archive. */
export async function nodeApi(root) {
  const folder = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    await buildRuntimes(folder, root, ['node']);
    const [archive] = readdirSync(folder);
    execFileSync('tar', ['-xzf', archive], { cwd: folder });
    return Object.entries(entryPoints).map(([entryPoint, file]) => ({
      entryPoint,
      names: exportsOf(join(folder, 'package/dist', file)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The names that a file declares, or exports from other files. */
function exportsOf(file) {
  const { program } = parse(file);
  return program.body.flatMap((node) => {
    const { type, source, specifiers } = node;
    if (type !== 'ExportNamedDeclaration') return [];
    if (!source) return namesIn(node).map((name) => declarationOf(file, name, name));
    return specifiers.map(({ local, exported }) =>
      source.value.startsWith('.')
        ? declarationOf(join(dirname(file), source.value.replace(/\.ts$/, '.d.ts')), local.name, exported.name)
        : external(exported.name, source.value),
    );
  });
}

const external = (name, source) => ({
  name,
  doc: `From \`${source}\`.`,
  signature: `export { ${name} } from '${source}';`,
});

/** A declaration of a file, and the first paragraph of its documentation. A schema and its type have one name. */
function declarationOf(file, local, name) {
  const { text, program, comments } = parse(file);
  const imported = program.body.find(
    ({ type, source, specifiers }) =>
      type === 'ImportDeclaration' &&
      !source.value.startsWith('.') &&
      specifiers.some((specifier) => specifier.local.name === local),
  );
  if (imported) return external(name, imported.source.value);
  const nodes = program.body.filter((node) => namesIn(node).includes(local));
  if (nodes.length === 0) throw new Error(`${file} does not declare ${local}`);
  const docs = nodes.flatMap((node) => {
    const comment = comments.findLast(({ end }) => end <= node.start);
    return comment?.value.startsWith('*') && text.slice(comment.end, node.start).trim() === '' ? [comment.value] : [];
  });
  return {
    name,
    doc: firstParagraph(docs[0] ?? ''),
    signature: nodes.map((node) => signatureOf(node, text, comments)).join('\n'),
  };
}

function namesIn({ declaration }) {
  if (!declaration) return [];
  if (declaration.type === 'VariableDeclaration') return declaration.declarations.map(({ id }) => id.name);
  return [declaration.id.name];
}

/** The text of a declaration without comments and private members. */
function signatureOf(node, text, comments) {
  const members = node.declaration.body?.body ?? [];
  const isPrivate = ({ accessibility, key }) => accessibility === 'private' || key?.type === 'PrivateIdentifier';
  const hidden = [...comments, ...(Array.isArray(members) ? members.filter(isPrivate) : [])];
  let signature = '';
  let at = node.start;
  for (const { start, end } of hidden.filter((it) => it.start >= node.start && it.end <= node.end).sort(byStart)) {
    signature += text.slice(at, start);
    at = Math.max(at, end);
  }
  return (signature + text.slice(at, node.end)).replace(/^[\s;]*\n/gm, '').replace('export declare ', 'export ');
}

const byStart = (a, b) => a.start - b.start;

function firstParagraph(comment) {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  return lines
    .join('\n')
    .trim()
    .split(/\n\n|\n@/)[0]
    .replaceAll('\n', ' ');
}

function parse(file) {
  const text = readFileSync(file, 'utf8');
  const { program, comments, errors } = parseSync(file, text);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0].message}`);
  return { text, program, comments };
}
