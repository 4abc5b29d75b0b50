<?php

declare(strict_types=1);

require __DIR__ . '/../database.php';
require __DIR__ . '/../redis.php';

$path = parse_url($_SERVER['REQUEST_URI'] ?? '/', PHP_URL_PATH);
$release = getenv('RELEASE') ?: basename(dirname(__DIR__));

if ($path === '/whoami') {
    header('Content-Type: application/json');
    echo json_encode([
        'server' => gethostname(),
        'release' => $release,
        'pid' => getmypid(),
        'remoteAddress' => $_SERVER['REMOTE_ADDR'] ?? null,
        'forwardedFor' => $_SERVER['HTTP_X_FORWARDED_FOR'] ?? null,
    ]);
    return;
}

if ($path === '/visits') {
    header('Content-Type: application/json');
    echo json_encode(['server' => gethostname(), 'visits' => countVisit()]);
    return;
}

$database = database();

if ($path === '/notes' && $_SERVER['REQUEST_METHOD'] === 'POST') {
    $insert = $database?->prepare('INSERT INTO notes (body, server) VALUES (?, ?)');
    $insert?->execute([mb_substr($_POST['body'] ?? '', 0, 500), gethostname()]);
    header('Location: /', true, 303);
    return;
}

if ($path !== '/') {
    http_response_code(404);
    echo "Not found\n";
    return;
}

$count = $database?->query('SELECT count(*) FROM notes')->fetchColumn();
$notes = $database?->query('SELECT body, server FROM notes ORDER BY id DESC LIMIT 10')->fetchAll(PDO::FETCH_ASSOC) ?? [];
?>
<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Notes</title>
<h1>Notes</h1>
<p>Answered by <strong><?= htmlspecialchars((string) gethostname()) ?></strong>, release <code><?= htmlspecialchars($release) ?></code>.</p>
<p><?= $database === null ? 'No database is configured.' : ((int) $count) . ' notes in the shared database.' ?></p>
<form method="post" action="/notes"><input name="body" required maxlength="500" aria-label="Note"><button>Add</button></form>
<ul><?php foreach ($notes as $note) { ?><li><?= htmlspecialchars($note['body']) ?> <small>via <?= htmlspecialchars($note['server']) ?></small></li><?php } ?></ul>
</html>
