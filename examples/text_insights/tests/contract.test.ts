import { describeContract } from 'ai-module-runtime/testing';

await describeContract('text_insights');
