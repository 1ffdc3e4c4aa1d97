import { invalidPropertyReason } from '../../core/contract/names.ts';
import { readNotation } from '../../core/contract/notation.ts';
import type { Answers } from '../../core/manifest/answers.ts';
import { whyNotTogether } from '../../core/manifest/fit-together.ts';
import { printTypeAnswer, type Schema } from '../../core/manifest/type-answer.ts';
import { isBack, type Prompter } from '../../io/io.ts';
import type { Asking } from './asking.ts';

type Types = NonNullable<Answers['types']>;

/** Asks for the fields of the input or output, and of the types that these refer to. Without fields there is no answer. */
export async function askFields(
  { prompter, answers }: Asking,
  id: 'input' | 'output',
  message: string,
): Promise<Answers> {
  const types: Record<string, Schema> = { ...answers.types };
  const earlier = answers[id] && printTypeAnswer(answers[id].schema);
  const whyNot = (schema: Schema) => whyNotTogether({ ...answers, [id]: { schema }, types: withStubs(types, schema) });
  const names = Object.keys(types);
  const hint = names.length === 0 ? '' : `; types: ${names.join(', ')}`;
  const schema = await askObject(prompter, message.replace(/\)$/, `${hint})`), whyNot, { earlier });
  if (schema === undefined) return { [id]: undefined };
  const missing = () => referencesIn({ schema, types }).find((name) => !Object.hasOwn(types, name));
  for (let name = missing(); name !== undefined; name = missing()) {
    const key = name;
    const whyNotType = (type: Schema) =>
      whyNotTogether({ ...answers, [id]: { schema }, types: withStubs({ ...types, [key]: type }, schema) });
    types[key] = await askType(prompter, key, whyNotType);
  }
  return { [id]: { schema }, ...(Object.keys(types).length > 0 && { types }) };
}

type WhyNot = (schema: Schema) => string | undefined;

async function askType(prompter: Prompter, name: string, whyNot: WhyNot): Promise<Schema> {
  for (;;) {
    const type = await askObject(prompter, `Field of ${name}`, whyNot, { whyNotEmpty: `${name} needs a field.` });
    if (type !== undefined) return type;
  }
}

/**
 * Asks until the answer is empty. An answer has fields in the short notation, or the name of one. Esc returns to the last
 * answer, which can be edited.
 */
async function askObject(
  prompter: Prompter,
  first: string,
  whyNot: WhyNot,
  { earlier, whyNotEmpty }: { readonly earlier?: string | undefined; readonly whyNotEmpty?: string } = {},
): Promise<Schema | undefined> {
  const parts: string[] = [];
  let value = earlier;
  for (;;) {
    const check = (answer: string) => {
      if (answer === '') return parts.length === 0 ? whyNotEmpty : undefined;
      return whyNotFields([...parts, isName(answer) ? `${answer}:string` : answer].join(' '), whyNot);
    };
    const message = parts.length === 0 ? first : 'Next field (empty to go on)';
    let name: string | undefined;
    try {
      const answer = await prompter.text({ message, default: '', value, check });
      if (answer === '') return schemaOf(parts.join(' '));
      name = isName(answer) ? answer : undefined;
      const whyNotField = (field: string) => whyNotFields([...parts, field].join(' '), whyNot);
      parts.push(name === undefined ? answer : await askField(prompter, name, whyNotField));
      value = undefined;
    } catch (error) {
      if (!isBack(error) || (name === undefined && parts.length === 0)) throw error;
      value = name ?? parts.pop();
    }
  }
}

/** The parts of a field, one by one. */
async function askField(
  prompter: Prompter,
  name: string,
  whyNot: (field: string) => string | undefined,
): Promise<string> {
  const type = await prompter.text({
    message: `Type of ${name}`,
    default: 'string',
    check: (answer) => whyNot(`${name}:${answer}`),
  });
  if (!(await prompter.confirm(`Is ${name} optional?`, false))) return `${name}:${type}`;
  const fallback = await prompter.text({
    message: `Default of ${name} (empty for none)`,
    default: '',
    check: (answer) => (answer === '' ? undefined : whyNot(defaulted(name, type, answer))),
  });
  return fallback === '' ? `${name}?:${type}` : defaulted(name, type, fallback);
}

/** A text with spaces needs quotes. */
function defaulted(name: string, type: string, value: string): string {
  return `${name}?:${type}=${/[\s"]/.test(value) && !/^["[{]/.test(value) ? JSON.stringify(value) : value}`;
}

function whyNotFields(text: string, whyNot: WhyNot): string | undefined {
  const read = readNotation(text);
  if (read.ok) return whyNot(read.schema);
  return [`${read.message}.`, read.hint].filter(Boolean).join(' ');
}

function schemaOf(fields: string): Schema | undefined {
  const read = fields === '' ? undefined : readNotation(fields);
  return read?.ok ? read.schema : undefined;
}

function isName(answer: string): boolean {
  return invalidPropertyReason(answer) === undefined;
}

function referencesIn(value: object): string[] {
  return JSON.stringify(value).match(/(?<="\$ref":"#\/types\/)\w+(?=")/g) ?? [];
}

/** The types, and any object for those that are asked for later. */
function withStubs(types: Types, schema: Schema): Types {
  const stub = { type: 'object', additionalProperties: true };
  return { ...Object.fromEntries(referencesIn({ schema, types }).map((name) => [name, stub])), ...types };
}
