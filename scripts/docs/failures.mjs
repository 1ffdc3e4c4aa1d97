// Every code of the failure catalogue, with placeholders for the arguments of its messages.
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

/** Replaces any argument of a message: as text its name in brackets, as list that text only. */
const placeholders = new Proxy({}, { get: (_, name) => placeholder(`<${name}>`) });

function placeholder(text) {
  const asList = { length: 1, slice: () => [text], join: () => text, toJSON: () => text };
  const member = (key) => (Object.hasOwn(asList, key) ? asList[key] : text[key]);
  const bound = (value) => (typeof value === 'function' ? value.bind(text) : value);
  return new Proxy({}, { get: (_, key) => bound(member(key)) });
}

/** Escapes angle brackets outside code, where Markdown would treat them as tags. */
function escaped(text) {
  const parts = text.split('`');
  return parts.map((part, index) => (index % 2 === 1 ? part : part.replace(/[<>]/g, '\\$&'))).join('`');
}
