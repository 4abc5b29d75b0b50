import * as z from 'zod';

/** `$` begins a variable and has no escape; each becomes a variable of up to fifty letters, and one word of Nginx holds 4096 bytes. */
const MOST_DOLLARS = 20;

/** Whether a text has few enough `$` to be written. */
export function hasFewDollars(text: string): boolean {
  return text.split('$').length <= MOST_DOLLARS + 1;
}
export const tooManyDollars = `At most ${MOST_DOLLARS} dollar signs.`;

/** Of one connection alone, so that a message through a balancer can't set them. @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];
/** Said by the front alone: who the visitor is, and what they asked for. */
const IDENTITY = [
  'cf-connecting-ip',
  'client-ip',
  'fastly-client-ip',
  'forwarded',
  'forwarded-for',
  'host',
  'proxy',
  'true-client-ip',
  'via',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-forwarded',
  'x-original-url',
  'x-real-ip',
  'x-rewrite-url',
];
/** Nginx writes them for the body that it sends on. */
const OF_THE_BODY = ['content-length', 'content-encoding', 'content-type', 'content-range', 'date', 'server'];
/** Orders to Nginx itself. */
const OF_NGINX = /^x-accel-/;

/** Why a field of requests to backends is not for settings; null where it is. */
export function requestHeaderRefusal(name: string): string | null {
  const known = name.toLowerCase();
  if (HOP_BY_HOP.includes(known)) return `${name} belongs to one connection and can not be passed on.`;
  if (IDENTITY.includes(known) || known.startsWith('x-forwarded-')) {
    return `${name} says who the visitor is or what they asked for: the balancer alone sets it, or backends could be deceived.`;
  }
  if (known === 'content-length' || known === 'expect')
    return `${name} belongs to the body, which Nginx sends on.`;
  return OF_NGINX.test(known) ? `${name} is an order to Nginx itself.` : null;
}

/** Why a field of answers to visitors is not for settings; null where it is. */
export function responseHeaderRefusal(name: string): string | null {
  const known = name.toLowerCase();
  if (HOP_BY_HOP.includes(known)) return `${name} belongs to one connection and can not be passed on.`;
  if (OF_THE_BODY.includes(known)) return `${name} describes the answer itself: Nginx and the app set it.`;
  if (known === 'set-cookie') return 'Set-Cookie here would take away the app’s own cookies.';
  if (known === 'location') return 'Location belongs to a redirect: use redirects.';
  return OF_NGINX.test(known) ? `${name} is an order to Nginx itself.` : null;
}

const valueSchema = z
  .string()
  .max(2000, 'A value has 2000 characters at most.')
  .regex(/^(?:[!-~](?:[\t -~]*[!-~])?)?$/, 'Use printable ASCII characters, without a space at either end.')
  .refine(hasFewDollars, tooManyDollars);

function headerSchema(refusalOf: (name: string) => string | null) {
  const name = z
    .string()
    .regex(
      /^[A-Za-z](?:[A-Za-z0-9-]{0,44}[A-Za-z0-9])?$/,
      'Use up to 46 letters, digits and hyphens, beginning with a letter: Nginx drops fields with other names.',
    )
    .check((context) => {
      const message = refusalOf(context.value);
      if (message !== null) context.issues.push({ code: 'custom', message, input: context.value });
    });
  return z.strictObject({ name, value: valueSchema });
}

function headersSchema(refusalOf: (name: string) => string | null) {
  return z
    .array(headerSchema(refusalOf))
    .max(50, 'At most 50 fields.')
    .check((context) => {
      const seen = new Set<string>();
      for (const [index, { name }] of context.value.entries()) {
        const known = name.toLowerCase();
        if (seen.has(known)) {
          const message = 'This field is named twice.';
          context.issues.push({ code: 'custom', message, path: [index, 'name'], input: name });
        }
        seen.add(known);
      }
    });
}

/** Fields that backends get with every request, over what the visitor sent; an empty value takes the visitor's away. */
export const requestHeadersSchema = headersSchema(requestHeaderRefusal);
/** Fields that visitors get with every answer, over what the app sent; an empty value takes the app's away. */
export const responseHeadersSchema = headersSchema(responseHeaderRefusal);
