import type { Prompter } from '../../io/io.ts';

interface EntryQuestion {
  readonly label: string;
  /** The questions for the values of the command, in turn. */
  readonly messages: readonly [string, ...string[]];
}

const field = 'Fields, like text:string language?:en|fr=en';

const questions: Readonly<Record<string, EntryQuestion>> = {
  endpoint: { label: 'an endpoint', messages: ['Endpoint, like POST /reindex'] },
  event: { label: 'an event that the module emits', messages: ['Event, like invoices.approved'] },
  subscription: { label: 'an event that the module handles', messages: ['Event, like user.deleted'] },
  input: { label: 'fields of the input', messages: [field] },
  option: { label: 'fields of the options', messages: [field] },
  output: { label: 'fields of the output', messages: [field] },
  type: { label: 'a type that fields refer to', messages: ['Name of the type, like Line', field] },
  payload: { label: 'fields of the data of an event', messages: ['Event', field] },
  permission: { label: 'a permission', messages: ['Permission, like invoices:approve'] },
  dependency: {
    label: 'a dependency',
    messages: ['A service, module:<name>, or a package'],
  },
  config: { label: 'a setting', messages: ['Setting, like batch_size=10'] },
};

export interface Entry {
  readonly kind: string;
  readonly values: readonly string[];
}

/** Asks what to add to a manifest, and its value. `check` gives the reason why an entry is refused. */
export async function askEntry(
  prompter: Prompter,
  given: string | undefined,
  check: (entry: Entry) => Promise<string | undefined>,
): Promise<Entry> {
  const choices = Object.entries(questions).map(([value, { label }]) => ({ value, label }));
  const kind = given ?? (await prompter.select('What do you want to add?', choices));
  const values: string[] = [];
  const { messages } = questions[kind] ?? { messages: ['Value'] };
  for (const [index, message] of messages.entries()) {
    const isLast = index === messages.length - 1;
    const reasonOf = async (answer: string) => {
      if (answer.trim() === '') return 'is empty';
      return isLast ? check({ kind, values: [...values, answer] }) : undefined;
    };
    values.push(await prompter.text({ message, check: reasonOf }));
  }
  return { kind, values };
}
