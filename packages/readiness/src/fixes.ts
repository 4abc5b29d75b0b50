import type { Fix, PointKey } from './finding.ts';
import type { FrameworkName } from './scan.ts';

const fix = (title: string, text: string, code: string | null = null): Fix => ({ title, text, code });
type Fixes = Partial<Record<FrameworkName, Fix>>;

const s3 = (title: string) =>
  fix(title, 'Write uploads with an S3 client instead of fs.', 'npm install @aws-sdk/client-s3');
const trust = (title: string, code: string) =>
  fix(title, 'Each backend’s own Nginx hands requests on from 127.0.0.1: trust that address alone.', code);
const gunicorn = (title: string) =>
  fix(
    title,
    'Say how many workers the app starts, so that it can be counted; each holds its own connections.',
    'gunicorn --workers 4 …',
  );

/** How to put each point right, for each framework; what a framework lacks is its language's. */
const fixes: Record<PointKey, Fixes> = {
  uploads: {
    laravel: fix(
      'Laravel',
      'Set the disk in the environment and write through Storage.',
      'FILESYSTEM_DISK=s3\nAWS_BUCKET=…\nAWS_DEFAULT_REGION=…\nAWS_ACCESS_KEY_ID=…\nAWS_SECRET_ACCESS_KEY=…',
    ),
    wordpress: fix(
      'WordPress',
      'Add a plugin that moves media to S3, for example WP Offload Media, and set it up by a constant.',
      "define('AS3CF_SETTINGS', serialize(['provider' => 'aws', 'use-server-roles' => false]));",
    ),
    symfony: fix(
      'Symfony',
      'Write uploads through Flysystem with its S3 adapter.',
      'composer require league/flysystem-bundle league/flysystem-aws-s3-v3',
    ),
    php: fix(
      'PHP',
      'Send uploads to object storage instead of move_uploaded_file().',
      'composer require aws/aws-sdk-php',
    ),
    django: fix(
      'Django',
      'Use django-storages.',
      "STORAGES = {\n    'default': {'BACKEND': 'storages.backends.s3.S3Storage', 'OPTIONS': {'bucket_name': '…'}},\n    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},\n}",
    ),
    python: fix(
      'Python',
      'Send uploads to object storage.',
      "boto3.client('s3').upload_fileobj(file, '…', name)",
    ),
    express: fix(
      'Express',
      'Give multer a storage that writes to S3.',
      'npm install multer-s3 @aws-sdk/client-s3',
    ),
    nest: fix(
      'NestJS',
      'Give FileInterceptor a storage that writes to S3.',
      'npm install multer-s3 @aws-sdk/client-s3',
    ),
    node: s3('Node.js'),
  },
  sessions: {
    laravel: fix('Laravel', 'Change the session driver.', 'SESSION_DRIVER=database'),
    wordpress: fix(
      'WordPress',
      'Core keeps sessions in the database already; replace the plugin or theme that calls session_start().',
    ),
    symfony: fix(
      'Symfony',
      'Keep sessions in the database.',
      "framework:\n    session:\n        handler_id: '%env(DATABASE_URL)%'",
    ),
    php: fix(
      'PHP',
      'Keep sessions in Redis.',
      'session.save_handler = redis\nsession.save_path = "tcp://10.0.0.5:6379"',
    ),
    django: fix(
      'Django',
      'Keep sessions in the database.',
      "SESSION_ENGINE = 'django.contrib.sessions.backends.db'",
    ),
    python: fix(
      'Flask',
      'Keep sessions in Redis, or in the signed cookie that Flask uses by itself.',
      "SESSION_TYPE = 'redis'",
    ),
    fastify: fix(
      'Fastify',
      'Keep the session in a sealed cookie, or give @fastify/session a store.',
      'npm install @fastify/secure-session',
    ),
    node: fix(
      'Express',
      'Give express-session a shared store, for example connect-pg-simple or connect-redis.',
      'npm install connect-pg-simple',
    ),
  },
  cache: {
    laravel: fix('Laravel', 'Change the cache store.', 'CACHE_STORE=redis'),
    wordpress: fix(
      'WordPress',
      'Use an object cache plugin with Redis, and no page cache in files.',
      "define('WP_REDIS_HOST', '10.0.0.5');",
    ),
    symfony: fix(
      'Symfony',
      'Keep the cache in Redis.',
      "framework:\n    cache:\n        app: cache.adapter.redis\n        default_redis_provider: '%env(REDIS_URL)%'",
    ),
    php: fix('PHP', 'Keep what must be the same everywhere in Redis or Memcached.'),
    django: fix(
      'Django',
      'Keep the cache in Redis.',
      "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache', 'LOCATION': os.environ['REDIS_URL']}}",
    ),
    python: fix('Python', 'Keep the cache in Redis.', "CACHE_TYPE = 'RedisCache'"),
    next: fix(
      'Next.js',
      'Give Next.js a cache handler that keeps pages in Redis.',
      "cacheHandler: require.resolve('./cache-handler.js'),\ncacheMaxMemorySize: 0",
    ),
    nest: fix('NestJS', 'Give CacheModule a store in Redis.', 'npm install @keyv/redis'),
    node: fix('Node.js', 'Keep only what may differ in memory; put the rest into Redis.'),
  },
  jobs: {
    laravel: fix(
      'Laravel',
      'Share the queue, and guard scheduled tasks with onOneServer().',
      'QUEUE_CONNECTION=database',
    ),
    symfony: fix(
      'Symfony',
      'Keep messages in the database or Redis.',
      'MESSENGER_TRANSPORT_DSN=doctrine://default',
    ),
    php: fix('PHP', 'Put work for later into a table or Redis, and let one worker take it.'),
    python: fix(
      'Python',
      'Use Celery or RQ over Redis, and start one scheduler, not one in each process.',
      'CELERY_BROKER_URL=redis://10.0.0.5:6379/0',
    ),
    node: fix(
      'Node.js',
      'Use a queue in Redis or the database (BullMQ, pg-boss), and take timed work out of the web process.',
    ),
  },
  'local-state': {
    laravel: fix('Laravel', 'Use the shared database, and write through Storage.', 'DB_CONNECTION=pgsql'),
    wordpress: fix(
      'WordPress',
      'Install plugins and themes through the repository, not through the dashboard.',
      "define('DISALLOW_FILE_MODS', true);",
    ),
    symfony: fix('Symfony', 'Use the shared database, and keep var/ for caches alone.'),
    php: fix('PHP', 'Write into the database or object storage.'),
    django: fix('Django', 'Use the shared database.', "DATABASES = {'default': dj_database_url.config()}"),
    python: fix('Python', 'Use the shared database, and object storage for files.'),
    node: fix('Node.js', 'Look for SQLite files, generated reports and in-memory maps that stand for data.'),
  },
  secrets: {
    laravel: fix(
      'Laravel',
      'Make a key once and set it in the environment.',
      'php artisan key:generate --show',
    ),
    wordpress: fix('WordPress', 'Write the keys into wp-config.php, or set them in the environment.'),
    symfony: fix('Symfony', 'Set APP_SECRET in the environment.', 'openssl rand -hex 16'),
    php: fix('PHP', 'Read keys from the environment.', "define('APP_KEY', getenv('APP_KEY'));"),
    django: fix('Django', 'Read SECRET_KEY from the environment.', "SECRET_KEY = os.environ['SECRET_KEY']"),
    python: fix(
      'Python',
      'Read the secret from the environment.',
      "app.secret_key = os.environ['SECRET_KEY']",
    ),
    next: fix(
      'Next.js',
      'Make a key once and set it in the environment.',
      'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY=$(openssl rand -base64 32)',
    ),
    node: fix(
      'Node.js',
      'Set the secret in the environment and read it there.',
      'secret: process.env.SESSION_SECRET',
    ),
  },
  'trusted-proxies': {
    django: fix(
      'Django',
      'Say which header field tells HTTPS.',
      "SECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')",
    ),
    flask: fix('Flask', 'Believe one proxy.', 'app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)'),
    python: fix(
      'Python',
      'Let the server believe the proxy on its own machine.',
      'uvicorn --proxy-headers --forwarded-allow-ips 127.0.0.1 …',
    ),
    fastify: trust('Fastify', "fastify({ trustProxy: '127.0.0.1' })"),
    nest: trust('NestJS', "app.set('trust proxy', 'loopback')"),
    express: trust('Express', "app.set('trust proxy', 'loopback')"),
    node: trust('Node.js', "app.set('trust proxy', 'loopback')"),
  },
  'database-connections': {
    laravel: fix('Database', 'Raise max_connections of the database.', 'max_connections = 300'),
    php: fix('Database', 'Raise max_connections of the database.', 'max_connections = 300'),
    django: gunicorn('Django'),
    python: gunicorn('Python'),
    node: fix(
      'Node.js',
      'Make the pool smaller, or raise max_connections of the database.',
      'new Pool({ max: 5 })',
    ),
  },
};

/** Whose fix is used where a framework has none of its own. */
const families: Record<FrameworkName, FrameworkName> = {
  laravel: 'php',
  wordpress: 'php',
  symfony: 'php',
  php: 'php',
  django: 'python',
  flask: 'python',
  python: 'python',
  next: 'node',
  nest: 'node',
  fastify: 'node',
  express: 'node',
  node: 'node',
  static: 'static',
};

/** How to put a point right with a framework; null where nothing is known. */
export function fixFor(key: PointKey, framework: FrameworkName | null): Fix | null {
  if (framework === null) return null;
  return fixes[key][framework] ?? fixes[key][families[framework]] ?? null;
}
