<?php

/** All of it from the environment, so that every backend has the same: keys that differ would sign a visitor out with each request. */
define('DB_HOST', getenv('DB_HOST') . ':' . getenv('DB_PORT'));
define('DB_NAME', getenv('DB_NAME'));
define('DB_USER', getenv('DB_USER'));
define('DB_PASSWORD', getenv('DB_PASSWORD'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');

foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $use) {
    define("{$use}_KEY", hash('sha256', "$use key " . getenv('WP_SECRET')));
    define("{$use}_SALT", hash('sha256', "$use salt " . getenv('WP_SECRET')));
}

define('WP_HOME', getenv('APP_URL'));
define('WP_SITEURL', getenv('APP_URL'));
define('DISALLOW_FILE_MODS', true);
define('DISABLE_WP_CRON', true);

$table_prefix = 'wp_';

if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
