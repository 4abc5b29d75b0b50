import { answers, composer, manifest, postgresql, type Sample } from './sample.ts';

/**
 * Written when the scanner was done, in other idioms than the corpus. When the scanner first met it, answers had precision 0.991 and recall 0.957, problems 0.957 and 0.957;
 * two faults that it showed were put right since.
 */
export const holdOut: readonly Sample[] = [
  {
    name: 'Laravel 10 back office: public disk by name, all else shared',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('php:^8.1', 'laravel/framework:^10.0', 'predis/predis:^2.0'),
      'config/cache.php':
        "<?php\n\nuse Illuminate\\Support\\Str;\n\nreturn [\n\n    'default' => env('CACHE_DRIVER', 'file'),\n\n    'stores' => [\n        'redis' => ['driver' => 'redis', 'connection' => 'cache'],\n    ],\n\n    'prefix' => env('CACHE_PREFIX', Str::slug(env('APP_NAME', 'laravel'), '_').'_cache_'),\n\n];\n",
      'config/app.php':
        "<?php\n\nreturn [\n    'name' => env('APP_NAME', 'Laravel'),\n    'key' => env('APP_KEY'),\n];\n",
      'app/Console/Kernel.php':
        "<?php\n\nclass Kernel extends ConsoleKernel\n{\n    protected function schedule(Schedule $schedule): void\n    {\n        $schedule->command('invoices:send')\n            ->onOneServer()\n            ->daily();\n    }\n}\n",
      'app/Http/Controllers/DocumentController.php':
        "<?php\n\nuse Illuminate\\Support\\Facades\\Storage;\n\nclass DocumentController extends Controller\n{\n    public function upload(Request $request)\n    {\n        Storage::disk('public')->putFileAs('documents', $request->file('document'), 'x.pdf');\n    }\n}\n",
    },
    environment: {
      APP_KEY: 'base64:k',
      DB_CONNECTION: 'pgsql',
      DB_HOST: '10.0.4.1',
      SESSION_DRIVER: 'redis',
      CACHE_DRIVER: 'redis',
      REDIS_HOST: '10.0.4.2',
      QUEUE_CONNECTION: 'database',
    },
    facts: postgresql(200),
    expected: answers('pooooooo'),
  },
  {
    name: 'Laravel 12 API: the disk as an option of store, sessions unused, SQLite left over',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^12.1', 'league/flysystem-aws-s3-v3:^3.29'),
      'app/Http/Controllers/FileController.php':
        "<?php\n\nclass FileController extends Controller\n{\n    public function __invoke(StoreFile $request)\n    {\n        $file = $request->validated('file');\n        return ['path' => $file->store('docs', ['disk' => 's3'])];\n    }\n}\n",
      'config/database.php':
        "<?php\n\nreturn [\n    'default' => env('DB_CONNECTION', 'sqlite'),\n    'connections' => [\n        'sqlite' => ['driver' => 'sqlite', 'database' => database_path('database.sqlite')],\n    ],\n];\n",
    },
    environment: {
      APP_KEY: 'base64:k',
      CACHE_STORE: 'redis',
      REDIS_URL: 'redis://10.0.0.2',
      SESSION_DRIVER: 'cookie',
      QUEUE_CONNECTION: 'sqs',
    },
    expected: answers('oooopoou'),
  },
  {
    name: 'WordPress of the official image: keys from the environment with placeholders, Memcached',
    framework: 'wordpress',
    files: {
      'wp-config.php':
        "<?php\nif (!function_exists('getenv_docker')) {\n\tfunction getenv_docker($env, $default) {\n\t\treturn ($val = getenv($env)) ? $val : $default;\n\t}\n}\ndefine( 'DB_HOST', getenv_docker('WORDPRESS_DB_HOST', 'mysql') );\ndefine( 'AUTH_KEY', getenv_docker('WORDPRESS_AUTH_KEY', 'put your unique phrase here') );\ndefine( 'SECURE_AUTH_KEY', getenv_docker('WORDPRESS_SECURE_AUTH_KEY', 'put your unique phrase here') );\n$memcached_servers = array( 'default' => array( '10.0.0.8:11211' ) );\n",
      'wp-content/object-cache.php':
        "<?php\n/*\nPlugin Name: Memcached\n*/\nclass WP_Object_Cache {\n\tfunction __construct() {\n\t\tglobal $memcached_servers;\n\t\t$this->mc['default'] = new Memcached();\n\t}\n}\n",
      'wp-content/themes/child/functions.php': "<?php\nadd_theme_support( 'title-tag' );\n",
    },
    facts: { database: { engine: 'mariadb', maxConnections: 151 } },
    expected: answers('pooopooo'),
  },
  {
    name: 'plain PHP: sessions by a handler of its own over PDO, uploads to S3',
    framework: 'php',
    files: {
      'composer.json': composer('aws/aws-sdk-php:^3'),
      'public/index.php':
        "<?php\nrequire '../vendor/autoload.php';\nrequire '../src/DbSessions.php';\n$pdo = new PDO(getenv('DSN'), getenv('DB_USER'), getenv('DB_PASSWORD'));\nsession_set_save_handler(new DbSessions($pdo), true);\nsession_start();\n",
      'public/photo.php':
        "<?php\nuse Aws\\S3\\S3Client;\n$s3 = new S3Client(['region' => 'eu-central-1', 'version' => 'latest']);\n$s3->putObject(['Bucket' => getenv('BUCKET'), 'Key' => 'p', 'SourceFile' => $_FILES['photo']['tmp_name']]);\n",
      'src/DbSessions.php':
        "<?php\nclass DbSessions implements SessionHandlerInterface {\n  public function read(string $id): string|false { return $this->pdo->query('select 1')->fetchColumn(); }\n}\n",
    },
    facts: postgresql(100),
    expected: answers('oooooooo'),
  },
  {
    name: 'Symfony with VichUploader over Flysystem, a Redis handler as a service, Redis pools',
    framework: 'symfony',
    files: {
      'composer.json': composer(
        'symfony/framework-bundle:^7.2',
        'vich/uploader-bundle:^2',
        'league/flysystem-bundle:^3',
        'symfony/messenger:^7',
      ),
      'public/index.php':
        "<?php\nuse App\\Kernel;\nreturn fn (array $context) => new Kernel($context['APP_ENV'], false);\n",
      'config/packages/framework.yaml':
        "framework:\n    secret: '%env(APP_SECRET)%'\n    session:\n        handler_id: Symfony\\Component\\HttpFoundation\\Session\\Storage\\Handler\\RedisSessionHandler\n        cookie_secure: auto\n",
      'config/packages/cache.yaml':
        "framework:\n    cache:\n        app: cache.adapter.redis_tag_aware\n        default_redis_provider: '%env(REDIS_URL)%'\n        pools:\n            app.cache.menu:\n                adapter: cache.app\n",
      'config/packages/vich_uploader.yaml':
        'vich_uploader:\n    db_driver: orm\n    storage: flysystem\n    mappings:\n        products:\n            uri_prefix: /products\n            upload_destination: default.storage\n',
      'config/packages/messenger.yaml':
        "framework:\n    messenger:\n        transports:\n            async:\n                dsn: '%env(MESSENGER_TRANSPORT_DSN)%'\n                retry_strategy:\n                    max_retries: 3\n        routing: {}\n",
      'config/packages/doctrine.yaml': "doctrine:\n    dbal:\n        url: '%env(resolve:DATABASE_URL)%'\n",
      'src/Entity/Product.php':
        '<?php\nnamespace App\\Entity;\nuse Symfony\\Component\\HttpFoundation\\File\\File;\nclass Product { private ?File $image = null; }\n',
    },
    environment: {
      APP_SECRET: 'q',
      REDIS_URL: 'redis://10.0.0.3',
      MESSENGER_TRANSPORT_DSN: 'redis://10.0.0.3/messages',
      DATABASE_URL: 'mysql://u:p@10.0.0.1/a',
    },
    facts: { database: { engine: 'mariadb', maxConnections: 30 } },
    expected: answers('ooooooop'),
  },
  {
    name: 'Express: Cloudinary, node-schedule, a pool of Sequelize, keys in the code',
    framework: 'express',
    files: {
      'package.json': manifest(
        'express',
        'cookie-session',
        'express-fileupload',
        'cloudinary',
        'node-schedule',
        'sequelize',
        'pg',
        'passport',
      ),
      'server/index.js':
        "const express = require('express');\nconst fileUpload = require('express-fileupload');\nconst cookieSession = require('./middleware/session');\n\nconst app = express();\napp.set('trust proxy', process.env.NODE_ENV === 'production');\napp.use(fileUpload({ useTempFiles: true, tempFileDir: '/tmp/' }));\napp.use(cookieSession);\nrequire('./jobs/cleanup');\nrequire('./routes/photos')(app);\n",
      'server/middleware/session.js':
        "const cookieSession = require('cookie-session');\n\nmodule.exports = cookieSession({\n  name: 'session',\n  keys: ['one-key', 'older-key'],\n  maxAge: 24 * 60 * 60 * 1000,\n});\n",
      'server/jobs/cleanup.js':
        "const schedule = require('node-schedule');\nconst db = require('../db');\n\nschedule.scheduleJob('0 3 * * *', () => db.query('delete from carts'));\n",
      'server/db.js':
        "const { Sequelize } = require('sequelize');\nmodule.exports = new Sequelize(process.env.DATABASE_URL, {\n  dialect: 'postgres',\n  pool: { max: 20, min: 2, idle: 10000 },\n});\n",
      'server/routes/photos.js':
        "const cloudinary = require('cloudinary').v2;\n\nmodule.exports = (app) => {\n  app.post('/photos', async (req, res) => {\n    const { secure_url } = await cloudinary.uploader.upload(req.files.photo.tempFilePath);\n    res.json({ url: secure_url });\n  });\n};\n",
    },
    environment: { NODE_ENV: 'production' },
    facts: postgresql(100),
    expected: answers('ooopoooo'),
  },
  {
    name: 'Fastify: multipart to S3, @fastify/session in Redis, no proxy trusted',
    framework: 'fastify',
    files: {
      'package.json': manifest(
        'fastify',
        '@fastify/session',
        '@fastify/cookie',
        'connect-redis',
        'ioredis',
        '@fastify/multipart',
        '@aws-sdk/lib-storage',
        '@aws-sdk/client-s3',
      ),
      'src/app.ts':
        "import fastify, { type FastifyInstance } from 'fastify';\nimport cookie from '@fastify/cookie';\nimport fastifySession from '@fastify/session';\nimport multipart from '@fastify/multipart';\nimport { RedisStore } from 'connect-redis';\nimport { Redis } from 'ioredis';\nimport { Upload } from '@aws-sdk/lib-storage';\nimport { env } from './env.js';\n\nexport function build(): FastifyInstance {\n  const app = fastify({ logger: true });\n  app.register(cookie);\n  app.register(fastifySession, {\n    store: new RedisStore({ client: new Redis(env.REDIS_URL) }),\n    secret: env.SESSION_SECRET,\n  });\n  app.register(multipart);\n  app.post('/files', async (request) => {\n    const part = await request.file();\n    await new Upload({ client, params: { Bucket: env.BUCKET, Key: 'k', Body: part?.file } }).done();\n  });\n  return app;\n}\n",
      'src/env.ts':
        "import { z } from 'zod';\nexport const env = z.object({ REDIS_URL: z.string(), SESSION_SECRET: z.string().min(32), BUCKET: z.string() }).parse(process.env);\n",
    },
    environment: { REDIS_URL: 'redis://10.0.0.9:6379', SESSION_SECRET: 'x'.repeat(40), BUCKET: 'b' },
    expected: answers('oooooopo'),
  },
  {
    name: 'Koa: koa-body with an upload folder, sessions in the cookie',
    framework: 'node',
    files: {
      'package.json': manifest('koa', 'koa-body', 'koa-session', '@koa/router'),
      'app.mjs':
        "import Koa from 'koa';\nimport { koaBody } from 'koa-body';\nimport session from 'koa-session';\n\nconst app = new Koa();\napp.keys = [process.env.APP_KEYS_SECRET];\napp.use(session(app));\napp.use(koaBody({ multipart: true, formidable: { uploadDir: './uploads', keepExtensions: true } }));\napp.use((ctx) => {\n  ctx.body = ctx.ip;\n});\napp.listen(3000);\n",
    },
    environment: { APP_KEYS_SECRET: 'x' },
    expected: answers('pooooopo'),
  },
  {
    name: 'Next.js: next-auth with a secret that is not set, unstable_cache, Drizzle over pg',
    framework: 'next',
    files: {
      'package.json': manifest('next', 'react', 'react-dom', 'next-auth', 'drizzle-orm', 'pg'),
      'src/lib/auth.ts':
        "import type { NextAuthOptions } from 'next-auth';\nexport const authOptions: NextAuthOptions = {\n  secret: process.env.NEXTAUTH_SECRET,\n  session: { strategy: 'jwt' },\n  providers: [],\n};\n",
      'src/lib/db.ts':
        "import { drizzle } from 'drizzle-orm/node-postgres';\nimport { Pool } from 'pg';\nconst pool = new Pool({ connectionString: process.env.DATABASE_URL });\nexport const db = drizzle(pool);\n",
      'src/lib/posts.ts':
        "import { unstable_cache as cache } from 'next/cache';\nexport const getPosts = cache(async () => [], ['posts'], { revalidate: 3600 });\n",
      'src/app/page.tsx':
        "import { getPosts } from '@/lib/posts';\nexport default async function Page() {\n  return <ul>{(await getPosts()).map(() => null)}</ul>;\n}\n",
    },
    facts: postgresql(100),
    expected: answers('oopoopoo'),
  },
  {
    name: 'NestJS over Fastify: @Cron, a cache by registerAsync in Redis, Mongoose',
    framework: 'nest',
    files: {
      'package.json': manifest(
        '@nestjs/core',
        '@nestjs/platform-fastify',
        '@nestjs/schedule',
        '@nestjs/cache-manager',
        'cache-manager-redis-yet',
        '@nestjs/mongoose',
        'mongoose',
      ),
      'src/main.ts':
        "import { NestFactory } from '@nestjs/core';\nimport { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';\nimport { AppModule } from './app.module';\n\nconst app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter({ trustProxy: '127.0.0.1' }));\nawait app.listen(3000, '127.0.0.1');\n",
      'src/app.module.ts':
        "import { Module } from '@nestjs/common';\nimport { CacheModule } from '@nestjs/cache-manager';\nimport { redisStore } from 'cache-manager-redis-yet';\n\n@Module({\n  imports: [\n    CacheModule.registerAsync({\n      isGlobal: true,\n      useFactory: async () => ({ store: await redisStore({ url: process.env.REDIS_URL }) }),\n    }),\n  ],\n})\nexport class AppModule {}\n",
      'src/tasks.service.ts':
        "import { Injectable } from '@nestjs/common';\nimport { Cron, CronExpression } from '@nestjs/schedule';\n\n@Injectable()\nexport class TasksService {\n  @Cron(CronExpression.EVERY_HOUR)\n  remind() {}\n}\n",
    },
    environment: { REDIS_URL: 'redis://10.0.0.2' },
    expected: answers('ooopoooo'),
  },
  {
    name: 'Django: a random secret where none is set, caches under a condition, cached_db, huey in Redis',
    framework: 'django',
    files: {
      'manage.py':
        "#!/usr/bin/env python\nimport os, sys\nfrom django.core.management import execute_from_command_line\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'app.settings')\nexecute_from_command_line(sys.argv)\n",
      'requirements.txt': 'Django>=4.2,<5\nhuey\nredis\npsycopg[binary]\n',
      'app/settings.py':
        "import os\nfrom django.core.management.utils import get_random_secret_key\n\nSECRET_KEY = os.environ.get('SECRET_KEY', get_random_secret_key())\n\nINSTALLED_APPS = [\n    'django.contrib.auth',\n    'django.contrib.sessions',\n    'huey.contrib.djhuey',\n]\n\nif os.environ.get('REDIS_URL'):\n    CACHES = {\n        'default': {\n            'BACKEND': 'django.core.cache.backends.redis.RedisCache',\n            'LOCATION': os.environ['REDIS_URL'],\n        }\n    }\n\nSESSION_ENGINE = 'django.contrib.sessions.backends.cached_db'\nUSE_X_FORWARDED_HOST = True\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n\nDATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.postgresql',\n        'NAME': os.environ['DB_NAME'],\n        'HOST': os.environ['DB_HOST'],\n        'CONN_MAX_AGE': 60,\n    }\n}\n",
      'app/tasks.py': 'from huey.contrib.djhuey import db_task\n\n@db_task()\ndef send():\n    pass\n',
    },
    environment: { REDIS_URL: 'redis://10.0.0.2:6379', DB_NAME: 'a', DB_HOST: '10.0.0.1' },
    facts: { ...postgresql(100), startCommand: 'gunicorn app.wsgi -w 3' },
    expected: answers('ooooopoo'),
  },
  {
    name: 'Django: a storage on the disk for invoices, logs written by a view',
    framework: 'django',
    files: {
      'manage.py':
        "import os\nfrom django.core.management import execute_from_command_line\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'erp.settings.prod')\n",
      'pyproject.toml':
        '[tool.poetry.dependencies]\npython = "^3.12"\ndjango = "^5.1"\ndjango-storages = "^1.14"\n',
      'erp/settings/common.py':
        "from pathlib import Path\nimport os\nBASE_DIR = Path(__file__).resolve().parent.parent.parent\nSECRET_KEY = os.environ['DJANGO_SECRET']\nINSTALLED_APPS = ['django.contrib.sessions', 'invoices']\nDATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'HOST': os.environ['DB_HOST']}}\n",
      'erp/settings/prod.py':
        "from erp.settings.common import *\n\nDEFAULT_FILE_STORAGE = 'storages.backends.gcloud.GoogleCloudStorage'\nCACHES = {'default': {'BACKEND': 'django.core.cache.backends.filebased.FileBasedCache', 'LOCATION': '/var/tmp/django_cache'}}\n",
      'invoices/models.py':
        "from django.core.files.storage import FileSystemStorage\nfrom django.db import models\n\nprivate = FileSystemStorage(location='/srv/invoices')\n\nclass Invoice(models.Model):\n    pdf = models.FileField(storage=private)\n",
      'invoices/views.py':
        "from pathlib import Path\n\ndef export(request):\n    Path('exports/last.json').write_text('{}')\n",
    },
    environment: { DJANGO_SECRET: 'x', DB_HOST: '10.0.0.1' },
    facts: { database: { engine: 'mariadb', maxConnections: 151 } },
    expected: answers('popopopu'),
  },
  {
    name: 'Flask: Flask-Session by a variable, S3 by put_object, Celery by a class, pool options',
    framework: 'flask',
    files: {
      'requirements.txt': 'flask\nflask-session\nflask-sqlalchemy\ncelery[redis]\nboto3\ngunicorn\n',
      'settings.py':
        "import os\n\nclass Production:\n    SECRET_KEY = os.environ['SECRET_KEY']\n    SESSION_TYPE = os.environ.get('SESSION_TYPE', 'filesystem')\n    SQLALCHEMY_DATABASE_URI = os.environ['DATABASE_URL']\n    CELERY = dict(broker_url=os.environ['REDIS_URL'], result_backend=os.environ['REDIS_URL'])\n",
      'web/__init__.py':
        "from celery import Celery\nfrom flask import Flask\nfrom flask_session import Session\nfrom flask_sqlalchemy import SQLAlchemy\nfrom werkzeug.middleware.proxy_fix import ProxyFix\n\ndb = SQLAlchemy(engine_options={'pool_size': 5})\n\ndef create_app():\n    app = Flask(__name__)\n    app.config.from_object('settings.Production')\n    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)\n    Session(app)\n    db.init_app(app)\n    return app\n",
      'web/files.py':
        "import boto3\nfrom flask import Blueprint, request\n\nbp = Blueprint('files', __name__)\ns3 = boto3.client('s3')\n\n@bp.post('/files')\ndef upload():\n    file = request.files['file']\n    s3.put_object(Bucket='b', Key=file.filename, Body=file.read())\n    return '', 201\n",
    },
    environment: {
      SECRET_KEY: 'x',
      SESSION_TYPE: 'redis',
      DATABASE_URL: 'postgresql://u:p@10.0.0.1/d',
      REDIS_URL: 'redis://10.0.0.2:6379/0',
    },
    facts: { ...postgresql(100), startCommand: "gunicorn 'web:create_app()' --workers 2" },
    expected: answers('oooooooo'),
  },
  {
    name: 'FastAPI: SQLModel on SQLite, a cache in memory, AsyncIOScheduler, aiofiles',
    framework: 'python',
    files: {
      'requirements.txt': 'fastapi[standard]\nsqlmodel\nfastapi-cache2\napscheduler\naiofiles\n',
      'main.py':
        "from contextlib import asynccontextmanager\n\nimport aiofiles\nfrom apscheduler.schedulers.asyncio import AsyncIOScheduler\nfrom fastapi import FastAPI, File, UploadFile\nfrom fastapi_cache import FastAPICache\nfrom fastapi_cache.backends.inmemory import InMemoryBackend\nfrom sqlmodel import Session, create_engine\n\nengine = create_engine('sqlite:///database.db')\nscheduler = AsyncIOScheduler()\n\n@asynccontextmanager\nasync def lifespan(app):\n    FastAPICache.init(InMemoryBackend())\n    scheduler.start()\n    yield\n\napp = FastAPI(lifespan=lifespan)\n\n@app.post('/files')\nasync def create(file: UploadFile = File(...)):\n    async with aiofiles.open(f'files/{file.filename}', 'wb') as out:\n        await out.write(await file.read())\n",
    },
    facts: { startCommand: 'fastapi run main.py --port $PORT' },
    expected: answers('popppooo'),
  },
  {
    name: 'Node.js: a chat that keeps its state in a file, addresses from the socket',
    framework: 'node',
    files: {
      'package.json': JSON.stringify({
        name: 'chat',
        type: 'module',
        scripts: { start: 'node src/main.js' },
        dependencies: { ws: '^8' },
      }),
      'src/main.js':
        "import { createServer } from 'node:http';\nimport fs from 'node:fs';\nimport { WebSocketServer } from 'ws';\n\nconst rooms = new Map();\nconst server = createServer();\nconst wss = new WebSocketServer({ server });\nwss.on('connection', (socket, request) => {\n  rooms.set(request.socket.remoteAddress, socket);\n});\nsetInterval(async () => {\n  await fs.promises.writeFile('./data/rooms.json', JSON.stringify([...rooms.keys()]));\n}, 5000);\nserver.listen(process.env.PORT);\n",
    },
    expected: answers('oooopopo'),
  },
];
