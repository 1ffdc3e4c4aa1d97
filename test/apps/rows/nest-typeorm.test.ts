import { describeApplication } from '../describe-application.ts';
import { nestTypeorm } from '../nest-typeorm.ts';

await describeApplication(nestTypeorm);
