import type { Diagnostic } from '../diagnostic.ts';
import type { Problem } from '../manifest/finding.ts';
import type { YamlSource } from '../text/yaml-source.ts';
import { severityOf } from './rules.ts';

/** Turns problems into diagnostics: the path of a value becomes a range in the text. */
export function locator(file: string, source: YamlSource): (rule: string, problem: Problem) => Diagnostic {
  return (rule, { path, at, message, hint, fix }) => {
    const [from, to] = source.spanOf(path, at);
    return {
      rule,
      severity: severityOf(rule),
      message,
      file,
      range: source.rangeAt(from, to),
      ...(hint === undefined ? {} : { hint }),
      ...(fix === undefined ? {} : { fix: { from, to, text: fix(source.text.slice(from, to)) } }),
    };
  };
}
