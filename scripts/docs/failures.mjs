// Every code of the failure catalogue, its texts made with placeholders for what is known only then.
import { source } from './source.mjs';

const exitOf = { user: source.exit.user, machine: source.exit.machine };

export const failureParts = {
  failures: () =>
    Object.entries(source.catalogue)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => section(name, entry))
      .join('\n\n'),
};

function section(name, { fault, text, hint }) {
  const quoted = [text(placeholders), hint(placeholders)].map((line) => `> ${escaped(line)}`);
  return `### \`${name}\`\n\nExit code ${exitOf[fault]}.\n\n${quoted.join('\\\n')}`;
}

/** Stands for any argument a text may want: a text that is its own name, and a list of one. */
const placeholders = new Proxy({}, { get: (_, name) => placeholder(`<${name}>`) });

function placeholder(text) {
  const asList = { length: 1, slice: () => [text], join: () => text, toJSON: () => text };
  const member = (key) => (Object.hasOwn(asList, key) ? asList[key] : text[key]);
  const bound = (value) => (typeof value === 'function' ? value.bind(text) : value);
  return new Proxy({}, { get: (_, key) => bound(member(key)) });
}

/** Angle brackets would be tags outside of code. */
function escaped(text) {
  const parts = text.split('`');
  return parts.map((part, index) => (index % 2 === 1 ? part : part.replace(/[<>]/g, '\\$&'))).join('`');
}
