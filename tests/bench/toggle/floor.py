"""The floor of a toggle, by hand: write one file, `nginx -t`, HUP, ask until the new content is served. One line in, one line out.

Argument: nothing. Each line on standard input is the generation to serve; the answer is the same generation once Nginx serves it.
"""

import http.client
import os
import signal
import subprocess
import sys
import time

PATH = "/etc/nginx/conf.d/floor.conf"
PORT = 18999


def served() -> str:
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=1)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    except OSError:
        return ""
    finally:
        connection.close()


def apply(generation: str) -> None:
    with open(PATH + ".new", "w", encoding="ascii") as file:
        file.write(f"server {{ listen 127.0.0.1:{PORT}; location / {{ return 200 {generation}; }} }}\n")
    os.rename(PATH + ".new", PATH)
    subprocess.run(["nginx", "-t", "-q"], check=True)
    with open("/run/nginx.pid", encoding="ascii") as file:
        os.kill(int(file.read()), signal.SIGHUP)
    while served() != generation:
        time.sleep(0.002)


for line in sys.stdin:
    apply(line.strip())
    print(line.strip(), flush=True)
