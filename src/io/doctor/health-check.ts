/** One thing that `doctor` checks. `unknown` is what cannot be checked, and no problem. */
export interface HealthCheck {
  readonly area: 'tools' | 'versions' | 'database' | 'engine' | 'migrations' | 'ports';
  readonly state: 'ok' | 'problem' | 'unknown';
  readonly message: string;
  readonly fix?: string;
}

export type Check = Omit<HealthCheck, 'area'>;

export const ok = (message: string): Check => ({ state: 'ok', message });
export const unknown = (message: string): Check => ({ state: 'unknown', message });
export const problem = (message: string, fix: string): Check => ({ state: 'problem', message, fix });
