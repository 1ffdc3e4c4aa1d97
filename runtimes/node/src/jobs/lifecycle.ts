/** The event name of each step in a job's life. A step without a name has no event. */
export interface LifecycleNames {
  readonly started?: string;
  readonly progress?: string;
  readonly completed?: string;
  readonly failed?: string;
  readonly cancelled?: string;
}
