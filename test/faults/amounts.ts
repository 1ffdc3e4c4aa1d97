import { isNightly } from '../draws.ts';

/** How much of everything: little in every run of the tests, much for the figures in docs/reliability.md. */
export interface Amounts {
  readonly full: boolean;
  /** Jobs under load while a process is killed, for each kind of process; and how many times. */
  readonly killed: { readonly jobs: number; readonly times: number };
  /** Jobs under load while a server is away. */
  readonly outage: number;
  readonly cancelRaces: number;
  readonly duplicates: number;
  readonly load: number;
  /** As the host has it if nothing is said, or short, to wait less. */
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
