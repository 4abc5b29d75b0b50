import { answers, composer, manifest, type Sample } from './sample.ts';

const container = { file: null };

/** Apps of runtime docker: the framework inside, and what a container changes. */
export const containerSamples: Sample[] = [
  {
    name: 'Express in an image, with SQLite, which believes 127.0.0.1 alone',
    framework: 'express',
    files: {
      Dockerfile: 'FROM node:22\nWORKDIR /app\nCOPY . .\nRUN npm ci\nUSER node\nCMD ["node", "server.js"]\n',
      'package.json': manifest('express', 'better-sqlite3'),
      'server.js':
        "const express = require('express');\nconst Database = require('better-sqlite3');\nconst app = express();\napp.set('trust proxy', 'loopback');\nconst db = new Database('shop.db');\napp.listen(process.env.PORT);",
    },
    facts: { container },
    expected: answers('oooopopo'),
  },
  {
    name: 'Express in an image that believes one proxy, and keeps nothing',
    framework: 'express',
    files: {
      'docker/web.Dockerfile': 'FROM node:22\nCOPY . .\nENTRYPOINT node server.js\n',
      'package.json': JSON.stringify({ dependencies: { express: '*' } }),
      'server.js':
        "const express = require('express');\nconst app = express();\napp.set('trust proxy', 1);\napp.listen(process.env.PORT);",
    },
    facts: { container: { file: 'docker/web.Dockerfile' } },
    expected: answers('oooooooo'),
  },
  {
    name: 'FastAPI in an image with uploads, whose Uvicorn believes 127.0.0.1 alone',
    framework: 'python',
    files: {
      Dockerfile:
        'FROM python:3.13\nCOPY . /app\nRUN pip install -r requirements.txt\nCMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8080"]\n',
      'requirements.txt': 'fastapi\nuvicorn\n',
      'main.py':
        "import shutil\nfrom fastapi import FastAPI, UploadFile\napp = FastAPI()\n@app.post('/up')\nasync def up(file: UploadFile):\n    with open('data/' + file.filename, 'wb') as out:\n        shutil.copyfileobj(file.file, out)\n",
    },
    facts: { container },
    expected: answers('pooopopo'),
  },
  {
    name: 'FastAPI in an image, told by ENV to believe the proxy',
    framework: 'python',
    files: {
      Containerfile:
        'FROM python:3.13\nENV FORWARDED_ALLOW_IPS="*"\nCOPY . /app\nCMD exec uvicorn main:app \\\n  --host 0.0.0.0 --port $PORT\n',
      'requirements.txt': 'fastapi\nuvicorn\n',
      'main.py': 'from fastapi import FastAPI\napp = FastAPI()\n',
    },
    facts: { container },
    expected: answers('oooooooo'),
  },
  {
    name: 'PHP in an image with Apache, uploads and sessions on its disk',
    framework: 'php',
    files: {
      Dockerfile: 'FROM php:8.4-apache\nCOPY . /var/www/html\n',
      'composer.json': composer('php:^8.4'),
      'index.php':
        "<?php\nsession_start();\nmove_uploaded_file($_FILES['f']['tmp_name'], __DIR__ . '/files/' . basename($_FILES['f']['name']));\n",
    },
    facts: { container },
    expected: answers('ppoooouo'),
  },
  {
    name: 'Go in an image',
    framework: null,
    files: {
      Dockerfile:
        'FROM golang:1.24 AS build\nCOPY . .\nRUN go build -o /shop\nFROM scratch\nCOPY --from=build /shop /shop\nENTRYPOINT ["/shop"]\n',
      'go.mod': 'module shop\n',
      'main.go': 'package main\n',
    },
    facts: { container },
    expected: answers('uuuuuuuu'),
  },
];
