import { Secret } from '@fairlead/errors';
import { expect, it } from 'vitest';
import { createAppInput } from '../app/schemas.ts';
import { redisEnvironment } from './environment.ts';
import { redisPort, redisUser } from './settings.ts';

it('tells an account that a URL can hold, of IPv6 too; the URL names no database', () => {
  const place = { port: redisPort({ slot: 7 }), user: redisUser('shop', 0) };
  const told = redisEnvironment(place, 'fd00::5', new Secret('p:w/@'));
  expect((told.REDIS_URL as Secret).reveal()).toBe('redis://shop:p%3Aw%2F%40@[fd00::5]:15007');
  expect(told).toMatchObject({ REDIS_HOST: 'fd00::5', REDIS_PORT: '15007', REDIS_USERNAME: 'shop' });
  expect(Object.keys(redisEnvironment(place, '10.0.0.5', null))).toEqual([
    'REDIS_HOST',
    'REDIS_PORT',
    'REDIS_USERNAME',
  ]);
});

it('an app that is called as an account of Redis’s or the host program’s signs in by another name', () => {
  expect(['default', 'fairlead', 'shop'].map((slug) => redisUser(slug, 0))).toEqual([
    'default-app',
    'fairlead-app',
    'shop',
  ]);
});

it('shared folders are below the app, and none is within another', () => {
  const folders = (sharedFolders: string[]) =>
    createAppInput.shape.sharedFolders.safeParse(sharedFolders).success;
  expect(folders(['storage/app', 'uploads/', 'public/uploads'])).toBe(true);
  for (const wrong of ['../x', '/etc', 'a/../b', '.', '..', '', '.git', 'a//b', 'a\nb', '-rf', 'a/.ssh'])
    expect(folders([wrong]), wrong).toBe(false);
  for (const pair of [
    ['a', 'a/b'],
    ['a/b', 'a'],
    ['a', 'a/'],
  ])
    expect(folders(pair), pair.join(' ')).toBe(false);
});
