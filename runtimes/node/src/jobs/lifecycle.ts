/** The event name of each step in a job's life. A step without a name has no event. */
export interface LifecycleNames {
  readonly started?: string;
  readonly progress?: string;
  readonly completed?: string;
  readonly failed?: string;
  readonly cancelled?: string;
}

export const lifecycleSteps = ['started', 'progress', 'completed', 'failed', 'cancelled'] as const;

/** The events of jobs that a module declares: `namespace.started` and so on. */
export function lifecycleOf(namespace: string, declared: readonly string[]): LifecycleNames {
  const names = lifecycleSteps.map((step) => [step, `${namespace}.${step}`] as const);
  return Object.fromEntries(names.filter(([, name]) => declared.includes(name)));
}
