<?php

/** Says which backend answers: in a header of every page, and at /?rest_route=/where/v1/me. */
add_action('send_headers', fn () => header('X-Backend: ' . gethostname()));
add_action('admin_init', fn () => header('X-Backend: ' . gethostname()));
add_action('rest_api_init', fn () => register_rest_route('where/v1', '/me', [
    'methods' => 'GET',
    'callback' => fn () => ['server' => gethostname(), 'release' => getenv('FAIRLEAD_RELEASE')],
    'permission_callback' => '__return_true',
]));
