import { isNightly } from '../draws.ts';

/** How much of everything: little in every run of the tests, much for the figures in docs/reliability.md. */
export interface Amounts {
  readonly full: boolean;
  /** For each kind of process: the number of jobs under load, and how many times the process is killed. */
  readonly killed: { readonly jobs: number; readonly times: number };
  /** Jobs under load during an outage of a server. */
  readonly outage: number;
  readonly cancelRaces: number;
  readonly duplicates: number;
  readonly load: number;
  /** The host's default, or less for shorter tests. */
  readonly leaseSeconds: number;
}

const quick: Amounts = {
  full: false,
  killed: { jobs: 12, times: 1 },
  outage: 12,
  cancelRaces: 16,
  duplicates: 8,
  load: 64,
  leaseSeconds: 3,
};

const full: Amounts = {
  full: true,
  killed: { jobs: 72, times: 2 },
  outage: 60,
  cancelRaces: 200,
  duplicates: 100,
  load: 1000,
  leaseSeconds: 10,
};

export const amounts: Amounts = isNightly ? full : quick;
