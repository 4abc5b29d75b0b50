import { answers, composer, manifest, postgresql, type Sample } from './sample.ts';

/** Was the hold-out set once: answers had precision 0.957 and recall 0.917 when the scanner first met it, problems 1.000 and 0.786. What it missed was learned from. */
export const secondSamples: Sample[] = [
  {
    name: 'Laravel 11 with Horizon, pictures below public/, guarded tasks',
    framework: 'laravel',
    files: {
      artisan: '#!/usr/bin/env php',
      'composer.json': composer(
        'php:^8.2',
        'laravel/framework:^11.31',
        'laravel/horizon:^5',
        'intervention/image:^3',
      ),
      'config/queue.php':
        "<?php\n\nreturn [\n    'default' => env('QUEUE_CONNECTION', 'database'),\n    'connections' => ['redis' => ['driver' => 'redis', 'queue' => env('REDIS_QUEUE', 'default')]],\n];\n",
      'config/session.php':
        "<?php\n\nuse Illuminate\\Support\\Str;\n\nreturn [\n    'driver' => env('SESSION_DRIVER', 'database'),\n    'lifetime' => (int) env('SESSION_LIFETIME', 120),\n];\n",
      'app/Http/Controllers/ProductController.php':
        "<?php\n\nnamespace App\\Http\\Controllers;\n\nuse Intervention\\Image\\Laravel\\Facades\\Image;\n\nclass ProductController extends Controller\n{\n    public function store(Request $request)\n    {\n        $image = $request->file('image');\n        $name = time() . '.' . $image->extension();\n        Image::read($image)->resize(300, 300)->save(public_path('images/' . $name));\n        return back();\n    }\n}\n",
      'routes/console.php':
        "<?php\n\nuse Illuminate\\Support\\Facades\\Schedule;\n\nSchedule::command('horizon:snapshot')->everyFiveMinutes()->onOneServer();\n",
    },
    environment: {
      APP_KEY: 'base64:x',
      DB_CONNECTION: 'mysql',
      DB_HOST: '10.2.0.1',
      QUEUE_CONNECTION: 'redis',
      REDIS_HOST: '10.2.0.2',
      CACHE_STORE: 'redis',
      SESSION_DRIVER: 'redis',
    },
    facts: { database: { engine: 'mariadb', maxConnections: 151 } },
    expected: answers('pooopooo'),
  },
  {
    name: 'Laravel 9 whose key is in a committed .env, tasks unguarded',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^9.19', 'league/flysystem-aws-s3-v3:^3.0'),
      '.env':
        'APP_NAME=Shop\nAPP_KEY=base64:abcdefabcdef\nDB_CONNECTION=pgsql\nDB_HOST=db.internal\nSESSION_DRIVER=file # for now\nCACHE_DRIVER=file\n',
      'config/filesystems.php':
        "<?php\nreturn [\n    'default' => env('FILESYSTEM_DISK', 's3'),\n    'disks' => [\n        's3' => [\n            'driver' => 's3',\n            'key' => env('AWS_ACCESS_KEY_ID'),\n        ],\n    ],\n];",
      'config/session.php': "<?php return ['driver' => env('SESSION_DRIVER', 'file')];",
      'app/Console/Kernel.php':
        '<?php\nnamespace App\\Console;\nclass Kernel extends ConsoleKernel\n{\n    protected function schedule(Schedule $schedule)\n    {\n        $schedule->job(new SendDigest)->weekly()->mondays();\n    }\n}',
      'app/Actions/SaveAvatar.php':
        "<?php\nclass SaveAvatar\n{\n    public function handle($user, $upload)\n    {\n        $user->avatar = $upload->storePublicly('avatars');\n        $user->save();\n    }\n}",
    },
    facts: postgresql(60),
    expected: answers('opppooop'),
  },
  {
    name: 'Slim with PSR-7 uploads and sessions in a middleware',
    framework: 'php',
    files: {
      'composer.json': composer('slim/slim:^4', 'slim/psr7:^1'),
      'public/index.php':
        "<?php\nrequire __DIR__ . '/../vendor/autoload.php';\n$app = Slim\\Factory\\AppFactory::create();\n$app->add(new App\\Session());\n$app->run();",
      'src/Session.php':
        "<?php\nnamespace App;\nclass Session\n{\n    public function __invoke($request, $handler)\n    {\n        if (session_status() !== PHP_SESSION_ACTIVE) {\n            session_start(['cookie_secure' => true]);\n        }\n        return $handler->handle($request);\n    }\n}",
      'src/Upload.php':
        "<?php\nnamespace App;\nclass Upload\n{\n    public function __invoke($request, $response)\n    {\n        $file = $request->getUploadedFiles()['doc'];\n        $file->moveTo(__DIR__ . '/../data/' . $file->getClientFilename());\n        return $response;\n    }\n}",
      'src/Db.php':
        '<?php\nnamespace App;\nclass Db { function open() { return new \\PDO(getenv("DSN")); } }',
    },
    environment: { DSN: 'mysql:host=10.0.0.1' },
    expected: answers('ppooooou'),
  },
  {
    name: 'Drupal by Composer',
    framework: 'php',
    files: {
      'composer.json': composer('drupal/core-recommended:^11', 'drush/drush:^13'),
      'web/index.php':
        "<?php\nuse Drupal\\Core\\DrupalKernel;\n$kernel = new DrupalKernel('prod', $autoloader);",
      'web/sites/default/settings.php':
        "<?php\n$databases['default']['default'] = ['driver' => 'pgsql', 'host' => getenv('DB_HOST')];\n$settings['hash_salt'] = getenv('HASH_SALT');",
    },
    facts: postgresql(100),
    expected: answers('uuuuuuoo'),
  },
  {
    name: 'WordPress theme that writes a log and a plugin that keeps carts in sessions of Redis',
    framework: 'wordpress',
    files: {
      'wp-config.php':
        "<?php\n/** Keys */\ndefine('AUTH_KEY',         'p|9:x');\ndefine('DISALLOW_FILE_EDIT', true);\nini_set('session.save_handler', 'redis');\nini_set('session.save_path', 'tcp://10.9.0.4:6379');\nif (isset($_SERVER['HTTP_X_FORWARDED_PROTO'])) { $_SERVER['HTTPS'] = 'on'; }",
      'wp-content/plugins/cart/cart.php':
        "<?php\nadd_action('init', function () { if (!session_id()) session_start(); });",
      'wp-content/themes/acme/functions.php':
        "<?php\nfunction acme_log($line) {\n  file_put_contents(get_template_directory() . '/log.txt', $line, FILE_APPEND);\n}",
      'wp-content/plugins/w3-total-cache/w3-total-cache.php': '<?php',
    },
    facts: { database: { engine: 'mariadb', maxConnections: 151 } },
    expected: answers('popopooo'),
  },
  {
    name: 'Symfony API without sessions, JWT, RabbitMQ',
    framework: 'symfony',
    files: {
      'composer.json': composer(
        'symfony/framework-bundle:7.1.*',
        'lexik/jwt-authentication-bundle:^3',
        'oneup/flysystem-bundle:^4',
      ),
      'public/index.php': '<?php',
      'config/packages/framework.yaml':
        "framework:\n    secret: '%env(APP_SECRET)%'\n    # session: true\n    http_method_override: false\n",
      'config/packages/messenger.yaml':
        "framework:\n    messenger:\n        failure_transport: failed\n        transports:\n            async:\n                dsn: '%env(MESSENGER_TRANSPORT_DSN)%'\n            failed: 'doctrine://default?queue_name=failed'\n",
      'config/packages/doctrine.yaml': "doctrine:\n    dbal:\n        url: '%env(resolve:DATABASE_URL)%'\n",
      '.env':
        'APP_SECRET=\nMESSENGER_TRANSPORT_DSN=amqp://guest:guest@localhost:5672/%2f/messages\nDATABASE_URL="postgresql://app:x@db.internal:5432/app"\n',
      'src/Service/Report.php':
        "<?php\nnamespace App\\Service;\nclass Report { function save(string $text): void { $this->defaultStorage->write('r.txt', $text); } }",
    },
    environment: { APP_SECRET: 'abc' },
    facts: postgresql(100),
    expected: answers('ooopoooo'),
  },
  {
    name: 'Express in TypeScript with connect-mongo and disk storage by a function',
    framework: 'express',
    files: {
      'package.json': manifest('express', 'express-session', 'connect-mongo', 'multer', 'mongoose', 'helmet'),
      'src/index.ts':
        "import express, { Request, Response } from 'express';\nimport session from 'express-session';\nimport MongoStore from 'connect-mongo';\nimport { config } from './config';\nimport { upload } from './upload';\n\nconst app = express();\napp.set('trust proxy', 1);\napp.use(\n  session({\n    name: 'sid',\n    secret: config.sessionSecret,\n    resave: false,\n    saveUninitialized: false,\n    store: MongoStore.create({ mongoUrl: config.mongoUrl }),\n  }),\n);\napp.post('/files', upload.single('file'), (req: Request, res: Response) => res.sendStatus(201));\napp.listen(config.port);\n",
      'src/config.ts':
        'export const config = {\n  port: Number(process.env.PORT ?? 3000),\n  sessionSecret: process.env.SESSION_SECRET as string,\n  mongoUrl: process.env.MONGO_URL!,\n};\n',
      'src/upload.ts':
        "import multer from 'multer';\nimport path from 'path';\n\nexport const upload = multer({\n  storage: multer.diskStorage({\n    destination: (req, file, cb) => cb(null, path.join(__dirname, '../files')),\n    filename: (req, file, cb) => cb(null, file.originalname),\n  }),\n});\n",
    },
    environment: { SESSION_SECRET: 'x', MONGO_URL: 'mongodb://10.0.0.5/app' },
    expected: answers('pooooooo'),
  },
  {
    name: 'Express with Sequelize on SQLite, agenda, winston to files',
    framework: 'express',
    files: {
      'package.json': manifest(
        'express',
        'sequelize',
        'sqlite3',
        'agenda',
        'winston',
        'cookie-parser',
        'jsonwebtoken',
      ),
      'app.js':
        "'use strict';\nconst express = require('express');\nconst { Sequelize } = require('sequelize');\nconst { Agenda } = require('agenda');\nconst winston = require('winston');\nconst jwt = require('jsonwebtoken');\n\nconst app = module.exports = express();\nconst sequelize = new Sequelize({ dialect: 'sqlite', storage: './data.sqlite' });\nconst agenda = new Agenda({ db: { address: process.env.MONGO_URL } });\nconst logger = winston.createLogger({ transports: [new winston.transports.Console()] });\n\nfunction sign(user) {\n  return jwt.sign({ sub: user.id }, process.env.JWT_SECRET, { expiresIn: '1h' });\n}\n",
    },
    environment: { JWT_SECRET: 'x', MONGO_URL: 'mongodb://10.0.0.9/jobs' },
    expected: answers('oooopopo'),
  },
  {
    name: 'NestJS with BullMQ, Passport JWT by ConfigService, Prisma',
    framework: 'nest',
    files: {
      'package.json': manifest(
        '@nestjs/core',
        '@nestjs/common',
        '@nestjs/bullmq',
        'bullmq',
        '@nestjs/config',
        '@nestjs/jwt',
        '@prisma/client',
        '@nestjs/platform-express',
      ),
      'src/main.ts':
        "import { NestFactory } from '@nestjs/core';\nimport { NestExpressApplication } from '@nestjs/platform-express';\nimport { AppModule } from './app.module';\n\nasync function bootstrap() {\n  const app = await NestFactory.create<NestExpressApplication>(AppModule);\n  app.set('trust proxy', 'loopback');\n  await app.listen(process.env.PORT ?? 3000);\n}\nvoid bootstrap();\n",
      'src/app.module.ts':
        "import { BullModule } from '@nestjs/bullmq';\nimport { ConfigModule, ConfigService } from '@nestjs/config';\n@Module({\n  imports: [\n    ConfigModule.forRoot(),\n    BullModule.forRootAsync({ inject: [ConfigService], useFactory: (config: ConfigService) => ({ connection: { url: config.get('REDIS_URL') } }) }),\n  ],\n})\nexport class AppModule {}\n",
      'src/auth/auth.module.ts':
        "import { JwtModule } from '@nestjs/jwt';\nimport { ConfigService } from '@nestjs/config';\n@Module({ imports: [JwtModule.registerAsync({ inject: [ConfigService], useFactory: (config: ConfigService) => ({ secret: config.getOrThrow<string>('JWT_SECRET'), signOptions: { expiresIn: '1h' } }) })] })\nexport class AuthModule {}\n",
      'src/prisma.service.ts':
        "import { PrismaClient } from '@prisma/client';\nexport class PrismaService extends PrismaClient {}\n",
    },
    environment: { REDIS_URL: 'redis://10.0.0.6:6379', JWT_SECRET: 'x' },
    facts: postgresql(100),
    expected: answers('oooooooo'),
  },
  {
    name: 'Next.js with the pages router, getStaticProps that renews, fs.promises, knex',
    framework: 'next',
    files: {
      'package.json': manifest('next', 'react', 'react-dom', 'knex', 'pg', 'iron-session', 'formidable'),
      'pages/index.tsx':
        'export async function getStaticProps() {\n  return { props: {}, revalidate: 300 };\n}\nexport default function Home() {\n  return <main>Home</main>;\n}\n',
      'pages/api/avatar.ts':
        "import formidable from 'formidable';\nimport fs from 'fs';\nexport default async function handler(req, res) {\n  const [, files] = await formidable({}).parse(req);\n  await fs.promises.copyFile(files.avatar[0].filepath, './public/avatars/' + files.avatar[0].newFilename);\n  res.end();\n}\n",
      'lib/session.ts':
        "import { getIronSession } from 'iron-session';\nexport const options = { password: process.env.SESSION_PASSWORD, cookieName: 'app' };\n",
      'lib/db.ts':
        "import knex from 'knex';\nexport default knex({ client: 'pg', connection: process.env.DATABASE_URL, pool: { min: 0, max: 7 } });\n",
    },
    environment: { SESSION_PASSWORD: 'thirty-two-characters-at-the-least' },
    facts: postgresql(100),
    expected: answers('popopooo'),
  },
  {
    name: 'Hono on Node.js with postgres.js, signed cookies, p-queue',
    framework: 'node',
    files: {
      'package.json': manifest('hono', '@hono/node-server', 'postgres', 'p-queue'),
      'src/index.ts':
        "import { serve } from '@hono/node-server';\nimport { Hono } from 'hono';\nimport { setSignedCookie } from 'hono/cookie';\nimport { getConnInfo } from '@hono/node-server/conninfo';\nimport postgres from 'postgres';\nconst sql = postgres(process.env.DATABASE_URL!);\nconst app = new Hono();\napp.get('/', async (c) => {\n  await setSignedCookie(c, 'seen', '1', process.env.COOKIE_SECRET!);\n  return c.text(getConnInfo(c).remote.address ?? '');\n});\nserve(app);\n",
    },
    environment: {},
    facts: postgresql(30),
    expected: answers('oooooppp'),
  },
  {
    name: 'Django by cookiecutter: env.db, env.cache, S3, Celery on Redis',
    framework: 'django',
    files: {
      'manage.py':
        "#!/usr/bin/env python\nimport os\nimport sys\n\nif __name__ == '__main__':\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings.local')\n    from django.core.management import execute_from_command_line\n    execute_from_command_line(sys.argv)\n",
      'requirements/base.txt': 'django==5.0.9\ndjango-environ==0.11.2\ncelery==5.4.0\n',
      'requirements/production.txt': '-r base.txt\ngunicorn==23.0.0\ndjango-storages[s3]==1.14\n',
      'config/settings/base.py':
        "import environ\nenv = environ.Env()\nDATABASES = {'default': env.db('DATABASE_URL')}\nDJANGO_APPS = ['django.contrib.auth', 'django.contrib.sessions']\nINSTALLED_APPS = DJANGO_APPS\nCELERY_BROKER_URL = env('REDIS_URL', default='redis://redis:6379/0')\n",
      'config/settings/local.py':
        "from .base import *\nSECRET_KEY = env('DJANGO_SECRET_KEY', default='abc')\nCACHES = {'default': {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}}\n",
      'config/settings/production.py':
        "from .base import *  # noqa\nfrom .base import env\nSECRET_KEY = env('DJANGO_SECRET_KEY')\nCACHES = {\n    'default': {\n        'BACKEND': 'django_redis.cache.RedisCache',\n        'LOCATION': env('REDIS_URL'),\n    },\n}\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\nSTORAGES = {\n    'default': {\n        'BACKEND': 'storages.backends.s3.S3Storage',\n        'OPTIONS': {'location': 'media'},\n    },\n}\n",
      'config/celery_app.py':
        "import os\nfrom celery import Celery\napp = Celery('shop')\napp.config_from_object('django.conf:settings', namespace='CELERY')\n",
      'shop/users/models.py':
        'from django.db.models import ImageField\nfrom django.contrib.auth.models import AbstractUser\nclass User(AbstractUser):\n    avatar = ImageField(blank=True)\n',
    },
    environment: {
      DJANGO_SETTINGS_MODULE: 'config.settings.production',
      DJANGO_SECRET_KEY: 'x',
      REDIS_URL: 'redis://10.0.0.3:6379/0',
      DATABASE_URL: 'postgresql://u:p@10.0.0.1/shop',
      WEB_CONCURRENCY: '4',
    },
    facts: postgresql(100),
    expected: answers('oooooooo'),
  },
  {
    name: 'Django with django-background-tasks, cached pages, uploads on the disk',
    framework: 'django',
    files: {
      'manage.py': "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'core.settings')\n",
      Pipfile: "[[source]]\nurl = 'https://pypi.org/simple'\n\n[packages]\ndjango = '*'\napscheduler = '*'\n",
      'core/settings.py':
        "from decouple import config\nSECRET_KEY = config('SECRET_KEY')\nDEBUG = config('DEBUG', default=False, cast=bool)\nINSTALLED_APPS = [\n    'django.contrib.sessions',\n    'photos',\n]\nDATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.postgresql',\n        'NAME': config('DB_NAME'),\n        'HOST': config('DB_HOST', default='localhost'),\n    }\n}\nMEDIA_ROOT = BASE_DIR / 'media'\n",
      'photos/forms.py':
        'from django import forms\nclass PhotoForm(forms.Form):\n    photo = forms.ImageField()\n',
      'photos/views.py':
        "from django.views.decorators.cache import cache_page\n\n@cache_page(60)\ndef index(request):\n    form = PhotoForm(request.POST, request.FILES)\n    return render(request, 'x.html')\n",
      'photos/apps.py':
        'from django.apps import AppConfig\nclass PhotosConfig(AppConfig):\n    def ready(self):\n        from apscheduler.schedulers.background import BackgroundScheduler\n        BackgroundScheduler().start()\n',
    },
    environment: { DB_HOST: '10.0.0.1', DB_NAME: 'x' },
    facts: { ...postgresql(100), startCommand: 'gunicorn core.wsgi:application --workers=5 --threads=4' },
    expected: answers('poppopoo'),
  },
  {
    name: 'Flask factory with configuration classes, both variables set',
    framework: 'flask',
    files: {
      'requirements.txt': 'Flask==3.0\nFlask-SQLAlchemy==3.1\nFlask-Login==0.6\n',
      'config.py':
        "import os\nbasedir = os.path.abspath(os.path.dirname(__file__))\n\nclass Config:\n    SECRET_KEY = os.environ.get('SECRET_KEY') or 'you-will-never-guess'\n    SQLALCHEMY_DATABASE_URI = os.environ.get('DATABASE_URL') or \\\n        'sqlite:///' + os.path.join(basedir, 'app.db')\n",
      'app/__init__.py':
        'from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\nfrom config import Config\n\ndb = SQLAlchemy()\n\ndef create_app(config_class=Config):\n    app = Flask(__name__)\n    app.config.from_object(config_class)\n    db.init_app(app)\n    return app\n',
      'microblog.py': 'from app import create_app\napp = create_app()\n',
    },
    environment: { SECRET_KEY: 's', DATABASE_URL: 'postgresql://u:p@10.0.0.1/d' },
    facts: { ...postgresql(100), startCommand: 'gunicorn -b 127.0.0.1:$PORT -w 4 microblog:app' },
    expected: answers('oooooopp'),
  },
  {
    name: 'FastAPI with async SQLAlchemy, S3 and Redis',
    framework: 'python',
    files: {
      'pyproject.toml':
        '[project]\nname = "api"\ndependencies = [\n  "fastapi>=0.115",\n  "sqlalchemy[asyncio]",\n  "asyncpg",\n  "aioboto3",\n  "redis",\n]\n',
      'app/main.py':
        "from fastapi import FastAPI, UploadFile, BackgroundTasks\nfrom starlette.middleware.sessions import SessionMiddleware\nimport aioboto3\nfrom app.settings import settings\n\napp = FastAPI()\napp.add_middleware(SessionMiddleware, secret_key=settings.secret_key)\n\n@app.post('/files')\nasync def create_file(file: UploadFile):\n    session = aioboto3.Session()\n    async with session.client('s3') as s3:\n        await s3.upload_fileobj(file, 'bucket', file.filename)\n",
      'app/settings.py':
        'from pydantic_settings import BaseSettings\n\nclass Settings(BaseSettings):\n    secret_key: str\n    database_url: str\n\nsettings = Settings()\n',
      'app/db.py':
        'from sqlalchemy.ext.asyncio import create_async_engine\nfrom app.settings import settings\nengine = create_async_engine(settings.database_url, pool_size=5, max_overflow=0)\n',
    },
    environment: { SECRET_KEY: 'x', DATABASE_URL: 'postgresql+asyncpg://u:p@10.0.0.1/d' },
    facts: { ...postgresql(100), startCommand: 'uvicorn app.main:app --workers 2 --port $PORT' },
    expected: answers('oooooooo'),
  },
  {
    name: 'site of Astro, built and served as it is',
    framework: 'static',
    files: {
      'package.json': JSON.stringify({
        scripts: { build: 'astro build', dev: 'astro dev' },
        dependencies: { astro: '^5' },
      }),
      'astro.config.mjs': "import { defineConfig } from 'astro/config';\nexport default defineConfig({});\n",
      'src/pages/index.astro': '<h1>Hello</h1>',
    },
    expected: answers('oooooooo'),
  },
];
