<?php

declare(strict_types=1);

require dirname(__DIR__) . '/bootstrap/app.php';

$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
header('Content-Type: application/json');
if ($path === '/up' || $path === '/whoami') {
    echo json_encode(['server' => gethostname(), 'release' => getenv('FAIRLEAD_RELEASE')]);
} elseif ($path === '/visits') {
    $session = unseal($_COOKIE['laravel_session'] ?? '');
    $session['visits'] = ($session['visits'] ?? 0) + 1;
    setcookie('laravel_session', seal($session), ['path' => '/', 'httponly' => true, 'samesite' => 'Lax']);
    note('visit ' . $session['visits']);
    echo json_encode(['server' => gethostname(), 'visits' => $session['visits']]);
} elseif ($path === '/jobs' && $_SERVER['REQUEST_METHOD'] === 'POST') {
    database()->prepare('INSERT INTO jobs (body) VALUES (?)')->execute([substr((string) ($_POST['body'] ?? ''), 0, 500)]);
    http_response_code(303);
    header('Location: /jobs');
} elseif ($path === '/jobs') {
    echo json_encode(database()->query('SELECT body, done_by FROM jobs ORDER BY id')->fetchAll(PDO::FETCH_ASSOC));
} else {
    http_response_code(404);
    echo json_encode(['error' => 'Not found']);
}
