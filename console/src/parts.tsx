import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.ts';

/** A heading that gets the focus when its page opens, so that screen readers read it. */
export function Title({ children }: { readonly children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}

/** What the last action did, or what went wrong. Screen readers read it when it changes. */
export function Notice({ text, isError = false }: { readonly text: string; readonly isError?: boolean }) {
  return (
    <p role="status" class={isError ? 'notice error' : 'notice'}>
      {text}
    </p>
  );
}

const CODES: Readonly<Record<string, string>> = {
  host_unreachable: 'The host does not answer.',
  database_unavailable: 'The database does not answer.',
  database_forbidden: 'The role of the host may not use its tables. The log has the SQL that permits it.',
  schema_missing: 'Tables of the runtime are missing. The log says which.',
  module_unavailable: 'The module is not ready.',
  job_not_found: 'There is no such job. It may have been deleted.',
  job_not_retryable: 'Only failed and cancelled jobs can be started again.',
  job_not_cancellable: 'The job has ended already.',
  dead_letter_not_found: 'There is no such event. It may have been delivered meanwhile.',
  too_many_jobs: 'The user has too many active jobs.',
};

export function messageOf(error: unknown): string {
  const code = error instanceof ApiError ? error.code : 'console_failed';
  return CODES[code] ?? code;
}

export function Failed({ error }: { readonly error: ApiError | undefined }) {
  return <Notice text={error ? messageOf(error) : ''} isError />;
}

/** A moment, in the time zone of the browser. The title has it in UTC. */
export function Time({ at }: { readonly at: string | null }) {
  if (at === null) return <>–</>;
  return (
    <time dateTime={at} title={at}>
      {new Date(at).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' })}
    </time>
  );
}

/** The word and a shape: colours alone say nothing to everybody. */
export function Status({ value }: { readonly value: string }) {
  return <span class={`status ${value}`}>{value}</span>;
}

interface TableProps {
  readonly label: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ComponentChildren[] }[];
}

/** A table that scrolls by itself, and becomes a list of cards on narrow screens. */
export function Table({ label, columns, rows }: TableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard
    <section class="scroll" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {cells.map((cell, index) => (
                <td key={columns[index]} data-label={columns[index]}>
                  {cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Names and values of one thing. */
export function Facts({ of }: { readonly of: readonly (readonly [name: string, value: ComponentChildren])[] }) {
  return (
    <dl>
      {of.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** JSON as text. */
export function Json({ label, value }: { readonly label: string; readonly value: unknown }) {
  return (
    <section aria-label={label}>
      <h2>{label}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable with the keyboard */}
      <pre tabIndex={0}>{value === null || value === undefined ? '–' : JSON.stringify(value, undefined, 2)}</pre>
    </section>
  );
}

interface ActionProps {
  readonly label: string;
  /** What is asked before, for actions on more than one thing. */
  readonly question?: string;
  /** Returns what it did. */
  readonly run: () => Promise<string>;
  readonly onDone: (text: string, isError: boolean) => void;
}

/** A button that is disabled while its action runs. */
export function Action({ label, question, run, onDone }: ActionProps) {
  const [isRunning, setIsRunning] = useState(false);
  const dialog = useRef<HTMLDialogElement>(null);
  const start = async () => {
    dialog.current?.close();
    setIsRunning(true);
    try {
      onDone(await run(), false);
    } catch (error) {
      onDone(messageOf(error), true);
    } finally {
      setIsRunning(false);
    }
  };
  return (
    <>
      <button
        type="button"
        disabled={isRunning}
        onClick={() => (question === undefined ? void start() : dialog.current?.showModal())}
      >
        {label}
      </button>
      {question !== undefined && (
        <dialog ref={dialog} aria-label={label}>
          <p>{question}</p>
          <button type="button" onClick={start}>
            {label}
          </button>
          <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
            Keep as it is
          </button>
        </dialog>
      )}
    </>
  );
}
