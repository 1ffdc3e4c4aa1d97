export type ErrorCode =
  | 'manifest_invalid'
  | 'name_mismatch'
  | 'config_invalid'
  | 'import_failed'
  | 'migration_failed'
  | 'initialize_failed'
  | 'endpoints_invalid'
  | 'dependency_missing'
  | 'dependency_cycle';

/** Why one module does not work. The code is public, the text is for the log. */
export class ModuleProblem extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
