/** What the exit code of a command means; README and docs/commands.md say the same. */
export const exit = {
  done: 0,
  findings: 1,
  user: 2,
  machine: 3,
  bug: 70,
  cancelled: 130,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];
