import { Back, Cancelled, type Choice, type Prompter, type TextQuestion } from '../../src/io/io.ts';

/** The text that the user types, with commas between the entries of a list; `cancel` is Ctrl-C, `back` is Esc. */
export type Reply = string | boolean | typeof cancel | typeof back;
export const cancel = Symbol('Ctrl-C');
export const back = Symbol('Esc');

/**
 * Answers each question whose text starts with a key of the replies; the longest key wins. Several replies are typed in
 * turn while the question is repeated or refuses them. Other questions get their default.
 */
export class ScriptedPrompter implements Prompter {
  /** All questions, including repeated ones. */
  readonly asked: string[] = [];
  /** The reasons why replies were refused. */
  readonly refusals: string[] = [];
  private readonly replies: ReadonlyMap<string, Reply[]>;

  constructor(replies: Readonly<Record<string, Reply | readonly Reply[]>>) {
    this.replies = new Map(Object.entries(replies).map(([start, reply]) => [start, [reply].flat() as Reply[]]));
  }

  async text({ message, default: initial, value, check }: TextQuestion): Promise<string> {
    this.asked.push(message);
    for (;;) {
      const answer = String(this.reply(message) ?? (value || initial) ?? '');
      const reason = await check(answer);
      if (reason === undefined) return answer;
      this.refusals.push(reason);
      if (!this.hasReply(message)) throw new Error(`${message} ${JSON.stringify(answer)}: ${reason}`);
    }
  }

  async select(message: string, choices: readonly Choice[], initial?: string): Promise<string> {
    this.asked.push(message);
    const reply = this.reply(message) ?? initial ?? choices[0]?.value;
    const answer = typeof reply === 'boolean' ? (reply ? 'yes' : 'no') : reply;
    if (choices.some(({ value }) => value === answer)) return answer as string;
    throw new Error(`${message} has no choice ${String(answer)}`);
  }

  async checkbox(
    message: string,
    choices: readonly Choice[],
    check: (chosen: readonly string[]) => string | undefined = () => undefined,
  ): Promise<readonly string[]> {
    this.asked.push(message);
    for (;;) {
      const reply = this.reply(message);
      const checked = choices.filter((choice) => choice.checked).map(({ value }) => value);
      const answer = reply === undefined ? checked : String(reply).split(',').filter(Boolean);
      const strange = answer.find((one) => !choices.some(({ value }) => value === one));
      if (strange !== undefined) throw new Error(`${message} has no choice ${strange}`);
      const reason = check(answer);
      if (reason === undefined) return answer;
      this.refusals.push(reason);
      if (!this.hasReply(message)) throw new Error(`${message} ${answer}: ${reason}`);
    }
  }

  withBack(): Prompter {
    return this;
  }

  async confirm(message: string, initial: boolean): Promise<boolean> {
    this.asked.push(message);
    return Boolean(this.reply(message) ?? initial);
  }

  private reply(message: string): string | boolean | undefined {
    const reply = this.repliesTo(message)?.shift();
    if (reply === cancel) throw new Cancelled();
    if (reply === back) throw new Back();
    return reply;
  }

  private hasReply(message: string): boolean {
    return (this.repliesTo(message)?.length ?? 0) > 0;
  }

  private repliesTo(message: string): Reply[] | undefined {
    const fitting = [...this.replies].filter(([start]) => message.startsWith(start));
    return fitting.sort(([a], [b]) => b.length - a.length)[0]?.[1];
  }
}
