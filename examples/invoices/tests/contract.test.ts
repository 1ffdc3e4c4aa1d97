import { describeContract } from 'ai-module-runtime/testing';

await describeContract('invoices');
