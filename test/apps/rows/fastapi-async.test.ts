import { describeApplication } from '../describe-application.ts';
import { fastapiAsync } from '../fastapi-async.ts';

await describeApplication(fastapiAsync);
