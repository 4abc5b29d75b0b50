import { expect, test } from 'vitest';
import { containerSamples } from '../corpus/container.ts';
import { scan } from '../corpus/measure.ts';

const sample = (name: string) => containerSamples.find((each) => each.name.startsWith(name)) ?? expect.fail();

test('what a container writes goes with each release, and a shared folder keeps it', () => {
  const { findings } = scan(sample('Express in an image, with SQLite'));
  expect(findings['local-state']).toMatchObject({
    text: expect.stringContaining('A container loses it with each release'),
    fix: { title: 'Shared folder' },
  });
  expect(findings['local-state'].evidence).toContainEqual(
    expect.objectContaining({ path: 'Dockerfile', line: 5 }),
  );
  expect(findings['trusted-proxies'].fix?.code).toBe("app.set('trust proxy', 1)");
  const uploads = scan(sample('FastAPI in an image with uploads')).findings.uploads;
  expect(uploads).toMatchObject({ text: expect.stringContaining('shared folder'), fix: { title: 'Python' } });
});

test('a Dockerfile of odd lines is read in time', () => {
  for (const text of [
    'RUN \\\n'.repeat(25_000),
    `ENV ${'a="'.repeat(40_000)}`,
    `ENV ${'a'.repeat(120_000)}`,
  ]) {
    const started = performance.now();
    scan({ ...sample('Go in an image'), files: { Dockerfile: `FROM x\n${text}`, 'go.mod': '' } });
    expect(performance.now() - started).toBeLessThan(2_000);
  }
});
