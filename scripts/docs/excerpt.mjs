// The README's excerpt: lines of a generated manifest beside the lines of code that come from them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fence } from './markdown.mjs';
import { source } from './source.mjs';

const commands = [
  ['host', 'init', '.', '--stack', 'fastify', '--yes'],
  [
    ...['new', 'invoices', '--description', 'Extract the lines of an invoice.', '--author', 'Ada Lovelace', '--yes'],
    ...[
      '--input',
      'text:string(1..200000) language?:en|fr=en',
      '--output',
      'lines:Line[]',
      '--type',
      'Line=text:string amount:number(0..)',
    ],
    ...['--endpoint', 'POST /approve'],
  ],
];

/** A line of the manifest, the file that it becomes code in, and what the lines of that code contain, in their order. */
const pairs = [
  ['    language: { enum: [en, fr], default: en }', 'schemas.ts', ['language: z.']],
  ['    lines: { type: array, items: { $ref: "#/types/Line" } }', 'schemas.ts', ['lines: z.array(']],
  ['  - "POST /approve"', 'routes.ts', ["endpoint(service, 'POST /approve'"]],
];

const leftWidth = 59;

export const excerptParts = {
  'readme-excerpt': async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'excerpt-'));
    try {
      for (const argv of commands) await runQuietly(cwd, argv);
      const read = (file) => readFileSync(join(cwd, 'src/ai/modules/invoices', file), 'utf8').split('\n');
      const manifest = read('manifest.yaml');
      const rows = pairs.flatMap(([line, file, parts]) => rowsOf(manifest, line, file, read(file), parts));
      const lines = [['manifest.yaml', '│ generated code'], ...rows].map(
        ([left, right]) => `${left.padEnd(leftWidth)} ${right}`,
      );
      return fence('text', lines.join('\n'));
    } finally {
      rmSync(cwd, { recursive: true });
    }
  },
};

function rowsOf(manifest, line, file, code, parts) {
  const at = manifest.indexOf(line);
  const key = manifest.findLastIndex((text, index) => index < at && /^\w+:/.test(text));
  if (at === -1 || key === -1) throw new Error(`the generated manifest.yaml has no line ${line}`);
  const left = [manifest[key], line];
  const right = [`│ // ${file}`, ...found(code, parts, file).map((text) => `│ ${text}`)];
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [
    left[index] ?? '',
    right[index] ?? '│',
  ]);
}

/** The lines that contain `parts`, the last ones in the file, without their common indentation. */
function found(code, parts, file) {
  let before = code.length;
  const lines = parts.toReversed().map((part) => {
    before = code.findLastIndex((text, index) => index < before && text.includes(part));
    if (before === -1) throw new Error(`the generated ${file} has no line with ${part}`);
    return code[before];
  });
  const indent = Math.min(...lines.map((text) => text.length - text.trimStart().length));
  return lines.toReversed().map((text) => text.slice(indent));
}

async function runQuietly(cwd, argv) {
  let text = '';
  const output = { isTty: false, write: (more) => (text += more) };
  const code = await source.run(argv, { cwd, env: {}, out: output, err: output, isInteractive: false });
  if (code !== 0) throw new Error(`${argv.join(' ')} exited with ${code}\n${text}`);
}
