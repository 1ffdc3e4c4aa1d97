/** Helpers for the tests of modules. They work with every test runner. */
export { endpointsOf } from '../modules/endpoints.ts';
export { valuesOf } from '../modules/read-config.ts';
export { columnsInCode, columnsInDatabase } from './columns.ts';
export { describeContract } from './describe-contract.ts';
export { createHostDatabase, type TestDatabase } from './test-database.ts';
export { TestHost, testHost, useModules } from './test-host.ts';
export { type TestRun, testRun } from './test-run.ts';
export { type Answer, TestUser } from './test-user.ts';
