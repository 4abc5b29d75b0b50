<?php

declare(strict_types=1);

/** The shared database (DB_CONNECTION pgsql or mysql), or null when none is configured. */
function database(): ?PDO
{
    $host = getenv('DB_HOST');
    if ($host === false || $host === '') {
        return null;
    }
    $driver = getenv('DB_CONNECTION') === 'mysql' ? 'mysql' : 'pgsql';
    $port = getenv('DB_PORT') ?: ($driver === 'mysql' ? '3306' : '5432');
    $name = getenv('DB_NAME') ?: getenv('DB_DATABASE');
    $user = getenv('DB_USER') ?: getenv('DB_USERNAME');
    $pdo = new PDO("$driver:host=$host;port=$port;dbname=$name", $user, getenv('DB_PASSWORD') ?: '', [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_TIMEOUT => 3,
    ]);
    $id = $driver === 'mysql' ? 'id int AUTO_INCREMENT PRIMARY KEY' : 'id serial PRIMARY KEY';
    $lock = $driver === 'mysql' ? "SELECT GET_LOCK('notes', 5)" : 'SELECT pg_advisory_lock(7164)';
    $unlock = $driver === 'mysql' ? "SELECT RELEASE_LOCK('notes')" : 'SELECT pg_advisory_unlock(7164)';
    $pdo->query($lock)->fetchAll();
    $pdo->exec("CREATE TABLE IF NOT EXISTS notes ($id, body varchar(500) NOT NULL, server varchar(255) NOT NULL)");
    $pdo->query($unlock)->fetchAll();
    return $pdo;
}
