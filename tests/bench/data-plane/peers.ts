import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type FrontSpec, frontSpecSchema, nginxPaths, renderBase, renderFront } from '@fairlead/nginx';

/** Ports of this benchmark, all on 127.0.0.1. */
export const backendPorts = [18_101, 18_102, 18_103] as const;
export const balancerPort = 18_080;
/** The name that the load asks for. */
export const host = 'bench.example.com';

export interface Peer {
  name: string;
  /** Writes its configuration below `folder` and answers the argv that runs it in the foreground. */
  prepare(folder: string): Promise<[string, ...string[]]>;
}

const servers = (indent: string) =>
  backendPorts.map((port) => `${indent}server 127.0.0.1:${port};`).join('\n');

/** Where a distribution's nginx.conf is given, it is Debian's own, with one worker, in the foreground and with its files below `folder`. */
function nginxMain(folder: string, http: string): string {
  return `worker_processes 1;
worker_rlimit_nofile 65536;
daemon off;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
${http}
}
`;
}

/** What Debian's nginx.conf has in its http block on a freshly installed server. */
const debianHttp = (folder: string) => `  sendfile on;
  tcp_nopush on;
  types_hash_max_size 2048;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  access_log ${folder}/access.log;
  gzip on;`;

function nginxPeer(name: string, http: (folder: string) => string | Promise<string>): Peer {
  return {
    name,
    async prepare(folder) {
      const file = join(folder, 'nginx.conf');
      await writeFile(file, nginxMain(folder, await http(folder)));
      return ['nginx', '-c', file, '-p', folder, '-e', join(folder, 'error.log')];
    },
  };
}

/** Debian's main file plus what Fairlead puts on a balancer: its base file and one front, rendered as the worker renders them. */
export function fairleadPeer(nginxVersion: [number, number, number]): Peer {
  const capabilities = { version: nginxVersion, modules: [] };
  const spec: FrontSpec = frontSpecSchema.parse({
    kind: 'front',
    app: 'bench',
    generation: 1,
    names: [host],
    listenPort: balancerPort,
    method: 'round_robin',
    servers: backendPorts.map((port) => ({ address: '127.0.0.1', port })),
  });
  return nginxPeer('fairlead', async (folder) => {
    // The base file names paths of a server; here they are below the benchmark's own folder.
    const base = renderBase()
      .replaceAll(nginxPaths.statusSocket, `${folder}/status.sock`)
      .replaceAll('/var/log/nginx/', `${folder}/`)
      .replace(/^\s*include \/etc\/nginx\/fairlead\/.*$/gm, '');
    const front = renderFront(spec, capabilities).content.replaceAll('/var/log/nginx/', `${folder}/`);
    return [debianHttp(folder), base, front].join('\n');
  });
}

/** The best that we know how to write by hand for this load: kept-open connections, buffers, a buffered log. */
export const tuned = nginxPeer(
  'tuned',
  (folder) => `  sendfile on;
  tcp_nodelay on;
  access_log ${folder}/access.log combined buffer=64k flush=5s;
  keepalive_requests 100000;
  map $http_upgrade $connection_header { default upgrade; "" ""; }
  upstream app {
    zone app 64k;
${servers('    ')}
    keepalive 128;
    keepalive_requests 100000;
  }
  server {
    listen ${balancerPort} backlog=4096;
    server_name ${host};
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_header;
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_buffers 16 8k;
    }
  }`,
);

/** The full configuration of an article that people follow by hand (least connections, HTTP/1.0 to the backends). */
export const article = nginxPeer(
  'article',
  (folder) => `${debianHttp(folder)}
  upstream api_servers {
    least_conn;
    server 127.0.0.1:${backendPorts[0]} max_fails=3 fail_timeout=30s;
    server 127.0.0.1:${backendPorts[1]} max_fails=3 fail_timeout=30s;
    server 127.0.0.1:${backendPorts[2]} backup;
  }
  server {
    listen ${balancerPort};
    server_name ${host};
    location / {
      proxy_pass http://api_servers;
      proxy_set_header Host $host;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_connect_timeout 5s;
      proxy_read_timeout 30s;
    }
    location /health {
      access_log off;
      return 200 "OK";
    }
  }`,
);

export const haproxy: Peer = {
  name: 'haproxy',
  async prepare(folder) {
    const file = join(folder, 'haproxy.cfg');
    const lines = backendPorts.map((port, index) => `  server s${index} 127.0.0.1:${port}`).join('\n');
    await writeFile(
      file,
      `global
  nbthread 1
  maxconn 8192
defaults
  mode http
  option forwardfor
  option http-keep-alive
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:${balancerPort}
  default_backend app
backend app
  balance roundrobin
${lines}
`,
    );
    return ['haproxy', '-db', '-f', file];
  },
};

export const caddy: Peer = {
  name: 'caddy',
  async prepare(folder) {
    const file = join(folder, 'Caddyfile');
    const upstreams = backendPorts.map((port) => `127.0.0.1:${port}`).join(' ');
    await writeFile(
      file,
      `{
  admin off
  auto_https off
  storage file_system ${folder}/caddy
}
http://:${balancerPort} {
  bind 127.0.0.1
  reverse_proxy ${upstreams} {
    lb_policy round_robin
    transport http {
      keepalive_idle_conns_per_host 128
    }
  }
}
`,
    );
    return [
      'env',
      'GOMAXPROCS=1',
      `HOME=${folder}`,
      'caddy',
      'run',
      '--adapter',
      'caddyfile',
      '--config',
      file,
    ];
  },
};

/** The backends themselves: one Nginx that answers 2 KB on every port. */
export const backends = nginxPeer('backends', () => {
  const body = 'x'.repeat(2048);
  const blocks = backendPorts.map(
    (port) => `  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { default_type text/plain; return 200 "${body}"; }
  }`,
  );
  return ['  access_log off;', '  keepalive_requests 1000000;', ...blocks].join('\n');
});
