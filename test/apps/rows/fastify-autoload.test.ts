import { describeApplication } from '../describe-application.ts';
import { fastifyAutoload } from '../fastify-autoload.ts';

await describeApplication(fastifyAutoload);
