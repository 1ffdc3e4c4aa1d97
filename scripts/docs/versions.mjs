// The kinds of changes that `validate --against` distinguishes, from their table in the source.
import { code, table } from './markdown.mjs';
import { source } from './source.mjs';

export const versionParts = {
  'change-kinds': () =>
    table(
      ['kind', 'change', 'verdict', 'for', 'because'],
      Object.entries(source.changeKinds).map(([id, { change, verdict, affects, why }]) => [
        code(id),
        change,
        shown(verdict),
        affects.join(', '),
        why,
      ]),
    ),
  'type-change-kinds': () =>
    table(
      ['kind', 'change', 'in what callers send', 'in what the module sends'],
      Object.entries(source.typeChangeKinds).map(([id, { change, received, sent }]) => [
        code(id),
        change,
        shown(received),
        shown(sent),
      ]),
    ),
};

function shown(verdict) {
  return verdict === 'breaking' ? '**breaking**' : verdict;
}
