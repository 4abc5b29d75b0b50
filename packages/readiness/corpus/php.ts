import { answers, composer, postgresql, type Sample } from './sample.ts';

export const phpSamples: Sample[] = [
  {
    name: 'plain PHP page',
    framework: 'php',
    files: {
      'index.php': "<h1>Hello</h1>\n<?php // session_start(); would need a store\necho date('c'); ?>",
    },
    expected: answers('oooooooo'),
  },
  {
    name: 'plain PHP with a sign-in and uploads',
    framework: 'php',
    files: {
      'public/index.php': "<?php\nsession_start();\n$pdo = new PDO('pgsql:host=' . getenv('DB_HOST'));",
      'public/upload.php':
        "<?php\nif (isset($_FILES['photo'])) {\n  move_uploaded_file($_FILES['photo']['tmp_name'], __DIR__ . '/photos/' . uniqid());\n}",
    },
    facts: postgresql(200),
    expected: answers('ppoooooo'),
  },
  {
    name: 'plain PHP with sessions in Redis, by .user.ini',
    framework: 'php',
    files: {
      'public/index.php': '<?php session_start(); ?>',
      'public/.user.ini':
        '; where sessions are kept\nsession.save_handler = redis\nsession.save_path = "tcp://10.0.0.9:6379"\n',
      'src/cache.php': "<?php\nif (!apcu_exists('menu')) { apcu_store('menu', build()); }",
    },
    expected: answers('oopooooo'),
  },
  {
    name: 'plain PHP with sessions in a Redis of each server, a guest book in a file',
    framework: 'php',
    files: {
      'index.php':
        "<?php\nini_set('session.save_handler', 'redis');\nini_set('session.save_path', 'tcp://127.0.0.1:6379');\nsession_start();\n$f = fopen('guests.txt', 'a');\nfwrite($f, $_POST['name']);",
    },
    expected: answers('opoopooo'),
  },
  {
    name: 'plain PHP that reads files and makes pictures for the visitor alone',
    framework: 'php',
    files: {
      'index.php':
        "<?php\n$f = fopen('data.json', 'r');\n$text = 'file_put_contents(\"x\", 1)';\nimagepng($image);\n$tmp = tempnam(sys_get_temp_dir(), 'x');\nfile_put_contents(sys_get_temp_dir() . '/x', $text);",
    },
    expected: answers('oooooooo'),
  },
  {
    name: 'plain PHP with SQLite and a key for each process',
    framework: 'php',
    files: {
      'index.php':
        "<?php\ndefine('SIGNING_KEY', bin2hex(random_bytes(32)));\n$db = new PDO('sqlite:' . __DIR__ . '/app.db');\n$other = new PDO(\"sqlite:app.db\");",
    },
    expected: answers('ooooppou'),
  },
  {
    name: 'WordPress as it is installed',
    framework: 'wordpress',
    files: {
      'wp-config.php':
        "<?php\ndefine( 'DB_HOST', getenv('DB_HOST') );\ndefine( 'AUTH_KEY', 'x9!k' );\ndefine( 'SECURE_AUTH_KEY', 'k2#p' );",
      'wp-content/themes/shop/functions.php': "<?php\n// session_start();\nadd_action('init', 'shop_init');",
    },
    facts: { database: { engine: 'mariadb', maxConnections: 151 } },
    expected: answers('pooopooo'),
  },
  {
    name: 'WordPress ready for several servers',
    framework: 'wordpress',
    files: {
      'wp-config.php':
        "<?php\ndefine('AUTH_KEY', getenv('AUTH_KEY'));\ndefine('DISALLOW_FILE_MODS', true);\ndefine('AS3CF_SETTINGS', serialize(['provider' => 'aws']));\ndefine('WP_REDIS_HOST', '10.0.0.7');",
      'wp-content/plugins/amazon-s3-and-cloudfront/wordpress-s3.php': '<?php /* Plugin */',
      'wp-content/object-cache.php':
        '<?php\nclass WP_Object_Cache { function __construct() { $this->redis = new Redis(); $this->redis->connect(WP_REDIS_HOST); } }',
    },
    environment: { AUTH_KEY: 'a-key' },
    facts: { database: { engine: 'mariadb', maxConnections: 151 } },
    expected: answers('oooooooo'),
  },
  {
    name: 'WordPress with a page cache, a plugin that keeps sessions, offloading that may be off',
    framework: 'wordpress',
    files: {
      'wp-config.php':
        "<?php\ndefine('WP_CACHE', true);\ndefine('AUTH_KEY', 'x');\ndefine('DISALLOW_FILE_MODS', true);",
      'wp-content/plugins/wp-super-cache/wp-cache.php': '<?php',
      'wp-content/plugins/quotes/quotes.php': '<?php\nif (!session_id()) {\n  session_start();\n}',
      'wp-content/plugins/ilab-media-tools/ilab.php': '<?php',
    },
    facts: { database: { engine: 'mariadb', maxConnections: 40 } },
    expected: answers('uppoooop'),
  },
  {
    name: 'WordPress by Composer, salts made at each request',
    framework: 'wordpress',
    files: {
      'composer.json': composer('roots/wordpress:^6.8', 'humanmade/s3-uploads:^3'),
      'config/application.php':
        "<?php\nConfig::define('AUTH_KEY', wp_hash(random_bytes(64)));\nConfig::define('S3_UPLOADS_BUCKET', env('S3_UPLOADS_BUCKET'));\nConfig::define('DISALLOW_FILE_MODS', true);",
      'web/index.php': "<?php require __DIR__ . '/wp/wp-blog-header.php';",
      'web/app/object-cache.php': "<?php if (function_exists('apcu_store')) { apcu_store('a', 1); }",
    },
    environment: { S3_UPLOADS_BUCKET: 'media' },
    facts: { database: { engine: 'mariadb', maxConnections: null } },
    expected: answers('oopoopou'),
  },
  {
    name: 'Symfony as its skeleton makes it, with a form that moves uploads',
    framework: 'symfony',
    files: {
      'composer.json': composer('symfony/framework-bundle:7.2.*'),
      'config/packages/framework.yaml': "framework:\n    secret: '%env(APP_SECRET)%'\n    session: true\n",
      '.env': 'APP_ENV=prod\nAPP_SECRET=\n# APP_SECRET=abc\n',
      'public/index.php': '<?php return function () {};',
      'src/Controller/PostController.php':
        "<?php\nuse Symfony\\Component\\HttpFoundation\\File\\UploadedFile;\nclass PostController { function new(UploadedFile $file) { $file->move($this->dir, 'x.jpg'); } }",
    },
    expected: answers('ppooopoo'),
  },
  {
    name: 'Symfony with everything shared',
    framework: 'symfony',
    files: {
      'composer.json': composer('symfony/framework-bundle:^7'),
      'config/packages/framework.yaml':
        "framework:\n    secret: '%env(APP_SECRET)%'\n    session:\n        handler_id: '%env(REDIS_URL)%'\n",
      'config/packages/cache.yaml':
        "framework:\n    cache:\n        app: cache.adapter.redis\n        default_redis_provider: '%env(REDIS_URL)%'\n",
      'config/packages/messenger.yaml':
        "framework:\n    messenger:\n        transports:\n            async: '%env(MESSENGER_TRANSPORT_DSN)%'\n",
      'config/packages/doctrine.yaml': "doctrine:\n    dbal:\n        url: '%env(DATABASE_URL)%'\n",
      'public/index.php': '<?php',
    },
    environment: {
      APP_SECRET: 's',
      REDIS_URL: 'redis://10.0.0.4:6379',
      MESSENGER_TRANSPORT_DSN: 'doctrine://default',
      DATABASE_URL: 'postgresql://a:b@10.0.0.1/a',
    },
    facts: postgresql(),
    expected: answers('oooooooo'),
  },
  {
    name: 'Symfony with a queue in memory, files for the cache, SQLite',
    framework: 'symfony',
    files: {
      'composer.json': composer('symfony/framework-bundle:^6.4'),
      'config/packages/framework.yaml':
        'framework:\n    secret: abc123\n    session:\n        handler_id: null\n',
      'config/packages/cache.yaml': 'framework:\n    cache:\n        app: cache.adapter.filesystem\n',
      'config/packages/messenger.yaml':
        'framework:\n    messenger:\n        transports:\n            async: "in-memory://"\n',
      '.env': 'DATABASE_URL="sqlite:///%kernel.project_dir%/var/data.db"\n',
      'public/index.php': '<?php',
      'src/Kernel.php': '<?php class Kernel {}',
    },
    expected: answers('oppppooo'),
  },
];
