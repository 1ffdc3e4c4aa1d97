/** What the exit code of a command means; the documentation's tables are printed from this. */
export const exit = {
  /** Done: what you asked for is there, or was shown. */
  done: 0,
  /** Findings: something is wrong in the files that were checked. */
  findings: 1,
  /** You must change something: a flag, an answer, a manifest, a pack or the host. Nothing was written. */
  user: 2,
  /** The machine refused: disk, permission, a missing tool, a failed command. */
  machine: 3,
  /** A bug of the tool: it prints what to report. */
  bug: 70,
  /** Cancelled by you: Ctrl-C, or no as the last answer. */
  cancelled: 130,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];
