/** The exit codes. The documentation is generated from these comments. */
export const exit = {
  /** Done: the result was written or printed. */
  done: 0,
  /** Diagnostics: the files have errors or conflicts, or `update --check` found changes. */
  diagnostics: 1,
  /** Usage or configuration error, for example in a flag, a manifest, a template pack or the host. Nothing was written. */
  user: 2,
  /** System error: I/O, permissions, a missing tool, or a failed command. */
  machine: 3,
  /** Internal error: a bug in the tool, which prints what to report. */
  bug: 70,
  /** Cancelled: Ctrl-C, or the plan was not confirmed. */
  cancelled: 130,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];
