import { answers, postgresql, type Sample } from './sample.ts';

const manage =
  "#!/usr/bin/env python\nimport os\nfrom django.core.management import execute_from_command_line\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'site.settings')\n";

export const pythonSamples: Sample[] = [
  {
    name: 'Django as startproject makes it, with an image field',
    framework: 'django',
    files: {
      'manage.py': manage,
      'requirements.txt': 'Django==5.1\n',
      'site/settings.py':
        "SECRET_KEY = 'django-insecure-abc'\nINSTALLED_APPS = ['django.contrib.sessions']\nDATABASES = {\n    'default': {\n        'ENGINE': 'django.db.backends.sqlite3',\n        'NAME': BASE_DIR / 'db.sqlite3',\n    }\n}\n",
      'blog/models.py':
        "from django.db import models\nclass Post(models.Model):\n    cover = models.ImageField(upload_to='covers')\n",
    },
    expected: answers('ppoopopu'),
  },
  {
    name: 'Django ready for several servers',
    framework: 'django',
    files: {
      'manage.py': manage,
      'pyproject.toml': '[project]\ndependencies = ["django>=5", "django-storages[s3]", "celery"]\n',
      'site/settings.py':
        "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nINSTALLED_APPS = ['django.contrib.sessions', 'storages']\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': os.environ.get('DB_HOST')}}\nSTORAGES = {\n    'default': {'BACKEND': 'storages.backends.s3.S3Storage'},\n    'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.StaticFilesStorage'},\n}\nCACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache', 'LOCATION': os.environ['REDIS_URL']}}\nSESSION_ENGINE = 'django.contrib.sessions.backends.cache'\nCELERY_BROKER_URL = os.environ.get('CELERY_BROKER_URL')\n",
      'site/celery.py': "from celery import Celery\napp = Celery('site')\n",
      'shop/models.py':
        'from django.db import models\nclass Item(models.Model):\n    photo = models.FileField()\n',
      'gunicorn.conf.py': 'workers = 4\nthreads = 2\n',
    },
    environment: {
      SECRET_KEY: 's',
      REDIS_URL: 'redis://10.0.0.8:6379/1',
      CELERY_BROKER_URL: 'redis://10.0.0.8:6379/0',
      DB_HOST: '10.0.0.1',
    },
    facts: postgresql(),
    expected: answers('oooooooo'),
  },
  {
    name: 'Django with file sessions, a cache in memory, a secret made anew',
    framework: 'django',
    files: {
      'manage.py': manage,
      'requirements/base.txt': 'django\n',
      'site/settings.py':
        "from django.core.management.utils import get_random_secret_key\nSECRET_KEY = get_random_secret_key()\nINSTALLED_APPS = ['django.contrib.sessions']\n# SESSION_ENGINE = 'django.contrib.sessions.backends.db'\nSESSION_ENGINE = 'django.contrib.sessions.backends.file'\nCACHES = {\n    'default': {\n        'BACKEND': 'django.core.cache.backends.locmem.LocMemCache',\n    }\n}\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'HOST': 'localhost'}}\n",
    },
    facts: { ...postgresql(), startCommand: 'gunicorn site.wsgi --workers 3' },
    expected: answers('oppoppoo'),
  },
  {
    name: 'Django with split settings; the ones of production count',
    framework: 'django',
    files: {
      'manage.py': manage.replace('site.settings', 'site.settings.production'),
      'requirements.txt': 'django==4.2\n',
      'site/settings/__init__.py': '',
      'site/settings/base.py':
        "SECRET_KEY = env('DJANGO_SECRET', default='dev')\nINSTALLED_APPS = ['django.contrib.sessions']\nDATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}\n",
      'site/settings/local.py':
        "from .base import *\nSESSION_ENGINE = 'django.contrib.sessions.backends.file'\n",
      'site/settings/production.py':
        "from .base import *\nDATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'HOST': env('DB_HOST')}}\nDEFAULT_FILE_STORAGE = 'storages.backends.s3boto3.S3Boto3Storage'\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n",
      'app/views.py': "from django.core.cache import cache\ndef up(request):\n    f = request.FILES['x']\n",
    },
    environment: { DB_HOST: '10.0.0.1' },
    facts: { database: { engine: 'mariadb', maxConnections: 60 }, startCommand: 'gunicorn -w 10 site.wsgi' },
    expected: answers('oopooooo'),
  },
  {
    name: 'Django with Celery on each server and a report written to the disk',
    framework: 'django',
    files: {
      'manage.py': manage,
      'requirements.txt': 'Django\ncelery\n',
      'site/settings.py':
        "import os\nSECRET_KEY = os.getenv('SECRET_KEY')\nINSTALLED_APPS = ['django.contrib.sessions']\nDATABASES = {'default': dj_database_url.config(default='sqlite:///db.sqlite3')}\nCELERY_BROKER_URL = 'redis://localhost:6379/0'\nSESSION_ENGINE = 'django.contrib.sessions.backends.signed_cookies'\n",
      'reports/tasks.py':
        "from celery import shared_task\n@shared_task\ndef report():\n    with open('reports/last.csv', 'w') as f:\n        f.write('x')\n",
    },
    environment: { DATABASE_URL: 'postgresql://a:b@10.0.0.1/a' },
    facts: { ...postgresql(), startCommand: 'gunicorn -w 30 --threads 2 site.wsgi' },
    expected: answers('ooopppop'),
  },
  {
    name: 'Django whose dangers are in comments and docstrings',
    framework: 'django',
    files: {
      'manage.py': manage,
      'requirements.txt': 'Django\n',
      'site/settings.py':
        "\"\"\"\nSESSION_ENGINE = 'django.contrib.sessions.backends.file'\n\"\"\"\nimport os\nSECRET_KEY = os.environ.get('SECRET_KEY', 'fixed')\nINSTALLED_APPS = ['django.contrib.sessions']\n# CACHES = {'default': {'BACKEND': 'django.core.cache.backends.locmem.LocMemCache'}}\nDATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql'}}\nSECURE_PROXY_SSL_HEADER = ('HTTP_X_FORWARDED_PROTO', 'https')\n",
      'app/views.py':
        "def page(request):\n    \"\"\"open('x', 'w')\"\"\"\n    # models.FileField()\n    data = open('page.html', 'r').read()\n    return data\n",
    },
    facts: { ...postgresql(), startCommand: 'gunicorn site.wsgi' },
    expected: answers('ooooooou'),
  },
  {
    name: 'Flask as the tutorial shows it, with uploads',
    framework: 'flask',
    files: {
      'requirements.txt': 'flask\n',
      'app.py':
        "from flask import Flask, request, session\nimport os\napp = Flask(__name__)\napp.secret_key = os.urandom(24)\n@app.post('/up')\ndef up():\n    f = request.files['file']\n    f.save(os.path.join('uploads', f.filename))\n    session['seen'] = 1\n",
    },
    expected: answers('pooooppo'),
  },
  {
    name: 'Flask ready for several servers',
    framework: 'flask',
    files: {
      'requirements.txt': 'Flask\nFlask-Session\nFlask-Caching\nSQLAlchemy\nboto3\nrq\n',
      'app/__init__.py':
        "import os\nimport boto3\nfrom flask import Flask, request\nfrom flask_session import Session\nfrom flask_caching import Cache\nfrom rq import Queue\nfrom sqlalchemy import create_engine\nfrom werkzeug.middleware.proxy_fix import ProxyFix\napp = Flask(__name__)\napp.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)\napp.config['SECRET_KEY'] = os.environ['SECRET_KEY']\napp.config['SESSION_TYPE'] = 'redis'\ncache = Cache(app, config={'CACHE_TYPE': 'RedisCache'})\nengine = create_engine(os.environ['DATABASE_URL'])\n@app.post('/up')\ndef up():\n    boto3.client('s3').upload_fileobj(request.files['f'], 'b', 'k')\n",
    },
    environment: {
      SECRET_KEY: 's',
      DATABASE_URL: 'postgresql://u:p@10.0.0.1/d',
      REDIS_URL: 'redis://10.0.0.2',
    },
    facts: { ...postgresql(), startCommand: 'gunicorn -w 2 app:app' },
    expected: answers('oooooooo'),
  },
  {
    name: 'Flask with sessions and cache in files, SQLite, APScheduler',
    framework: 'flask',
    files: {
      'requirements.txt': 'flask\nflask-session\nflask-caching\nflask-sqlalchemy\napscheduler\n',
      'app.py':
        "from flask import Flask\nfrom flask_session import Session\nfrom flask_caching import Cache\nfrom flask_sqlalchemy import SQLAlchemy\nfrom apscheduler.schedulers.background import BackgroundScheduler\napp = Flask(__name__)\napp.config.update(SECRET_KEY='x', SESSION_TYPE='filesystem', CACHE_TYPE='FileSystemCache')\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///site.db'\nscheduler = BackgroundScheduler()\n",
    },
    expected: answers('oppppopu'),
  },
  {
    name: 'FastAPI with uploads on the disk',
    framework: 'python',
    files: {
      'requirements.txt': 'fastapi\nuvicorn\n',
      'main.py':
        "import shutil\nfrom fastapi import FastAPI, UploadFile\napp = FastAPI()\n@app.post('/up')\nasync def up(file: UploadFile):\n    with open('data/' + file.filename, 'wb') as out:\n        shutil.copyfileobj(file.file, out)\n",
    },
    facts: { startCommand: 'uvicorn main:app --port $PORT' },
    expected: answers('pooopooo'),
  },
];
