// Prints the routes of a NestJS application on Express: `node nest-routes.cjs`, in its folder, after its build.
const { join } = require('node:path');

const own = (path) => require(require.resolve(path, { paths: [process.cwd()] }));

async function main() {
  const { NestFactory } = own('@nestjs/core');
  const { AppModule } = own(join(process.cwd(), 'dist/app.module'));
  const { setUpApp } = own(join(process.cwd(), 'dist/app.setup'));
  const app = await NestFactory.create(AppModule, { logger: false });
  setUpApp(app);
  await app.init();
  for (const { route } of app.getHttpAdapter().getInstance().router.stack) {
    if (route === undefined) continue;
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    for (const method of Object.keys(route.methods)) process.stdout.write(`${method.toUpperCase()} ${path}\n`);
  }
  await app.close();
}

void main();
