// Every rule of validate: what it says about itself.
import { code, table } from './markdown.mjs';
import { source } from './source.mjs';

const sorted = [...source.rules].sort((a, b) => (a.id < b.id ? -1 : 1));

export const ruleParts = {
  'rule-table': () =>
    table(
      ['rule', 'severity', 'what is wrong'],
      sorted.map(({ id, severity, summary }) => [`[${code(id)}](#${id})`, severity, summary]),
    ),
  rules: () => sorted.map(section).join('\n\n'),
};

function section({ id, severity, summary, why }) {
  return `### ${id}\n\n${severity}: ${summary}. ${why}`;
}
