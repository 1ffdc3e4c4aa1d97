import { parsePython } from '../../code/python/parse-python.ts';
import { parseTypescript } from '../../code/typescript/parse-typescript.ts';
import { positionAt } from '../../diagnostic.ts';
import { parseYaml } from '../../yaml/exact.ts';

/** A problem in a rendered file, at a 1-based line of the output. */
export interface OutputProblem {
  readonly line: number;
  readonly message: string;
  readonly hint?: string;
}

/** The first syntax error of a rendered file; `undefined` if it parses, or if its language is not checked. */
export async function syntaxProblem(path: string, text: string): Promise<OutputProblem | undefined> {
  if (/\.[cm]?[jt]sx?$/.test(path)) return faultIn(text, parseTypescript(path, text).faultAt);
  if (path.endsWith('.py')) return faultIn(text, parsePython(path, text).faultAt);
  if (/\.ya?ml$/.test(path)) {
    const problem = (await parseYaml(text)).problems[0];
    return problem && { line: problem.range.start.line, message: problem.message };
  }
  // Tools read these with comments.
  if (!path.endsWith('.json') || /(^|\/)[tj]sconfig[^/]*\.json$/.test(path)) return undefined;
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const at = /position (\d+)/.exec(message)?.[1];
    return {
      line: at === undefined ? 1 : positionAt(text, Number(at)).line,
      message: message.replace(/ in JSON.*/s, ''),
    };
  }
}

function faultIn(text: string, at: number | undefined): OutputProblem | undefined {
  return at === undefined ? undefined : { line: positionAt(text, at).line, message: 'does not parse here' };
}

/** What every formatter corrects. The formatter of the pack's language may correct more: `pack test` runs it. */
export function formatProblems(path: string, text: string): OutputProblem[] {
  const lines = text.split('\n');
  const most = path.endsWith('.py') ? 2 : 1;
  const problems: OutputProblem[] = [];
  let empty = 0;
  for (const [at, line] of lines.entries()) {
    const isLast = at === lines.length - 1;
    empty = line.trim() === '' && !isLast ? empty + 1 : 0;
    const found = problemOfLine(path, line);
    if (found !== undefined) problems.push({ line: at + 1, message: found });
    else if (at === 0 && line === '' && text !== '')
      problems.push({ line: 1, message: 'the output starts with an empty line' });
    else if (empty === most + 1)
      problems.push({
        line: at + 1,
        message: `the output has more than ${most} empty ${most === 1 ? 'line' : 'lines'}`,
      });
    if (at === lines.length - 2 && line === '')
      problems.push({ line: at + 1, message: 'the output ends with an empty line' });
  }
  if (text !== '' && !text.endsWith('\n'))
    problems.push({ line: lines.length, message: 'the output does not end with a line break' });
  return problems.slice(0, 3);
}

function problemOfLine(path: string, line: string): string | undefined {
  if (line.endsWith('\r')) return 'the output has line breaks of Windows';
  if (/[ \t]$/.test(line) && !path.endsWith('.md')) return 'the line of the output ends with a space';
  if (/^ +\t/.test(line)) return 'the indentation mixes spaces and tabs';
  return undefined;
}

/** The line of a template that most likely wrote a line of the output: the longest one whose texts the line contains. */
export function templateLine(template: string, output: string, line: number): number {
  if (!template.includes('{{')) return line;
  const lines = output.split('\n');
  const wanted = lines[line - 1] ?? '';
  let best = { at: 0, length: 0 };
  for (const [at, source] of template.split('\n').entries()) {
    const texts = source
      .split(/\{\{.*?\}\}/)
      .map((part) => part.trim())
      .filter((part) => part !== '');
    let from = 0;
    const isInside = texts.every((part) => {
      const found = wanted.indexOf(part, from);
      from = found + part.length;
      return found !== -1;
    });
    const length = texts.join('').length;
    if (isInside && length > best.length) best = { at: at + 1, length };
  }
  if (best.at > 0 || line <= 1) return Math.max(best.at, 1);
  return templateLine(template, output, line - 1);
}
