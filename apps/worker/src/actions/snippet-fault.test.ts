import { AppError } from '@fairlead/errors';
import { expect, test } from 'vitest';
import { snippetFault } from './snippet-fault.ts';

const content =
  'server {\n    # Fairlead: snippet begins\nset $a b;\nnonsense on;\n    # Fairlead: snippet ends\n}\n';
const refused = (line: number) =>
  new AppError('nginx-test-failed', 'Nginx refuses the new config; nothing was changed.', {
    server: 'web-1',
    details: {
      line,
      output: `nginx: [emerg] unknown directive "nonsense" in /etc/nginx/fairlead/http/shop.front.conf:${line}\n`,
    },
  });

test('a fault in a snippet is told by its own line and in the words of Nginx', () => {
  expect(snippetFault(refused(4), content)).toMatchObject({
    code: 'nginx-test-failed',
    message:
      'Nginx refuses line 2 of the snippet: unknown directive "nonsense". Nothing was changed on the server.',
    server: 'web-1',
    details: { snippetLine: 2 },
  });
});

test('any other failure stays what it is', () => {
  expect(snippetFault(refused(1), content)).toBeNull();
  expect(snippetFault(refused(6), content)).toBeNull();
  expect(snippetFault(new AppError('disk-full', 'No space.'), content)).toBeNull();
  expect(snippetFault(new Error('x'), content)).toBeNull();
});
