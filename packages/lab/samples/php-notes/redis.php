<?php

declare(strict_types=1);

/** One more visit in the shared Redis (REDIS_HOST …), or null when none is configured. Spoken by hand, as PHP needs a package for more. */
function countVisit(): ?int
{
    $host = getenv('REDIS_HOST');
    if ($host === false || $host === '') {
        return null;
    }
    $socket = stream_socket_client("tcp://$host:" . getenv('REDIS_PORT'), timeout: 3);
    $ask = function (string ...$words) use ($socket): string {
        $parts = array_map(fn ($word) => '$' . strlen($word) . "\r\n$word\r\n", $words);
        fwrite($socket, '*' . count($words) . "\r\n" . implode('', $parts));
        $answer = rtrim((string) fgets($socket));
        if ($answer === '' || $answer[0] === '-') {
            throw new RuntimeException("Redis answered: $answer");
        }
        return substr($answer, 1);
    };
    $ask('AUTH', (string) getenv('REDIS_USERNAME'), (string) getenv('REDIS_PASSWORD'));
    return (int) $ask('INCR', 'visits');
}
