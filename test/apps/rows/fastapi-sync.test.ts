import { describeApplication } from '../describe-application.ts';
import { fastapiSync } from '../fastapi-sync.ts';

await describeApplication(fastapiSync);
