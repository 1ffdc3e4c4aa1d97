/** Background work of a module. */
export type Task =
  | { readonly name: string; readonly kind: 'job'; run(jobId: string): Promise<unknown> }
  | { readonly name: string; readonly kind: 'scheduled'; readonly cron: string; run(): Promise<unknown> };

/** @deprecated Ignored: the runtime runs the jobs of a module. */
export function jobTask(name: string, run: (jobId: string) => Promise<unknown>): Task {
  return { name, kind: 'job', run };
}

/** A task that runs by the clock, once over all processes. `cron` has five fields, in UTC. */
export function scheduledTask(name: string, cron: string, run: () => Promise<unknown>): Task {
  return { name, kind: 'scheduled', cron, run };
}
