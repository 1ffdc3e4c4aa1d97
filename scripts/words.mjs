// Reports words that user-facing text avoids, with a suggestion: prose and printed output in Markdown, string literals
// in TypeScript, everything in templates. `node scripts/words.mjs [file…]`; without files, everything that is listed here.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseSync, Visitor } from 'oxc-parser';
import { globSync } from 'tinyglobby';

const root = fileURLToPath(new URL('../', import.meta.url));

const files = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'docs/**/*.md',
  'src/**/*.ts',
  'templates/**/{.,}*',
  // Quotes code of older versions.
  '!templates/*/pack.yaml',
  ...['!docs/hosts.md', '!docs/modules.md', '!src/cli/prompts/*.ts'],
];

/** A space matches any white space. */
const words = [
  ['\\btold\\b', 'reported, detected'],
  ['\\b(?:stands?|stood)\\b(?! (?:for|out)\\b|-)', 'is, are'],
  [
    '(?<!\\b(?:on|to|from|and|or|left)(?: the)? )\\bright\\b(?!-| (?:hand|side|column|click|margin|of|after|before|now)\\b)',
    'valid, correct',
  ],
  ['\\bwhoever\\b', 'name the subject: the user, the process'],
  ['(?<=^|[.:;] )Who (?!is\\b|are\\b)', 'name the subject: the user, the process', 'gm'],
  ['\\bwho has\\b', 'name the subject: the user, the process'],
  ['\\banew\\b', 'again'],
  ['\\baway\\b', 'unavailable, removed'],
  ['\\bgone\\b', 'removed, missing, ended'],
  ['\\bwhatever\\b', 'any, every'],
  ['\\bdoors?\\b', 'entry point'],
  ['\\bsay(?:s|ing)? so\\b', 'reports it'],
  ['\\bmade hosts?\\b', 'generated host'],
  ['\\bask(?:s|ed|ing)? (?:(?:the|all|every|\\w+ty) )?rules?\\b', 'runs the rules'],
  ['\\bvery same\\b|\\bthe very\\b(?! (?:first|last|least)\\b)', 'the same'],
  ['\\bkept from\\b', 'prevented from, excluded from'],
  ['\\b(?:bring|brings|bringing|brought)(?: \\w+){0,3} along\\b|\\bcomes? along\\b', 'includes, updates too'],
  ['\\bbe had\\b', 'be available'],
  ['\\blonely\\b', 'standalone'],
  ['\\bpristine base\\b', 'merge base'],
  ['\\bgiven up by\\b', 'removed from'],
  ['\\bmachine refused\\b', 'system error'],
  ['\\byou must change something\\b', 'usage or configuration error'],
  ['\\blouder\\b|\\bsofter\\b', 'a higher severity, a lower severity'],
  ['(?<!more-)\\bfindings\\b|\\b(?:a|each|every|no|one|the|this) finding\\b', 'diagnostic'],
  ['(?<!segmentation )\\bfaults?\\b(?! (?:injection|tolerance|tolerant)\\b)', 'diagnostic, error, failure'],
  ['\\bbeats\\b|\\bbeaten\\b', 'overrides'],
  ['\\bmends?\\b|\\bmended\\b', 'repairs'],
  ['\\bwithout a word\\b', 'silently'],
].map(([pattern, suggestion, flags = 'gi']) => ({
  pattern: new RegExp(pattern.replaceAll(' ', '\\s+'), flags),
  suggestion,
}));

const given = process.argv.slice(2);
const paths = given.length > 0 ? given : globSync(files, { cwd: root }).sort();
const hits = paths.flatMap((path) => hitsIn(path, readFileSync(given.length > 0 ? path : `${root}${path}`, 'utf8')));
for (const { path, line, word, suggestion } of hits) console.log(`${path}:${line}: "${word}": write ${suggestion}`);
process.exitCode = hits.length > 0 ? 1 : 0;

function hitsIn(path, text) {
  const pieces = path.endsWith('.ts')
    ? literalsOf(path, text)
    : [{ text: isPage(path) ? proseOf(text) : text, start: 0 }];
  const found = pieces.flatMap((piece) =>
    words.flatMap(({ pattern, suggestion }) =>
      [...piece.text.matchAll(pattern)].map(({ 0: word, index }) => {
        const line = text.slice(0, piece.start + index).split('\n').length;
        return { path, line, word: word.trim().replace(/\s+/g, ' '), suggestion };
      }),
    ),
  );
  return found.sort((a, b) => a.line - b.line);
}

function isPage(path) {
  return /\.md(?:\.hbs)?$/.test(path);
}

/** The page with everything blanked that is code or an address; output of the tool is text too. */
function proseOf(text) {
  const blank = (match) => match.replace(/[^\n]/g, '¤');
  const blankCode = (match, _ticks, language) =>
    ['text', 'console'].includes(language) ? match.replace(/`{3,}\w*/g, blank) : blank(match);
  return text
    .replace(/^(`{3,})(\w*)\n.*?^\1$/gms, blankCode)
    .replace(/(`+)[^`]+\1|\]\([^)\s]*\)|<!--.*?-->|https?:\S+/gs, blank);
}

/** The string literals of a source file that may be a sentence, or a part of one: keys and paths have no space. */
function literalsOf(path, text) {
  const found = [];
  const add = ({ start, end }) => found.push({ start, text: text.slice(start, end) });
  new Visitor({
    Literal: (node) => typeof node.value === 'string' && add(node),
    TemplateElement: add,
  }).visit(parseSync(path, text).program);
  return found.filter((piece) => /\s/.test(piece.text));
}
