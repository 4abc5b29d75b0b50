import { answers, manifest, postgresql, type Sample } from './sample.ts';

export const nodeSamples: Sample[] = [
  {
    name: 'Express with express-session as its first page shows it',
    framework: 'express',
    files: {
      'package.json': manifest('express', 'express-session', 'multer'),
      'server.js':
        "const express = require('express');\nconst session = require('express-session');\nconst multer = require('multer');\nconst app = express();\nconst upload = multer({ dest: 'uploads/' });\napp.use(session({ secret: 'keyboard', resave: false }));\napp.post('/photo', upload.single('photo'), (req, res) => res.send('ok'));",
    },
    expected: answers('ppoooopo'),
  },
  {
    name: 'Express ready for several servers',
    framework: 'express',
    files: {
      'package.json': manifest(
        'express',
        'express-session',
        'connect-pg-simple',
        'multer',
        'multer-s3',
        'pg',
        'bullmq',
      ),
      'src/app.ts':
        "import express from 'express';\nimport session from 'express-session';\nimport pgSession from 'connect-pg-simple';\nimport multer from 'multer';\nimport multerS3 from 'multer-s3';\nimport { Pool } from 'pg';\nimport { Queue } from 'bullmq';\nconst app = express();\napp.set('trust proxy', 'loopback');\nconst pool = new Pool({ max: 8 });\nconst Store = pgSession(session);\napp.use(session({ store: new Store({ pool }), secret: process.env.SESSION_SECRET!, resave: false }));\nconst upload = multer({ storage: multerS3({ s3, bucket: 'x' }) });\nconst mails = new Queue('mails');",
    },
    environment: { SESSION_SECRET: 'a-long-secret', REDIS_URL: 'redis://10.0.0.3:6379' },
    facts: postgresql(),
    expected: answers('oooooooo'),
  },
  {
    name: 'Express with a secret that is not set, Redis on each server',
    framework: 'express',
    files: {
      'package.json': manifest('express', 'express-session', 'connect-redis', 'redis', 'pg'),
      'index.js':
        "import express from 'express'\nimport session from 'express-session'\nimport { RedisStore } from 'connect-redis'\nimport pg from 'pg'\nconst app = express()\napp.enable('trust proxy')\nconst options = {\n  store: new RedisStore({ client }),\n  secret: process.env.SESSION_SECRET,\n}\napp.use(session(options))\nconst pool = new pg.Pool()",
    },
    environment: { REDIS_URL: 'redis://localhost:6379' },
    facts: postgresql(25),
    expected: answers('opooopop'),
  },
  {
    name: 'Express with timers, a cache in memory, SQLite and a log that it writes',
    framework: 'express',
    files: {
      'package.json': manifest('express', 'node-cron', 'node-cache', 'better-sqlite3'),
      'server.mjs':
        "import express from 'express';\nimport cron from 'node-cron';\nimport NodeCache from 'node-cache';\nimport Database from 'better-sqlite3';\nimport { appendFile } from 'node:fs/promises';\nconst app = express();\nconst cache = new NodeCache();\nconst db = new Database('app.db');\ncron.schedule('0 * * * *', () => appendFile('runs.log', 'x'));",
    },
    expected: answers('oopppopo'),
  },
  {
    name: 'Express whose dangers are all in comments, strings, tests and scripts',
    framework: 'express',
    files: {
      'package.json': manifest('express'),
      'server.js':
        "const express = require('express');\nconst fs = require('fs');\nconst app = express();\napp.set('trust proxy', 1);\n// app.use(session({ secret: 'x' }));\n/* const multer = require('multer'); multer({ dest: 'uploads' }) */\nconst note = \"fs.writeFileSync('x', 'y')\";\nconst page = `require('node-cron')`;\nfs.readFileSync('page.html');",
      'scripts/seed.js': "require('fs').writeFileSync('seed.json', '{}');",
      'test/server.test.js': "require('fs').writeFileSync('x', 'y');",
      'server.test.js': "const sqlite = require('sqlite3');",
    },
    expected: answers('oooooooo'),
  },
  {
    name: 'Express with tokens signed by a secret that each process makes',
    framework: 'express',
    files: {
      'package.json': manifest('express', 'jsonwebtoken', 'express-fileupload'),
      'app.js':
        "const express = require('express');\nconst jwt = require('jsonwebtoken');\nconst crypto = require('crypto');\nconst fileUpload = require('express-fileupload');\nconst app = express();\napp.use(fileUpload());\nconst SECRET = crypto.randomBytes(32).toString('hex');\napp.post('/in', (req, res) => res.send(jwt.sign({ id: 1 }, SECRET)));\napp.post('/up', (req, res) => req.files.doc.mv('./files/' + req.files.doc.name));",
    },
    expected: answers('pooooppo'),
  },
  {
    name: 'Express with a pool too large, a file written below /tmp alone',
    framework: 'express',
    files: {
      'package.json': manifest('express', 'pg', 'cookie-session', 'pg-boss'),
      'server.js':
        "const express = require('express')\nconst cookieSession = require('cookie-session')\nconst { Pool } = require('pg')\nconst PgBoss = require('pg-boss')\nconst fs = require('node:fs')\nconst os = require('node:os')\nconst app = express()\napp.set('trust proxy', true)\napp.use(cookieSession({ name: 's', keys: [process.env.COOKIE_KEY] }))\nconst pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 60 })\nfs.writeFileSync(os.tmpdir() + '/x', 'y')",
    },
    environment: { COOKIE_KEY: 'k' },
    facts: postgresql(),
    expected: answers('ooooooop'),
  },
  {
    name: 'Express behind cluster with a custom upload',
    framework: 'express',
    files: {
      'package.json': manifest('express', 'busboy', 'mysql2'),
      'server.js':
        "const cluster = require('node:cluster');\nconst express = require('express');\nconst busboy = require('busboy');\nconst mysql = require('mysql2/promise');\nconst app = express();\napp.set('trust proxy', false);\napp.post('/up', (req) => req.pipe(busboy({ headers: req.headers })).on('file', handle));",
    },
    facts: { database: { engine: 'mariadb', maxConnections: 151 } },
    expected: answers('uooooopu'),
  },
  {
    name: 'Node.js without a framework, notes in the database',
    framework: 'node',
    files: {
      'package.json': manifest('pg'),
      'server.mjs':
        "import http from 'node:http';\nimport pg from 'pg';\nconst pool = new pg.Pool({ max: 5 });\nhttp.createServer(async (request, response) => {\n  response.end(String(request.headers['x-forwarded-for']));\n}).listen(process.env.PORT);",
    },
    facts: postgresql(),
    expected: answers('oooooooo'),
  },
  {
    name: 'Node.js that asks the socket who is there, and keeps notes in a file',
    framework: 'node',
    files: {
      'package.json': JSON.stringify({ main: 'index.js' }),
      'index.js':
        "const http = require('http');\nconst { writeFileSync: save } = require('fs');\nhttp.createServer((req, res) => {\n  save('notes.json', req.socket.remoteAddress);\n  res.end();\n}).listen(3000);",
    },
    expected: answers('oooopopo'),
  },
  {
    name: 'Next.js of static pages',
    framework: 'next',
    files: {
      'package.json': manifest('next', 'react'),
      'app/page.tsx': "export default function Page() {\n  return <p>It's here: don't worry</p>;\n}",
      'next.config.ts': 'export default { output: "standalone" };',
    },
    expected: answers('oooooooo'),
  },
  {
    name: 'Next.js with revalidation, Server Actions and Prisma',
    framework: 'next',
    files: {
      'package.json': manifest('next', 'react', '@prisma/client'),
      'app/blog/page.tsx':
        'export const revalidate = 60;\nexport default async function Page() { return null; }',
      'app/actions.ts': "'use server';\nexport async function save(form: FormData) {}",
      'lib/db.ts': "import { PrismaClient } from '@prisma/client';\nexport const db = new PrismaClient();",
      'prisma/schema.prisma': 'datasource db {\n  provider = "postgresql"\n  url = env("DATABASE_URL")\n}',
    },
    environment: { DATABASE_URL: 'postgresql://a:b@10.0.0.1:5432/a?connection_limit=4' },
    facts: postgresql(),
    expected: answers('oopoopoo'),
  },
  {
    name: 'Next.js with a cache handler and keys set',
    framework: 'next',
    files: {
      'package.json': manifest('next', 'next-auth', '@aws-sdk/client-s3'),
      'next.config.mjs': "export default { cacheHandler: './cache-handler.mjs', cacheMaxMemorySize: 0 };",
      'app/api/auth/[...nextauth]/route.ts':
        "import NextAuth from 'next-auth';\nexport const { handlers } = NextAuth({ providers: [] });",
      'app/api/upload/route.ts':
        "import { S3Client, PutObjectCommand } from '@aws-sdk/client-s3';\nexport async function POST(request: Request) {\n  const form = await request.formData();\n  const body = await (form.get('file') as File).arrayBuffer();\n  await s3.send(new PutObjectCommand({ Body: body }));\n}",
      'app/feed/page.tsx': "'use cache';\nexport default async function Feed() { return null; }",
    },
    environment: { AUTH_SECRET: 'x' },
    expected: answers('oooooooo'),
  },
  {
    name: 'Next.js that writes uploads below public/, with SQLite by Prisma',
    framework: 'next',
    files: {
      'package.json': manifest('next', '@prisma/client'),
      'pages/api/upload.ts':
        "import { writeFile } from 'fs/promises';\nexport default async function handler(req) {\n  const data = await req.formData();\n  const bytes = await data.get('file').arrayBuffer();\n  await writeFile('./public/uploads/x', Buffer.from(bytes));\n}",
      'prisma/schema.prisma':
        '// provider = "postgresql"\ndatasource db {\n  provider = "sqlite"\n  url = "file:./dev.db"\n}',
    },
    expected: answers('pooopooo'),
  },
  {
    name: 'NestJS with its modules as the guide shows them',
    framework: 'nest',
    files: {
      'package.json': manifest(
        '@nestjs/core',
        '@nestjs/common',
        '@nestjs/schedule',
        '@nestjs/cache-manager',
        '@nestjs/typeorm',
        '@nestjs/jwt',
      ),
      'src/main.ts':
        "import { NestFactory } from '@nestjs/core';\nconst app = await NestFactory.create(AppModule);\nawait app.listen(3000);",
      'src/app.module.ts':
        "import { ScheduleModule } from '@nestjs/schedule';\nimport { CacheModule } from '@nestjs/cache-manager';\nimport { TypeOrmModule } from '@nestjs/typeorm';\nimport { JwtModule } from '@nestjs/jwt';\n@Module({ imports: [ScheduleModule.forRoot(), CacheModule.register({ ttl: 5 }), TypeOrmModule.forRoot({ type: 'postgres', poolSize: 30 }), JwtModule.register({ secret: process.env.JWT_SECRET })] })\nexport class AppModule {}",
      'src/files.controller.ts':
        "import { FileInterceptor } from '@nestjs/platform-express';\n@UseInterceptors(FileInterceptor('file', { dest: './upload' }))\nexport class Files {}",
    },
    environment: { JWT_SECRET: 'x' },
    facts: postgresql(),
    expected: answers('poppoopo'),
  },
  {
    name: 'Fastify that trusts the proxy, with sessions in a sealed cookie',
    framework: 'fastify',
    files: {
      'package.json': manifest('fastify', '@fastify/secure-session', 'ioredis', 'postgres'),
      'src/server.ts':
        "import Fastify from 'fastify';\nimport secureSession from '@fastify/secure-session';\nimport Redis from 'ioredis';\nimport postgres from 'postgres';\nconst app = Fastify({ logger: true, trustProxy: '127.0.0.1' });\napp.register(secureSession, { key: keyFrom(process.env.SESSION_KEY) });\nconst sql = postgres(process.env.DATABASE_URL, { max: 12 });\nconst cache = new Redis(process.env.REDIS_URL);",
    },
    environment: { SESSION_KEY: 'k', REDIS_URL: 'redis://10.1.0.4' },
    facts: postgresql(),
    expected: answers('oooooooo'),
  },
  {
    name: 'Fastify with @fastify/session in memory',
    framework: 'fastify',
    files: {
      'package.json': manifest('fastify', '@fastify/session', '@fastify/cookie', '@fastify/multipart'),
      'server.js':
        "const fastify = require('fastify')({ logger: true })\nconst session = require('@fastify/session')\nconst fs = require('fs')\nfastify.register(session, { secret: process.env.SECRET || 'a secret of thirty-two characters' })\nfastify.register(require('@fastify/multipart'))\nfastify.post('/', async (req) => { const part = await req.file(); await pump(part.file, fs.createWriteStream('up/' + part.filename)) })",
    },
    expected: answers('ppoopopo'),
  },
  {
    name: 'Express with a worker of its own and a queue in memory',
    framework: 'express',
    files: {
      'package.json': manifest('express', 'better-queue'),
      'server.js':
        "const express = require('express');\nconst Queue = require('better-queue');\nconst app = express();\napp.set('trust proxy', 'loopback');\nconst mails = new Queue((mail, done) => send(mail, done));\napp.post('/mail', (req, res) => { mails.push(req.query); res.send('ok'); });",
    },
    facts: { hasWorkers: true },
    expected: answers('ooopoooo'),
  },
];
