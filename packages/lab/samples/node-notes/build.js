import { mkdirSync, writeFileSync } from 'node:fs';

mkdirSync('dist', { recursive: true });
writeFileSync('dist/build.json', JSON.stringify({ node: process.version, builtAt: new Date().toISOString() }));
console.log(`built with Node ${process.version}`);
