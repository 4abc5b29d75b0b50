<?php

declare(strict_types=1);

function database(): PDO
{
    static $pdo = null;
    return $pdo ??= new PDO(
        sprintf('mysql:host=%s;port=%s;dbname=%s', getenv('DB_HOST'), getenv('DB_PORT'), getenv('DB_DATABASE')),
        (string) getenv('DB_USERNAME'),
        (string) getenv('DB_PASSWORD'),
        [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION],
    );
}

/** What a cookie holds, sealed with APP_KEY: every backend opens what another sealed. */
function seal(array $values): string
{
    $iv = random_bytes(12);
    $sealed = openssl_encrypt(json_encode($values), 'aes-256-gcm', appKey(), OPENSSL_RAW_DATA, $iv, $tag);
    return base64_encode($iv . $tag . $sealed);
}

function unseal(string $cookie): array
{
    $raw = (string) base64_decode($cookie, true);
    $opened = openssl_decrypt(substr($raw, 28), 'aes-256-gcm', appKey(), OPENSSL_RAW_DATA, substr($raw, 0, 12), substr($raw, 12, 16));
    return $opened === false ? [] : json_decode($opened, true);
}

function appKey(): string
{
    return (string) base64_decode(substr((string) getenv('APP_KEY'), strlen('base64:')), true);
}

function note(string $line): void
{
    file_put_contents(dirname(__DIR__) . '/storage/logs/laravel.log', $line . "\n", FILE_APPEND | LOCK_EX);
}
