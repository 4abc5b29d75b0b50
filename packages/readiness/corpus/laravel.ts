import { answers, composer, postgresql, type Sample } from './sample.ts';

const key = { APP_KEY: 'base64:c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0' };
const database = { DB_CONNECTION: 'pgsql', DB_HOST: '10.0.0.1' };
const filesystems = `<?php
return [
    'default' => env('FILESYSTEM_DISK', 'local'),
    'disks' => [
        'local' => ['driver' => 'local', 'root' => storage_path('app/private')],
        'public' => ['driver' => 'local', 'root' => storage_path('app/public')],
        'media' => ['driver' => 's3', 'bucket' => env('MEDIA_BUCKET')],
        's3' => ['driver' => 's3', 'bucket' => env('AWS_BUCKET')],
    ],
];`;

export const laravelSamples: Sample[] = [
  {
    name: 'Laravel 12, nothing changed, nothing set',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^12.0'),
      'routes/web.php': "<?php\nRoute::get('/', fn () => view('welcome'));",
      'config/database.php': "<?php return ['default' => env('DB_CONNECTION', 'sqlite')];",
    },
    expected: answers('opppppou'),
  },
  {
    name: 'Laravel 12, all in the shared database and S3',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^12.0', 'league/flysystem-aws-s3-v3:^3.0'),
      'config/filesystems.php': filesystems,
      'app/Http/Controllers/AvatarController.php':
        "<?php\nclass AvatarController {\n  public function store($request) {\n    $path = $request->file('avatar')->store('avatars');\n    return $path;\n  }\n}",
      'bootstrap/app.php':
        "<?php return Application::configure()->withMiddleware(fn ($m) => $m->trustProxies(at: '*'))->create();",
    },
    environment: {
      ...key,
      ...database,
      FILESYSTEM_DISK: 's3',
      SESSION_DRIVER: 'database',
      CACHE_STORE: 'database',
    },
    facts: postgresql(200),
    expected: answers('oooooooo'),
  },
  {
    name: 'Laravel 12, uploads on the default local disk, file sessions by the environment',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^12.0'),
      'config/filesystems.php': filesystems,
      'config/session.php':
        "<?php return [\n  // 'driver' => 'database',\n  'driver' => env('SESSION_DRIVER', 'database'),\n];",
      'app/Http/Controllers/PhotoController.php':
        "<?php\nfunction save($request) { return Storage::put('photos/x.jpg', $request->photo); }",
    },
    environment: {
      ...key,
      ...database,
      SESSION_DRIVER: 'file',
      CACHE_STORE: 'redis',
      REDIS_HOST: '10.0.0.1',
      QUEUE_CONNECTION: 'redis',
    },
    facts: postgresql(50),
    expected: answers('ppooooop'),
  },
  {
    name: 'Laravel 10, drivers of its time, scheduler on each server',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^10.10'),
      'config/session.php': "<?php return ['driver' => env('SESSION_DRIVER', 'file')];",
      'config/cache.php':
        "<?php return ['default' => env('CACHE_DRIVER', 'file'), 'stores' => ['file' => ['driver' => 'file']]];",
      'config/queue.php': "<?php return ['default' => env('QUEUE_CONNECTION', 'sync')];",
      'config/app.php': "<?php return ['key' => env('APP_KEY'), 'cipher' => 'AES-256-CBC'];",
      'config/database.php': "<?php return ['default' => env('DB_CONNECTION', 'mysql')];",
      'app/Console/Kernel.php':
        "<?php\nclass Kernel {\n  protected function schedule(Schedule $schedule) {\n    $schedule->command('reports:send')->dailyAt('07:00');\n    $schedule->command('prune')->hourly()->onOneServer();\n  }\n}",
      'app/Http/Middleware/TrustProxies.php': '<?php class TrustProxies { protected $proxies; }',
    },
    environment: { ...key, DB_HOST: '10.0.0.1' },
    facts: { database: { engine: 'mariadb', maxConnections: 151 } },
    expected: answers('opppoooo'),
  },
  {
    name: 'Laravel 11, the public disk named in the code although the default is S3',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^11.9', 'league/flysystem-aws-s3-v3:^3.0'),
      'config/filesystems.php': filesystems,
      'app/Livewire/Upload.php':
        "<?php\nclass Upload { public function save() { $this->photo->store('photos', 'public'); } }",
    },
    environment: {
      ...key,
      ...database,
      FILESYSTEM_DISK: 's3',
      CACHE_STORE: 'memcached',
      MEMCACHED_HOST: '127.0.0.1',
      QUEUE_CONNECTION: 'sync',
    },
    facts: postgresql(),
    expected: answers('popooooo'),
  },
  {
    name: 'Laravel 11, another disk on S3 by name, key made by the build',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^11.0', 'league/flysystem-aws-s3-v3:^3.0'),
      'config/filesystems.php': filesystems,
      'app/Models/Report.php':
        "<?php\nclass Report {\n  function keep($pdf) { Storage::disk('media')->put('r.pdf', $pdf); }\n}",
    },
    environment: {
      ...database,
      SESSION_DRIVER: 'cookie',
      CACHE_STORE: 'redis',
      REDIS_HOST: 'localhost',
      QUEUE_CONNECTION: 'redis',
    },
    facts: { ...postgresql(), buildCommand: 'php artisan key:generate && npm run build' },
    expected: answers('ooppopoo'),
  },
  {
    name: 'Laravel 12, S3 without its package, writes past Storage',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^12.0'),
      'app/Services/Export.php':
        "<?php\nclass Export {\n  function run($rows) {\n    file_put_contents(storage_path('exports/all.csv'), $rows);\n    file_put_contents('/tmp/progress', '1');\n    Storage::put('exports/all.csv', $rows);\n  }\n}",
    },
    environment: { ...key, ...database, FILESYSTEM_DISK: 's3' },
    facts: postgresql(),
    expected: answers('pooopooo'),
  },
  {
    name: 'Laravel 12 with drivers that this scanner does not know',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^12.0'),
      'config/session.php': "<?php return ['driver' => env('SESSION_DRIVER', 'database')];",
      'config/cache.php': "<?php return ['default' => config_for('cache')];",
      'config/filesystems.php':
        "<?php return ['default' => 'vault', 'disks' => ['vault' => ['driver' => custom()]]];",
      'app/Up.php': "<?php Storage::putFile('x', $file);",
    },
    environment: { ...key, ...database, SESSION_DRIVER: 'tarantool', QUEUE_CONNECTION: 'pigeon' },
    facts: postgresql(null),
    expected: answers('uuuuooou'),
  },
  {
    name: 'Laravel 12 with a queue worker, jobs within the request',
    framework: 'laravel',
    files: {
      artisan: '',
      'composer.json': composer('laravel/framework:^12.0', 'league/flysystem-aws-s3-v3:^3.0'),
      'config/filesystems.php': filesystems,
      'config/queue.php': "<?php return ['default' => env('QUEUE_CONNECTION', 'sync')];",
      'bootstrap/app.php':
        "<?php return Application::configure()->withMiddleware(fn ($m) => $m->trustProxies(at: '*'))->create();",
    },
    environment: {
      ...key,
      ...database,
      FILESYSTEM_DISK: 's3',
      SESSION_DRIVER: 'database',
      CACHE_STORE: 'database',
    },
    facts: { ...postgresql(200), hasWorkers: true },
    expected: answers('ooopoooo'),
  },
];
